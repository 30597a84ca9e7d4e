"""Small numbers of those looked after: above the branch a state, at the branch the numbers; scores as before (decision 241)."""

import io
from datetime import date

import openpyxl
import pytest
import time_machine
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from assessments.facts import fill as rollups
from assessments.home.selectors.waits import of_duties
from assessments.reports.mechanisms import mechanisms_of
from assessments.results.selectors.caring import care_entries
from common.periods import Period
from members.care.measured import CARE_ANSWERED
from members.care.rules import LEAST, sum_is_told
from members.care.selectors.register import branch_counts
from members.roster.models.members import Membership
from responsibilities.duties.models import Duty
from tests.members.care.made import happened, marked, visited
from tests.responsibilities.duties.world import issued, slots

pytestmark = pytest.mark.django_db
RULE = "care-holidays"
RECORDS = "<h2>计入的记录</h2>"


@pytest.fixture(autouse=True)
def _old(world):
    Membership.objects.update(starts=date(2024, 1, 1))


def went(place, member, day):
    with time_machine.travel(f"{day}T18:00:00+08:00", tick=False):
        visited(place, [member], day=day)


def looked_after(world, kinds):
    for member, kind in zip(world.people("branch_a")[2:], kinds, strict=False):
        marked(member, kind, day=date(2025, 5, 1))


def text_of(client, url, **headers):
    answer = client.get(url, **headers)
    assert answer.status_code == 200, answer
    return answer.content.decode()


def detail(world):
    return reverse("requirement_detail", args=[world.branch_a.pk, RULE, "2026"])


def listed(world):
    return f"{reverse('requirement_list')}?organisation={world.branch_a.pk}&scope=own&rule={RULE}&period=2026"


def exported(client, world):
    answer = client.post(f"{reverse('requirement_export')}{listed(world).removeprefix(reverse('requirement_list'))}")
    rows = openpyxl.load_workbook(io.BytesIO(answer.content)).active.iter_rows(values_only=True)
    return [[*row[4:6]] for row in rows if row[1] == "元旦春节走访慰问"]


def test_above_the_branch_two_to_be_visited_are_a_state_alone(world, as_):
    looked_after(world, ["hardship", "hardship"])
    went(world.branch_a, world.people("branch_a")[2], date(2026, 2, 3))
    staff, secretary = as_("staff"), as_("secretary_a")
    above = text_of(staff, detail(world))
    assert "未办齐" in above and "人数少，不列出" in above and "2 人次" not in above and "按期 1" not in above
    assert RECORDS not in above, "so many records, so many people"
    own = text_of(secretary, detail(world))
    assert "2 人次" in own and "按期 1" in own and RECORDS in own and "未办齐" not in own
    assert "未办齐" in text_of(staff, listed(world)) and "1／2" not in text_of(staff, listed(world))
    assert "1／2" in text_of(secretary, listed(world))
    assert "1／2" not in text_of(staff, detail(world), headers={"HX-Request": "true"})
    assert exported(staff, world) == [[None, "未办齐"]]
    assert exported(secretary, world) == [[2, 1]]


def test_a_small_kind_among_many_hides_them_all_and_three_of_one_kind_are_told(world, as_):
    looked_after(world, ["hardship", "hardship", "hardship"])
    assert "0／3" in text_of(as_("staff"), listed(world))
    marked(world.people("branch_a")[5], "frail", day=date(2025, 5, 1))
    assert "0／4" not in text_of(as_("staff"), listed(world))
    assert "0／4" in text_of(as_("secretary_a"), listed(world))


def test_the_duty_of_a_branch_tells_its_numbers_to_the_branch(world, as_):
    with time_machine.travel("2026-11-28T09:00:00+08:00", tick=False):
        issued(world)
        looked_after(world, ["hardship", "hardship", "hardship"])
        happened(world.people("branch_a")[3], day=date(2026, 3, 10))
        duty = Duty.objects.get(key="br-care", list__organisation=world.branch_a)
        url = reverse("duty_detail", args=[duty.pk])
        assert "应走访 3 人次" in text_of(as_("secretary_a"), url)
        above = text_of(as_("staff"), url)
        assert "人次，已走访" not in above and "走访慰问未办齐" in above, (
            "the month of three is not told beside that of one"
        )
        (waits,) = [one for one in of_duties(world.secretary_a)[0] if one.title == duty.text]
        assert "应走访 3 人次" in waits.note, "what waits for him tells him what the duty does"
        assert "0/4" not in slots("cm-care", organisation=world.committee)["2026"].said
        assert slots("br-care", organisation=world.branch_a)["2026-02"].expected == 3, "what is scored stays"


def test_a_reason_tells_no_small_number_and_counts_as_before(world):
    looked_after(world, ["hardship", "hardship"])
    went(world.branch_a, world.people("branch_a")[2], date(2026, 2, 3))
    (entry,) = care_entries(Period.parse("2026Q1"), date(2026, 3, 31), [world.branch_a.pk])
    assert entry.item.text == "元旦春节走访慰问有逾期未走访的，时限 2月14日"
    assert (entry.item.expected, entry.item.done, entry.item.late) == (2, 1, 0)


def test_visits_for_what_befell_one_are_not_reckoned_from_the_years_sum(world):
    looked_after(world, ["hardship", "hardship", "hardship"])
    with time_machine.travel("2026-11-28T09:00:00+08:00", tick=False):
        assert branch_counts([world.branch_a])[0].visits == (3, 0)
        happened(world.people("branch_a")[3], day=date(2026, 3, 10))
        assert branch_counts([world.branch_a])[0].visits is None


def test_the_sum_of_all_is_not_told_where_it_would_tell_one_branch(world):
    """In the report of a quarter, beside the numbers of the branches that are told (decision 248)."""

    def told():
        rollups.fill()
        found = mechanisms_of(Period.parse("2026Q4"), date(2026, 11, 28))
        return found.trained.get(CARE_ANSWERED)

    with time_machine.travel("2026-11-28T09:00:00+08:00", tick=False):
        for member in world.people("branch_a")[2:5]:
            marked(member, day=date(2025, 5, 1))
        assert told() == (0, 3)
        for member in world.people("branch_b")[:2]:
            marked(member, day=date(2025, 5, 1))
        assert told() is None, "5 less the 3 of the one branch are the 2 of the other"
        marked(world.people("branch_c")[0], day=date(2025, 5, 1))
        assert told() == (0, 6), "what is left is of two branches"


@given(st.lists(st.integers(1, 5), max_size=4))
def test_a_sum_that_is_told_leaves_no_small_number(hidden):
    left = sum(hidden)
    assert sum_is_told(hidden) == (left == 0 or (len(hidden) >= 2 and left >= LEAST))
