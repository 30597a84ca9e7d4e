"""Sums that are told above a branch: none of them says, with all the others, what one branch of few payers took (decision 248)."""

import pytest
import time_machine
from hypothesis import given
from hypothesis import strategies as st

from members.dues.rules import FEWEST, tells_one, untold_beside
from tests.members.dues.made import fixed, paid, this_month
from tests.members.dues.test_pages import address, page

PAYERS = st.dictionaries(st.integers(1, 30), st.integers(0, 6), max_size=8)


@given(PAYERS)
def test_what_is_left_of_the_whole_is_of_two_branches_and_three_people_or_all_of_it(payers):
    hidden = untold_beside(payers)
    told = {place for place, number in payers.items() if number and place not in hidden}
    assert all(payers[place] >= FEWEST for place in told)
    left = sum(payers.values()) - sum(payers[place] for place in told)
    assert not hidden or not told or (len(hidden) >= 2 and left >= FEWEST and not tells_one(payers, hidden))
    few = {place for place, number in payers.items() if 0 < number < FEWEST}
    assert len(hidden - few) <= 2, "no more sums are left out than one or two"


@pytest.fixture
def past(world):
    with time_machine.travel("2026-11-28T09:00:00+08:00", tick=False):
        for place in ("branch_a", "branch_b", "branch_c"):
            fixed(world, place)
        yield this_month().previous()


def took(world, place, number, month):
    for member in world.people(place)[:number]:
        paid(world, member, month=month)


@pytest.mark.django_db
def test_beside_a_branch_of_few_payers_a_sister_is_left_out_and_the_whole_is_told(world, as_, past):
    took(world, "branch_a", 1, past)
    took(world, "branch_b", 3, past)
    above = page(as_("staff"), f"{address('dues_list')}?month={past}")
    assert "不足3人" in above and "不列出" in above and "225.06" not in above and "以免推算出来" in above
    sheet = address("dues_publish", world.branch_b, year=2026)
    assert "225.06" not in page(as_("staff"), sheet)
    assert "225.06" in page(as_("secretary_b"), sheet), "its own sum it reads"
    assert "300.08" in page(as_("staff"), address("dues_publish", world.committee, year=2026))
    took(world, "branch_a", 3, past.previous())
    other = page(as_("staff"), f"{address('dues_list')}?month={past.previous()}")
    assert "225.06" in other and "以免推算出来" not in other


@pytest.mark.django_db
def test_where_no_sister_can_be_left_out_the_sum_of_all_is_not_told(world, as_, past):
    took(world, "branch_a", 3, past)
    took(world, "branch_b", 3, past)
    took(world, "branch_c", 2, past)
    staff = as_("staff")
    above = page(staff, f"{address('dues_list')}?month={past}")
    assert above.count("225.06") == 2 and "150.04" not in above
    for place in (world.committee, world.general):
        sheet = page(staff, address("dues_publish", place, year=2026))
        assert "600.16" not in sheet and "150.04" not in sheet and "不列出" in sheet
    took(world, "branch_c", 3, past.previous())
    assert "225.06" in page(staff, address("dues_publish", world.committee, year=2026)), "the other month is told"
