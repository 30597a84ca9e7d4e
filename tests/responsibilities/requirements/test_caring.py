"""Requirements of pledges and of visits before the Spring Festival, against slow counts and at the corners."""

import random
from datetime import date

import pytest
import time_machine
from django.urls import reverse

from common.operator import OPERATOR
from common.periods import Period
from members.commitments.models import Commitment
from members.roster.models.members import Member, Membership
from members.roster.services.members import member_update
from responsibilities.requirements.models import RequirementState as State
from responsibilities.requirements.rules import REQUIREMENT_RULES_BY_ID
from responsibilities.requirements.selectors import requirements
from tests.members.care.made import marked, visited
from tests.members.care.slow import home
from tests.members.commitments.made import made, published

pytestmark = pytest.mark.django_db
RULES = [REQUIREMENT_RULES_BY_ID[name] for name in ("care-holidays", "care-promise")]


def rows(as_of, year=2026, **options):
    found = requirements(Period.parse(str(year)), rules=RULES, as_of=as_of, **options)
    return {(row.rule, row.organisation): row for row in found}


@pytest.fixture(autouse=True)
def _old(world):
    Membership.objects.update(starts=date(2024, 1, 1))


def went(place, member, day):
    """Somebody was visited, and it was recorded that day."""
    with time_machine.travel(f"{day}T18:00:00+08:00", tick=False):
        visited(place, [member], day=day)


def slow_promise(branch, as_of):
    """Return (expected, in time, late) of a branch, member by member."""
    expected = early = late = 0
    for member in Member.objects.all():
        first = min(Membership.objects.filter(member=member).values_list("starts", flat=True))
        since = max(first, member.joined_on or first)
        freed = member.exempt_from is not None and member.exempt_from <= min(as_of, date(2026, 12, 31))
        if home(member, min(as_of, date(2026, 12, 31))) != branch.pk or freed or since > as_of:
            continue
        row = Commitment.objects.filter(member=member, year=2026, published_on__lte=as_of).first()
        if since <= date(2026, 1, 31):
            due = date(2026, 1, 31)
        elif since.month >= 10:
            continue
        else:
            due = date.fromordinal(since.toordinal() + 30)
        if due > date(2026, 1, 31) and row is None and as_of <= due:
            continue
        expected += 1
        early += row is not None and row.published_on <= due
        late += row is not None and row.published_on > due
    return expected, early, late


@pytest.mark.parametrize("seed", range(4))
def test_pledges_equal_a_slow_count(world, seed):
    chance = random.Random(seed)
    for member in [*world.people("branch_a"), *world.people("branch_b")]:
        Membership.objects.filter(member=member).update(
            starts=chance.choice([date(2025, 1, 1), date(2026, 1, 31), date(2026, 5, 4), date(2026, 10, 1)])
        )
        if chance.random() < 0.2:
            Member.objects.filter(pk=member.pk).update(exempt_from=date(2026, 3, 1))
        day = chance.choice(["2026-01-31", "2026-02-01", "2026-06-03", "2026-11-01"])
        if chance.random() < 0.6:
            with time_machine.travel(f"{day}T09:00:00+08:00", tick=False):
                published(member)
    for as_of in (date(2026, 1, 20), date(2026, 2, 1), date(2026, 6, 4), date(2026, 12, 31), date(2027, 2, 1)):
        with time_machine.travel(f"{as_of}T09:00:00+08:00", tick=False):
            found = rows(as_of)
            for place in (world.branch_a, world.branch_b):
                row = found["care-promise", place.pk]
                assert (row.expected, row.on_time, row.late) == slow_promise(place, as_of), (place, as_of)


def test_visits_before_the_festival_of_a_branch_and_the_committees_own(world):
    one, other, third = world.people("branch_a")[2:5]
    for member in (one, other, third):
        marked(member, day=date(2025, 5, 1))
    marked(world.people("branch_b")[0], "ill", day=date(2025, 5, 1))
    went(world.branch_a, one, date(2026, 2, 3))
    went(world.branch_a, other, date(2026, 2, 20))
    as_of = date(2026, 3, 1)
    found = rows(as_of)
    row = found["care-holidays", world.branch_a.pk]
    assert (row.expected, row.on_time, row.late, row.state, row.due) == (3, 1, 1, State.OVERDUE, date(2026, 2, 14))
    assert row.missing == [], "who is meant stands on no page of what is owed"
    assert found["care-holidays", world.branch_b.pk].state == State.NOT_APPLICABLE
    above = found["care-holidays", world.committee.pk]
    assert (above.expected, above.done, above.state) == (1, 0, State.OVERDUE), "what branches did is not its own act"
    went(world.committee, one, date(2026, 2, 4))
    assert rows(as_of)["care-holidays", world.committee.pk].state == State.MET
    alone = rows(as_of, organisations=[world.branch_a.pk])["care-holidays", world.branch_a.pk]
    assert (alone.expected, alone.on_time) == (3, 1)


def test_an_unknown_year_is_not_owed_and_says_why(world):
    marked(world.people("branch_a")[3], day=date(2025, 5, 1))
    with time_machine.travel("2027-03-01T09:00:00+08:00", tick=False):
        row = rows(date(2027, 3, 1), 2027)["care-holidays", world.branch_a.pk]
    assert (row.state, row.reason) == (State.NOT_APPLICABLE, "时限待定：2027年节假日安排尚未收录。")


def test_nobody_owes_where_all_are_freed_and_the_page_names_who_is_missing(world, as_):
    people = world.people("branch_a")
    with time_machine.travel("2026-11-28T09:00:00+08:00", tick=False):
        published(people[0])
        made(people[1])
        url = reverse("requirement_detail", args=[world.branch_a.pk, "care-promise", "2026"])
        shown = as_("secretary_a").get(url).content.decode()
        assert "还没有公开承诺的党员" in shown and people[1].name in shown
        for member in world.people("branch_b"):
            member_update(by=OPERATOR, member=member, exempt_from=date(2026, 11, 28), exempt_reason="年老体弱")
        assert rows(date(2026, 11, 28))["care-promise", world.branch_b.pk].state == State.NOT_APPLICABLE
