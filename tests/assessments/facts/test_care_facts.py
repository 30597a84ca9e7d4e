"""Facts of care and of pledges against slow counts, on random data; they turn with the date alone."""

import random
from collections import Counter
from datetime import date, timedelta

import pytest
import time_machine

from assessments.facts import fill as rollups
from assessments.facts.families import FAMILIES
from assessments.facts.models import Fact
from common.operator import OPERATOR
from members.commitments.models import Commitment, Pledge
from members.commitments.services.saying import pledge_say
from members.roster.models.members import Member, Membership
from members.roster.services.members import member_update
from tests.assessments.facts.only import filling
from tests.assessments.facts.test_marks import fault_of
from tests.assessments.facts.writes import WRITES
from tests.assessments.facts.writes.agency import furnished
from tests.members.care import slow
from tests.members.care.made import happened, marked, visited
from tests.members.commitments.made import published, reviewed

pytestmark = pytest.mark.django_db
few_families = filling("care", "commitments")
TODAY = date(2026, 11, 24)


@pytest.fixture(autouse=True)
def _day():
    with time_machine.travel(f"{TODAY}T10:00:00+08:00", tick=False):
        yield


def stored(family, kind="month"):
    rows = Fact.objects.filter(family=family)
    found = {
        (row.organisation_id, row.period): (row.numerator, row.denominator, row.late, row.overdue)
        for row in rows
        if row.denominator
    }
    return {key: value for key, value in found.items() if (len(key[1]) == 7 and key[1][4] == "-") is (kind == "month")}


def branches(found, world):
    places = {world.branch_a.pk, world.branch_b.pk, world.branch_c.pk}
    return {key: value for key, value in found.items() if key[0] in places}


@pytest.mark.parametrize("seed", range(3))
def test_care_equals_a_slow_count(world, seed):
    chance = random.Random(seed)
    Membership.objects.update(starts=date(2025, 1, 1))
    people = [*world.people("branch_a"), *world.people("branch_b")]
    for number, kind in enumerate(("hardship", "frail", "old_cadre", "ill")):
        marked(people[number], kind, day=TODAY - timedelta(days=chance.randint(1, 500)))
    marked(people[1], "hardship", day=date(2025, 6, 1))
    for _ in range(8):
        one = chance.choice(people)
        day = TODAY - timedelta(days=chance.randint(0, 320))
        try:
            happened(one, chance.choice(["hospital", "disaster"]), day)
        except Exception as error:
            assert "已经登记" in str(error)
    for _ in range(9):
        one, day = chance.choice(people), TODAY - timedelta(days=chance.randint(0, 330))
        place = world.committee if chance.random() < 0.3 else one.home
        visited(place, [one], day=day, kind="visit" if place == world.committee else chance.choice(["visit", "talk"]))
    # Visited by all, with or without a mark (care-pre1949); he came after the festival of a year that is not filled here.
    old = chance.choice(people)
    Member.objects.filter(pk=old.pk).update(joined_on=date(1949, 9, 30))
    Membership.objects.filter(member=old).update(starts=date(2025, 3, 1))
    rollups.fill()
    found = branches(stored("care"), world)
    assert found == slow.counted(TODAY) != {}
    month = Counter({key[1]: 0 for key in found})
    for (_, period), value in found.items():
        month[period] += value[1]
    above = {key[1]: value[1] for key, value in stored("care").items() if key[0] == world.committee.pk}
    assert above == dict(month), "the sum of its branches"
    with time_machine.travel("2026-12-20T10:00:00+08:00", tick=False):
        rollups.fill()
        assert branches(stored("care"), world) == slow.counted(date(2026, 12, 20))


def slow_pledges(as_of, world):
    found = {}
    for row in Pledge.objects.filter(ended_on__isnull=True, commitment__state__in=("published", "appraised")):
        member = row.commitment.member
        freed = member.exempt_from is not None and member.exempt_from <= as_of
        place = slow.home(member, min(as_of, date(2026, 12, 31)))
        grade = row.confirmed or row.own
        if freed or place is None or (not grade and as_of <= row.due):
            continue
        counts = found.setdefault((place, "2026"), [0, 0, 0, 0])
        counts[0] += grade in ("fulfilled", "partly")
        counts[1] += 1
        counts[2] += grade == "partly"
        counts[3] += not grade
    return {key: tuple(value) for key, value in found.items()}


@pytest.mark.parametrize("seed", range(3))
def test_pledges_equal_a_slow_count_and_the_exempt_are_in_no_denominator(world, seed):
    chance = random.Random(seed)
    people = [*world.people("branch_a"), *world.people("branch_b")]
    # Facts are kept from the first record on.
    visited(world.branch_a, people[:1])
    for member in people:
        row = published(member) if chance.random() < 0.7 else reviewed(member)
        for pledge in Commitment.objects.get(pk=row.pk).pledges.all() if row.state == "published" else ():
            if chance.random() < 0.6:
                pledge_say(by=OPERATOR, pledge=pledge, own=chance.choice(["fulfilled", "partly", "not"]), how="情况")
    freed = chance.choice(people)
    member_update(by=OPERATOR, member=freed, exempt_from=TODAY, exempt_reason="年老体弱")
    rollups.fill()
    assert branches(stored("commitments", "year"), world) == slow_pledges(TODAY, world) != {}
    with time_machine.travel("2027-01-03T10:00:00+08:00", tick=False):
        rollups.fill()
        later = slow_pledges(date(2027, 1, 3), world)
        assert branches(stored("commitments", "year"), world) == later
        assert Member.objects.get(pk=freed.pk).exempt_on(TODAY)


def test_each_write_leaves_the_facts_as_a_rebuild_would(world, monkeypatch):
    agency = furnished(world)
    Membership.objects.filter(member__home=world.branch_a).update(starts=date(2025, 1, 1))
    monkeypatch.setattr(rollups, "FAMILIES", [one for one in FAMILIES if one.key in ("care", "commitments")])
    rollups.fill()
    from django.db import transaction

    wrong = {}
    for write in WRITES:
        if not write.__module__.endswith("writes.care"):
            continue
        with transaction.atomic():
            if found := fault_of(write(agency)):
                wrong[write.__name__] = found
            transaction.set_rollback(True)
    assert wrong == {}
