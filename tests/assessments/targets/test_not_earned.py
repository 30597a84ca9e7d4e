"""Nobody reaches an aim by doing nothing, and nobody loses one by what lies outside the year."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from assessments.facts import fill as rollups
from assessments.targets.models import Target, TargetPlan, TargetShare
from assessments.targets.rules import ShareState
from assessments.targets.selectors.pages import list_behind, tree_of
from assessments.targets.selectors.standings import asked_now, standings
from assessments.targets.services.moves import target_adjust
from assessments.targets.services.next_year import plan_like_last_year
from assessments.targets.services.shares import target_divide
from common import clock
from common.operator import OPERATOR
from members.activities.services.states import activity_return
from tests.assessments.targets.support import issued, plan_at, stages_of, target_of
from tests.members.activities.records import submitted

pytestmark = pytest.mark.django_db


def divided(world, planned=3):
    """A divided amount of which branch A owes all and the others nothing."""
    plan = plan_at(world.committee)
    target = target_of(plan, planned=Decimal(planned), split="divided")
    places = (world.branch_a, world.branch_b, world.branch_c)
    amounts = {place.pk: Decimal(planned if place == world.branch_a else 0) for place in places}
    target_divide(by=OPERATOR, target=target, amounts=amounts)
    issued(plan)
    return target


@pytest.mark.parametrize("changes", [{}, {"measure": "requirement.life-theme-day"}])
def test_at_least_nothing_is_no_aim(world, changes):
    plan = plan_at(world.committee)
    with pytest.raises(ValidationError, match="不低于 0 什么也不做就达到"):
        target_of(plan, planned=Decimal(0), **changes)
    assert not Target.objects.exists()
    assert target_of(plan, planned=Decimal(0), direction="at_most").planned == 0


def test_a_share_of_nothing_is_no_share_and_is_left_out(world, as_):
    target = divided(world)
    rollups.fill()
    found = standings([target], [world.branch_a, world.branch_b])
    assert found[target.pk, world.branch_b.pk].state == ShareState.NOT_APPLICABLE
    assert found[target.pk, world.branch_a.pk].state != ShareState.NOT_APPLICABLE
    page = as_("staff").get(reverse("target_detail", args=[target.pk])).content.decode()
    assert "0/1" in page and "3/3" not in page


def test_freeing_one_does_not_take_the_amount_away(world):
    target = divided(world)
    with pytest.raises(ValidationError, match="分解合计 2，少于目标 3"):
        target_adjust(by=OPERATOR, target=target, planned=Decimal(2), reason="减轻", organisation=world.branch_a)
    target_adjust(by=OPERATOR, target=target, planned=Decimal(1), reason="承担一次", organisation=world.branch_b)
    target_adjust(by=OPERATOR, target=target, planned=Decimal(2), reason="减轻", organisation=world.branch_a)
    with pytest.raises(ValidationError, match="不低于 0"):
        target_adjust(by=OPERATOR, target=target, planned=Decimal(0), reason="取消")
    assert TargetShare.objects.get(target=target, organisation=world.branch_a, ends__isnull=True).planned == 2


@pytest.mark.parametrize("shift", [-1, 1])
def test_stages_lie_in_the_year_of_their_plan(world, shift):
    plan = plan_at(world.committee)
    days = [date(plan.year, 6, 30), date(plan.year + shift, 9, 30)]
    changes = {"kind": "qualitative", "measure": "", "planned": None, "stages": stages_of(*sorted(days))}
    with pytest.raises(ValidationError, match=f"各阶段的时限应在 {plan.year} 年之内"):
        target_of(plan, **changes)


def test_an_aim_above_is_met_only_when_all_below_it_is(world):
    plan = plan_at(world.committee)
    above = target_of(plan, name="活跃", measure="", planned=None)
    values = {"planned": Decimal(1), "weight": Decimal(50), "parent": above, "split": "own"}
    target_of(plan, **values)
    late = target_of(plan, name="年底的", first_month=12, **values)
    submitted(world.branch_a, world.secretary_a, kinds=["lecture"], day=clock.today())
    rollups.fill()
    (line, *_) = tree_of(plan, plan.organisation, asked_now()).lines
    if clock.today().month < 12:
        assert (line.standing.state, line.value) == (ShareState.ON_COURSE, "100%（已知 1/2 项）"), late
    else:
        assert line.standing.state == ShareState.MET


def test_a_weight_of_nothing_is_refused_in_words(world):
    with pytest.raises(ValidationError, match="权重应大于 0"):
        target_of(plan_at(world.committee), weight=Decimal(0))


def test_next_years_draft_does_not_hide_what_runs_and_keeps_the_name_that_was_typed(world, as_):
    plan = plan_at(world.committee)
    target_of(plan, planned=Decimal(7))
    issued(plan)
    rollups.fill()
    staff, following = as_("staff"), plan.year + 1
    said = {"organisation": world.committee.pk, "year": following, "like": "last", "title": "新一年计划"}
    assert staff.post(reverse("target_plan_new"), said).status_code == 302
    made = TargetPlan.objects.get(year=following)
    assert made.title == "新一年计划"
    assert made.targets.get().planned == 7, "nothing reached is nothing to aim at"
    assert staff.get(reverse("target_list")).context["plan"] == plan
    made.delete()
    unnamed = plan_like_last_year(by=OPERATOR, organisation=world.committee, year=following)
    assert unnamed.title == plan.title


def test_what_the_head_counts_the_filter_shows(world, as_):
    plan = plan_at(world.committee)
    target_of(plan, planned=Decimal(1), weight=Decimal(30))
    target_of(plan, planned=Decimal(0), direction="at_most", weight=Decimal(30), measure="activities.talk")
    target_of(plan, name="落空", planned=Decimal(0), direction="at_most", weight=Decimal(40))
    issued(plan)
    submitted(world.branch_a, world.secretary_a, kinds=["lecture"], day=clock.today())
    rollups.fill()
    staff, url = as_("staff"), reverse("target_list")
    assert "年度目标 3 项，按进度 2 项，落后 1 项" in staff.get(url).content.decode()
    assert [len(staff.get(url, {"state": state}).context["lines"]) for state in ("on_course", "behind")] == [2, 1]


def test_the_list_behind_a_value_holds_as_many_as_the_value_says(world, as_):
    plan = plan_at(world.committee)
    target = target_of(plan)
    issued(plan)
    for _ in range(3):
        record = submitted(world.branch_a, world.secretary_a, kinds=["lecture"], day=clock.today())
    activity_return(by=world.staff, activity=record, reason="补充议题")
    rollups.fill()
    value = standings([target], [world.committee])[target.pk, world.committee.pk].value.numerator
    found = as_("staff").get(list_behind(target, world.committee)).context["page"].paginator.count
    assert value == found == 2


def test_a_value_opens_no_list_that_holds_something_else(world, as_):
    plan = plan_at(world.committee)
    target = target_of(plan, measure="supervisions.answered", planned=Decimal(90), name="督查回复", split="own")
    issued(plan)
    assert list_behind(target, world.committee) == ""
    assert as_("staff").get(reverse("target_detail", args=[target.pk])).status_code == 200


def test_a_small_group_makes_no_plan_of_its_own(world, as_):
    with pytest.raises(ValidationError, match="党小组不制定目标计划"):
        plan_at(world.group_a1)
    offered = as_("staff").get(reverse("target_plan_new")).context["form"].fields["organisation"].queryset
    assert world.branch_a in offered and world.group_a1 not in offered
