"""Cases in the database: an applicant of branch A, and records that show his steps."""

from datetime import date

import time_machine

from members.activities.models import Activity, ActivityKind, Attendance
from members.development.file import ADMIT, Vote
from members.development.services import cases, notices, steps
from members.development.services.steps import StepData
from tests.records import counted

HEARD = "听取党小组、联系人、党员和群众意见，均同意"


def at(day):
    return time_machine.travel(f"{day}T10:00:00+08:00", tick=False)


def record(place, day, kind, content="", *, voters=(6, 6), there=None):
    """A record of one kind that was accepted and counts; voters: those with a vote expected and there; there: who took part."""
    row = Activity.objects.create(
        organisation=place,
        day=date.fromisoformat(day),
        title="会议",
        content=content,
        state="accepted",
        voters_expected=voters[0],
        voters_present=voters[1],
    )
    ActivityKind.objects.create(activity=row, kind=kind)
    if there is not None:
        Attendance.objects.create(activity=row, member=there, organisation=place, state="present")
    return counted(row)


def applicant(world, day="2026-06-01", name="申一", by=None):
    """Open the case of somebody new on the day of his application."""
    values = {"name": name, "sex": "女", "birth_date": date(1996, 1, 2)}
    person = cases.NewPerson(world.branch_a, values)
    with at(day):
        return cases.case_open(by=by or world.secretary_a, person=person, opened_on=date.fromisoformat(day))


def enter(world, case, key, day, *, by=None, kind="", place=None, content="", **data):
    """Enter a step on its day: by a record of `kind`, or by the day alone."""
    by = by or world.secretary_a
    with at(day):
        if kind:
            there = case.member if kind in ("training", "talk", "oath") else None
            row = record(place or world.branch_a, day, kind, content, there=there)
            return steps.step_add(by=by, case=case, key=key, data=StepData(activity=row, **data))
        return steps.step_add(by=by, case=case, key=key, data=StepData(day=date.fromisoformat(day), **data))


def people(world, case, role, day, number=2):
    chosen = [one for one in world.people("branch_a") if one.full_on is not None][:number]
    with at(day):
        return cases.roles_set(
            by=world.secretary_a, case=case, role=role, people=chosen, starts=date.fromisoformat(day)
        )


def vote(about=ADMIT, **counts):
    values = {"expected": 6, "present": 6, "yes": 6, "no": 0, "abstain": 0} | counts
    return Vote(about, **values)


def activist(world):
    """A case whose person has been an activist since 1 July 2026."""
    case = applicant(world)
    enter(world, case, "2", "2026-06-20", kind="talk")
    enter(world, case, "3", "2026-07-01", kind="committee_meeting", text="党员推荐")
    return case


def until_consent(world):
    """A case up to the superior's consent on 8 July 2027 (its notice may hang next)."""
    case = activist(world)
    enter(world, case, "4", "2026-07-03", by=world.staff)
    people(world, case, "contact", "2026-07-03")
    for day in ("2026-12-20", "2027-06-20"):
        with at(day):
            cases.review_add(by=world.secretary_a, case=case, day=date.fromisoformat(day), text="表现良好")
    enter(world, case, "7", "2027-07-02", kind="committee_meeting", text=HEARD)
    enter(world, case, "8", "2027-07-08", by=world.staff, document="同意〔2027〕3号")
    return case


def post(world, case, day="2027-07-09", span=("2027-07-12", "2027-07-16"), by=None, **more):
    """Post the notice; nobody has published the holidays of that year, so that its working days are said here."""
    with at(day):
        posted = {"posted_on": date.fromisoformat(day), "places": ["一楼公示栏", "内网"]} | more
        notice = notices.notice_post(by=by or world.secretary_a, case=case, **posted)
        notice.first, notice.last = (date.fromisoformat(one) for one in span)
        notice.save()
    return notice


def until_listed(world):
    """A case whose person was listed on 19 July 2027."""
    case = until_consent(world)
    post(world, case)
    enter(world, case, "8a", "2027-07-19", objections=0)
    return case


def until_vote(world):
    """A case whose branch has voted on the admission on 2027-08-20."""
    case = until_listed(world)
    people(world, case, "introducer", "2027-07-20")
    enter(world, case, "10", "2027-07-21", document="人事处")
    for day in ("2027-07-22", "2027-07-23", "2027-07-26"):
        enter(world, case, "11", day, kind="training", place=world.committee)
    enter(world, case, "12", "2027-08-02", kind="committee_meeting")
    enter(world, case, "13", "2027-08-05", by=world.staff, document="预审〔2027〕2号")
    enter(world, case, "14", "2027-08-06")
    enter(world, case, "15", "2027-08-20", kind="assembly", vote=vote(), text="表现突出")
    return case
