"""Facts of dues against a slow count, member by member; they turn with the date alone."""

from collections import defaultdict
from datetime import date

import pytest
import time_machine

from assessments.facts import fill as rollups
from assessments.facts.models import Fact
from branches.places.models.organisations import Organisation
from common.periods import Period
from members.dues.measured import turns_between
from members.dues.models import DuesRate
from members.roster.models.members import Member
from tests.assessments.facts.only import filling
from tests.members.dues import slow
from tests.members.dues.made import collected, fixed, paid

pytestmark = pytest.mark.django_db
few_families = filling("dues")
MONTHS = [Period("month", 2026, number) for number in range(1, 13)]


def counted(as_of):
    """Return {(organisation id, month, measure): (numerator, denominator, late, overdue)} up the tree, by the slow reference."""
    found = defaultdict(lambda: [0, 0, 0, 0])
    # Branches that keep dues: somebody of theirs has an amount of this year or the last.
    keep = {
        (slow.branch(rate.member, month), month)
        for rate in DuesRate.objects.select_related("member")
        for month in MONTHS
        if rate.year in (month.year, month.year - 1)
    }
    for member in Member.objects.all():
        for month in MONTHS:
            state, place = slow.state(member, month, as_of), slow.branch(member, month)
            if (place, month) not in keep:
                continue
            while place is not None:
                if state in ("paid", "paid_late", "owed"):
                    row = found[place, str(month), "dues.member-months"]
                    row[0] += state != "owed"
                    row[1] += 1
                    row[2] += state == "paid_late"
                    row[3] += state == "owed"
                elif state == "unknown":
                    found[place, str(month), "dues.unrated"][0] += 1
                place = Organisation.objects.get(pk=place).parent_id
    return {key: tuple(row) for key, row in found.items()}


def stored():
    rows = Fact.objects.filter(family="dues", period__in=[*map(str, MONTHS)])
    return {
        (row.organisation_id, row.period, row.measure): (row.numerator, row.denominator or 0, row.late, row.overdue)
        for row in rows
        if row.numerator or row.denominator
    }


def test_facts_equal_a_slow_count_and_turn_with_the_date(world):
    with time_machine.travel("2026-10-20T10:00:00+08:00", tick=False):
        fixed(world)
        fixed(world, "branch_c", people=world.people("branch_c")[:2])
        for month in MONTHS[:6]:
            collected(world, month, people=world.people("branch_a")[1:4], paid_on=month.last)
        paid(world, world.people("branch_a")[4], MONTHS[5], paid_on=date(2026, 7, 3))
        paid(world, world.people("branch_a")[5], MONTHS[5], amount="70", paid_on=date(2026, 6, 3))
        rollups.fill()
        assert stored() == counted(date(2026, 10, 20)) != {}
    with time_machine.travel("2026-11-01T10:00:00+08:00", tick=False):
        before = stored()
        rollups.fill()
        assert stored() == counted(date(2026, 11, 1)) != before, "October's last day has passed"


@pytest.mark.parametrize(
    ("since", "as_of", "turns"),
    [
        (date(2026, 10, 3), date(2026, 10, 30), False),
        (date(2026, 10, 30), date(2026, 10, 31), False),
        (date(2026, 10, 31), date(2026, 11, 1), True),
        (date(2026, 2, 27), date(2026, 3, 1), True),
    ],
)
def test_it_turns_on_the_day_after_the_last_in_time(world, since, as_of, turns):
    assert turns_between(since, as_of) is turns
