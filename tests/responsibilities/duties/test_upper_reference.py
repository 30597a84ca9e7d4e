"""Duties that rest on business work and on what holders chaired, against a slow reference on random years."""

from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils.timezone import make_aware
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from members.activities.models import Activity, ActivityKind, Attendance
from members.roster.models.members import Member
from responsibilities.duties.models import Duty
from responsibilities.duties.progress import duty_slots
from responsibilities.supervision.models import Supervision
from responsibilities.work.models import StageEvidence, SyncStage, WorkItem
from tests.examples import examples
from tests.records import counted
from tests.responsibilities.duties.slow_upper import SlowUpper
from tests.responsibilities.duties.test_reference import DAYS, ELSEWHERE, furnish, say
from tests.responsibilities.duties.world import issue, make
from tests.responsibilities.random_year import YEAR, Agency
from tests.responsibilities.work.random_work import build_work

MEETINGS = ("party_group_meeting", "party_special", "debrief", "theme_day")


def random_year(world, seed):
    """Build a random agency with business work, and give upper levels acts of their own; issue every list."""
    agency = Agency(world, seed)
    agency.build()
    furnish(world, agency)
    build_work(world, seed, items=5)
    leader = Member.objects.filter(home=world.branch_b).order_by("pk").first()
    Member.objects.filter(account=world.leader).update(account=None)
    Member.objects.filter(pk=leader.pk).update(account=world.leader)
    for item in WorkItem.objects.all():
        WorkItem.objects.filter(pk=item.pk).update(**agency.chance.choice(_charges(world)))
    for _ in range(25):
        _act(world, agency, leader)
    for _ in range(6):
        _press(world, agency)
    make()
    issue()
    return agency, leader


def _charges(world):
    return [{"leader": world.leader}, {"leader": None, "leader_name": world.leader.name}, {"leader": None}]


def _act(world, agency, leader):
    """A meeting above the branches, often linked to a stage, sometimes with the leader in the chair or among those present."""
    chance, stage = agency.chance, agency.chance.choice(list(SyncStage.objects.order_by("pk")))
    place = chance.choice([world.root, world.root, world.committee])
    near = stage.happened_on or agency.day()
    day = min(max(near + timedelta(days=chance.randrange(-15, 25)), date(YEAR, 1, 1)), date(YEAR, 12, 31))
    sent = (
        make_aware(datetime.combine(day + timedelta(days=chance.randrange(20)), time(9))) if agency.maybe(0.5) else None
    )
    record = Activity.objects.create(
        organisation=place,
        day=day,
        title="研究重点工作",
        state=chance.choice(["accepted", "accepted", "submitted", "returned"]),
        submitted_at=sent,
        chair=leader if agency.maybe(0.3) else None,
        chair_name=chance.choice(["", world.leader.name, world.party_secretary.name]),
    )
    ActivityKind.objects.create(activity=record, kind=chance.choice(MEETINGS))
    counted(record)
    if agency.maybe(0.4):
        state = chance.choice(["present", "online", "absent", "leave"])
        Attendance.objects.create(activity=record, member=leader, organisation=world.branch_b, state=state)
    if agency.maybe(0.8):
        moment = make_aware(datetime.combine(day, time(12))) if agency.maybe(0.8) else None
        StageEvidence.objects.create(stage=stage, activity=record, confirmed_at=moment)


def _press(world, agency):
    stage, day = agency.chance.choice(list(SyncStage.objects.order_by("pk"))), agency.day()
    Supervision.objects.create(
        organisation=world.branch_a,
        year=YEAR,
        number=100 + Supervision.objects.count(),
        subject="stage",
        about=f"stage/{stage.pk}",
        title="督办",
        expected="补齐",
        due=day,
        first_due=day,
        issued_by=agency.chance.choice([world.leader, world.staff]),
        issued_from=world.root,
        issued_at=make_aware(datetime.combine(day, time(9))),
    )


@settings(
    max_examples=examples(12), derandomize=True, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
@given(seed=st.integers(0, 10**6), as_of=st.sampled_from(DAYS))
def test_every_slot_is_in_the_state_that_walking_work_and_acts_gives(world, seed, as_of):
    with transaction.atomic():
        agency, leader = random_year(world, seed)
        duties = list(
            Duty.objects.select_related("list__organisation", "list__holder", "list__member").filter(
                source__in=ELSEWHERE
            )
        )
        assert {duty.source for duty in duties} == set(ELSEWHERE)
        say(agency, duties, duty_slots(duties, as_of=as_of))
        quick, slow = duty_slots(duties, as_of=as_of), SlowUpper(as_of, YEAR)
        for duty in duties:
            person = leader if duty.list.level == "leader" else None
            expected = slow.answers(duty, person, duty.list.holder or world.party_secretary)
            found = {slot.key: (slot.expected, slot.done, slot.late, slot.state) for slot in quick[duty.pk]}
            assert found == expected, (duty.key, duty.list)
        transaction.set_rollback(True)
