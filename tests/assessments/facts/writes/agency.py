"""The agency that the writes change, and what they share."""

from datetime import date
from types import SimpleNamespace

from common.operator import OPERATOR
from common.periods import Period
from members.activities.models import Activity, ActivityKind, Attendance
from members.activities.services.states import mark_activity
from members.roster.models.links import LinkProposal
from members.roster.services.accounts import link_confirm, link_propose
from responsibilities.requirements.selectors import requirements
from responsibilities.work.models import SyncStageKind, WorkKind
from responsibilities.work.services.evidence import evidence_confirm, evidence_link
from responsibilities.work.services.items import WorkData, work_create
from responsibilities.work.services.stages import MilestoneData, StageData, stage_update
from tests.records import counted
from tests.responsibilities.duties.world import issue, make

YEAR = 2026
TODAY = date(YEAR, 11, 24)


def record(place, kind, day, people=(), **columns):
    """A record that counts, written into the tables and marked as the services mark it."""
    activity = Activity.objects.create(organisation=place, day=day, title="一次活动", state="accepted", **columns)
    ActivityKind.objects.create(activity=activity, kind=kind)
    counted(activity, activity.valid)
    Attendance.objects.bulk_create(
        Attendance(activity=activity, member=member, organisation=place, state="present") for member in people
    )
    mark_activity(activity)
    return activity


def work(world, **changes):
    values = {
        "name": "能源保供",
        "kind": WorkKind.CITY,
        "starts": date(YEAR, 1, 5),
        "ends": date(YEAR, 12, 20),
        "carriers": [world.branch_a, world.branch_b],
        "leader": world.leader,
        "planned": {},
    }
    return WorkData(**values | changes)


def note(item, stage, day, milestones=()):
    row = item.stages.get(stage=stage)
    return stage_update(
        by=OPERATOR, stage=row, data=StageData(row.planned_on, day, "", [MilestoneData(*one) for one in milestones])
    )


def account_link(member, username):
    """Link a member's file to an account, with the yes of its owner."""
    link_propose(by=OPERATOR, member=member, username=username)
    proposal = LinkProposal.objects.get(member=member)
    link_confirm(by=proposal.account, proposal=proposal)


SENTENCE = "研究了能源保供的分工和时限"


def proved(stage, activity):
    """Link a record to a stage and let somebody confirm it."""
    row = evidence_link(by=OPERATOR, stage=stage, activity=activity, sentence=SENTENCE)
    return evidence_confirm(by=OPERATOR, evidence=row)


def furnished(world):
    people = {key: world.people(key) for key in ("branch_a", "branch_b", "branch_c")}
    account_link(people["branch_a"][0], "secretary_a")
    account_link(people["branch_b"][0], "leader")
    make()
    issue(level="branch")
    issue(level="committee")
    issue(level="leader")
    item = work_create(by=OPERATOR, organisation=world.committee, data=work(world))
    days = {
        SyncStageKind.STUDY: 3,
        SyncStageKind.ARRANGEMENT: 5,
        SyncStageKind.IMPLEMENTATION: 7,
        SyncStageKind.ASSESSMENT: 9,
    }
    for stage, month in days.items():
        note(item, stage, date(YEAR, month, 10))
    meeting = {
        stage: record(world.branch_a, "assembly", date(YEAR, month, 12), people=people["branch_a"])
        for stage, month in days.items()
        if stage != SyncStageKind.STUDY
    }
    for stage, activity in meeting.items():
        proved(item.stages.get(stage=stage), activity)
    upper = record(world.committee, "committee_meeting", date(YEAR, 3, 11), people=[])
    return SimpleNamespace(world=world, people=people, item=item, meeting=meeting, upper=upper)


def row_of(place, rule, period):
    (found,) = [
        row
        for row in requirements(Period.parse(period), organisations=[place.pk])
        if row.rule == rule and row.organisation == place.pk and str(row.period) == period
    ]
    return found


WRITES = []


def submitted(activity):
    Activity.objects.filter(pk=activity.pk).update(state="submitted", reviewer=None)
    activity.refresh_from_db()


def write(function):
    """A function of the agency that may prepare something and yields once before the write that must be marked."""
    WRITES.append(function)
    return function
