"""The change of the year of targets: next year's plan from this year's, and the end of this year's."""

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.urls import reverse

from assessments.targets.models import COLLECTED, Direction, PlanState, TargetPlan
from assessments.targets.selectors.pages import aim_words, amount_words
from assessments.targets.selectors.places import is_count_of_each
from assessments.targets.services.next_year import Proposal, plan_like_last_year, proposals
from branches.frame.year import YearLine, YearState, YearSubject
from branches.places.models.organisations import Organisation
from common import clock
from common.database import one_transaction
from common.operator import Actor
from responsibilities.assigning import require_assigns


def _lines(user: Actor, places: Sequence[Organisation], year: int) -> list[YearLine]:
    rows = TargetPlan.objects.filter(organisation__in=places, year__in=(year - 1, year)).select_related("organisation")
    plans = {(plan.organisation_id, plan.year): plan for plan in rows.prefetch_related("targets")}
    found = []
    for place in places:
        before, new = plans.get((place.pk, year - 1)), plans.get((place.pk, year))
        if new is not None:
            text = f"{year} 年计划已有，目标 {len(new.targets.all())} 项"
            found.append(YearLine(place, "目标计划", YearState.CONFIRMED, text, _page(new)))
        elif before is not None:
            proposed = proposals(before)
            text = (
                f"按 {year - 1} 年计划起草 {len(proposed)} 项：应达取已经达到的数值（各组织同一标准的，取每个组织都达到的），"
                "但要求不低于上年，没有完成的阶段顺延一年，已完成的定性目标不再列入。起草后可以修改，下达后才计量"
            )
            details = tuple(_words(one) for one in proposed)
            found.append(YearLine(place, "目标计划", YearState.PROPOSED, text, _page(before), details))
        if before is not None:
            found.append(YearLine(place, f"{year - 1} 年目标计划", YearState.ENDS, _end_of(before), _page(before)))
    return found


def _words(one: Proposal) -> str:
    """Return a proposed target beside what was asked and reached in the year before."""
    if one.aim is None or one.planned is None:
        return f"{one.name}：{len(one.stages)} 个阶段" if one.stages else one.name
    if one.old.measure == COLLECTED:
        return f"{one.name}：数字重新征集后再填应达"
    was = "实际 " + ("未知" if one.reached is None else amount_words(one.old, one.reached))
    if one.reached is not None and is_count_of_each(one.old):
        least = "最少" if one.old.direction == Direction.AT_LEAST else "最多"
        was = f"{least}的组织 {amount_words(one.old, one.reached)}"
    return f"{one.name}：上年应达{aim_words(one.old, one.aim)}，{was}；拟定{aim_words(one.old, one.planned)}"


def _page(plan: TargetPlan) -> str:
    return f"{reverse('target_list')}?plan={plan.pk}"


def _end_of(plan: TargetPlan) -> str:
    if plan.state == PlanState.CLOSED and plan.closed_on is not None:
        return f"{clock.in_full(plan.closed_on)}结束，结果已固定"
    if plan.state == PlanState.DRAFT:
        return "没有下达，不计量"
    return "年度终了并过宽限期后自动结束，结果随之固定"


@one_transaction
def _confirm(by: Actor, organisation: Organisation, year: int) -> bool:
    """Draft the plan of a year from that of the year before; what is there already stays as it is."""
    require_assigns(by, organisation)
    # Of two confirmations at once the second finds what the first made.
    before = TargetPlan.objects.select_for_update().filter(organisation=organisation, year=year - 1).first()
    if before is None:
        raise ValidationError(f"{organisation.label}没有 {year - 1} 年的目标计划。")
    if TargetPlan.objects.filter(organisation=organisation, year=year).exists():
        return False
    plan_like_last_year(by=by, organisation=organisation, year=year)
    return True


YEAR = YearSubject("targets", _lines, _confirm)
