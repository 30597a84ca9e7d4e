"""What the tests of policies share: their day, a policy in force, a run of it, a confirmed record."""

from datetime import date, datetime, time

from common import clock
from members.activities.services.states import activity_accept, activity_submit
from responsibilities.policies.selectors.steps import run_views
from responsibilities.policies.services.issuing import policy_put_in_force
from responsibilities.policies.services.policies import (
    CheckData,
    PolicyData,
    StepData,
    policy_save,
)
from responsibilities.policies.services.runs import run_begin
from tests.members.activities.records import draft

NOW = "2026-11-02T10:00:00+08:00"
TODAY = date(2026, 11, 2)

STEPS = (
    StepData("支委会研究", "branch_secretary", 5, ["committee_meeting"]),
    StepData("党员大会通报", "branch_secretary", 10, ["assembly"]),
)
# Of papers, which no record shows.
PAPERS = (
    StepData("提出意见", "branch_secretary", 5, ["document"]),
    StepData("作出决定", "branch_secretary", 10, ["decision"]),
)


def written(world, title="意见建议办理制度", steps=STEPS, check=True, version=None, by=None, **changes):
    """Return the draft of a policy of the committee, addressed to branches."""
    values = {
        "organisation": world.committee,
        "title": title,
        "building": "institution",
        "document": "机党发〔2026〕4号",
        "issued_on": date(2026, 3, 2),
        "addressed": ["branch"],
    } | changes
    data = PolicyData(**values)
    rule = CheckData(90) if check else None
    return policy_save(by=by or world.staff, data=data, steps=list(steps), check=rule, version=version)


def in_force(world, since=date(2026, 3, 2), until=None, entered=None, **changes):
    """Return a version of a new policy in force; entered: the day on which it was put in force here, today when None."""
    if entered is not None:
        with clock.at(datetime.combine(entered, time(10), clock.now().tzinfo)):
            return in_force(world, since, until, **changes)
    changes.setdefault("issued_on", since)
    draft_version = written(world, **changes)
    return policy_put_in_force(by=world.staff, version=draft_version, in_force_from=since, in_force_to=until)


def confirmed(place, writer, reviewer, before=lambda record: None, **options):
    """Return a record that was written, submitted and accepted by another; before(draft): what is tied to it first."""
    record = draft(place, writer, **options)
    before(record)
    record = activity_submit(by=writer, activity=record)
    return activity_accept(by=reviewer, activity=record)


def at(day, text):
    """Let it be another day. day: the fixture; text: 「2026-11-05」."""
    day.move_to(f"{text}T10:00:00+08:00")


def begun(world, version, place="branch_a", by="secretary_a"):
    return run_begin(by=world.user(by), version=version, organisation=world.places[place], subject="食堂意见")


def view_of(run):
    return run_views([run])[0]


def states(run):
    return [one.state for one in view_of(run).steps]
