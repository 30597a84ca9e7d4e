"""Joint records and shared resources, against a slow count, and after each kind of write against a rebuild."""

import random
from collections import defaultdict
from datetime import date, timedelta

import pytest
import time_machine
from django.db import transaction

from assessments.facts import fill as rollups
from assessments.facts.models import Fact
from common.periods import Period
from members.activities.models import Activity, ActivityHost, ActivityJudgement
from members.activities.services.corrections import correction_begin, correction_submit
from members.activities.services.records import record_data
from members.activities.services.states import activity_return, activity_submit
from members.measures import JOINT, SHARED_USES, joint_counts, shared_counts
from members.resources.models import ResourceUse
from members.resources.services.uses import use_answer, use_ask, use_withdraw
from tests.assessments.facts.only import filling
from tests.assessments.facts.test_fill import ancestors, picture
from tests.members.resources.made import held, room

pytestmark = pytest.mark.django_db
few_families = filling("nature", "shared")
TODAY = "2026-11-24T10:00:00+08:00"


@pytest.fixture(autouse=True)
def november():
    with time_machine.travel(TODAY, tick=False):
        yield


def slow(period):
    """One record and one use at a time."""
    counted = defaultdict(int)
    for record in Activity.objects.all():
        if (
            record.state in ("submitted", "accepted")
            and record.day in period
            and any(host.confirmed_at for host in record.hosts.all())
        ):
            for place in ancestors(record.organisation):
                counted[place, "activities.joint"] += 1
    for use in ResourceUse.objects.all():
        record = use.activity
        stands = use.removed_at is None and use.state == "agreed" and record.state in ("submitted", "accepted")
        valid = any(row.valid for row in ActivityJudgement.objects.filter(activity=record))
        if stands and valid and record.day in period and use.organisation_id != use.resource.organisation_id:
            for place in ancestors(use.resource.organisation):
                counted[place, "resources.shared"] += 1
    return dict(counted)


def kept(period):
    rows = Fact.objects.filter(measure__in=[JOINT, SHARED_USES], period=str(period)).exclude(numerator=0)
    return {(row.organisation_id, row.measure): row.numerator for row in rows}


def lived(world, seed):
    """A year of records with hosts and uses, some counting, some not."""
    chance = random.Random(seed)
    places = [
        (world.branch_a, world.secretary_a),
        (world.branch_b, world.secretary_b),
        (world.branch_c, world.secretary_c),
    ]
    rooms = [room(place, by, name=f"{place.short_name}书柜", kind="material") for place, by in places]
    for number in range(14):
        place, by = chance.choice(places)
        day = date(2026, 1, 5) + timedelta(days=chance.randrange(320))
        record = held(place, by, day, title=f"第 {number} 次")
        one = chance.choice(rooms)
        use = use_ask(by=by, activity=record, resource=one)
        owner = {place.pk: who for place, who in places}[one.organisation_id]
        if use.state == "asked" and chance.random() < 0.8:
            use_answer(by=owner, use=use, agree=chance.random() < 0.8, reason="正在维修")
        if chance.random() < 0.8:
            activity_submit(by=by, activity=record)
        if chance.random() < 0.4:
            other = chance.choice([place for place, _ in places if place != record.organisation])
            ActivityHost.objects.create(
                activity=record, organisation=other, confirmed_at=record.created if chance.random() < 0.6 else None
            )
        if chance.random() < 0.2:
            use_withdraw(by=by, use=use, reason="没有用")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_facts_equal_a_slow_count(world, seed):
    lived(world, seed)
    rollups.fill()
    for text in ("2026-03", "2026-09", "2026Q2", "2026H2", "2026"):
        period = Period.parse(text)
        assert kept(period) == slow(period), text
    assert slow(Period.parse("2026"))
    own = {(place, measure): n for place, measure, n in shared_counts(date(2026, 1, 1), date(2026, 12, 31))}
    one = world.branch_a.pk
    assert list(shared_counts(date(2026, 1, 1), date(2026, 12, 31), [one])) == [
        (place, measure, n) for (place, measure), n in own.items() if place == one
    ]
    joint = list(joint_counts(date(2026, 1, 1), date(2026, 12, 31), [one]))
    assert joint == [row for row in joint_counts(date(2026, 1, 1), date(2026, 12, 31)) if row[0] == one]


def used(world):
    """Branch B used a room of branch A in March; the record is submitted."""
    record = held(world.branch_b, world.secretary_b, date(2026, 3, 12))
    use = use_ask(by=world.secretary_b, activity=record, resource=room(world.branch_a, world.secretary_a))
    use_answer(by=world.secretary_a, use=use, agree=True)
    return record, use


def submit(world, record, use):
    activity_submit(by=world.secretary_b, activity=record)


def give_back(world, record, use):
    use_withdraw(by=world.secretary_b, use=use, reason="没有用")


def turn_down(world, record, use):
    activity_return(by=world.staff, activity=record, reason="不全")


def move(world, record, use):
    correction_begin(by=world.secretary_b, activity=record, reason="日期有误")
    data = record_data(record)
    data.day = date(2026, 6, 3)
    correction_submit(by=world.secretary_b, activity=record, data=data)


@pytest.mark.parametrize("write", [submit, give_back, turn_down, move])
def test_facts_after_each_kind_of_write_equal_a_rebuild(world, write):
    from members.activities.services.states import activity_accept

    record, use = used(world)
    if write is not submit:
        record = activity_submit(by=world.secretary_b, activity=record)
    if write is move:
        record = activity_accept(by=world.staff, activity=record)
    rollups.fill()
    before = picture()
    write(world, record, use)
    rollups.fill()
    mended = picture()
    with transaction.atomic():
        rollups.fill(rebuild=True)
        rebuilt = picture()
    assert before != rebuilt and mended == rebuilt
