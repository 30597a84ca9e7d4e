"""Decomposing: an amount is shared out in two clicks, and divided further by whoever leads the branches below."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError

from assessments.targets import rules
from assessments.targets.measured import MEASURED
from assessments.targets.models import PlanState, Split, Target, TargetShare
from assessments.targets.rules import plain
from assessments.targets.selectors.places import places_sharing, sizes_of
from assessments.targets.services.moves import ISSUED_NEEDS_REASON, share_write
from assessments.targets.services.plans import locked_plan
from branches import audit
from branches.places.models.organisations import Organisation
from branches.reach import access
from branches.reach.rights import REVIEW
from common import clock
from common.database import one_transaction
from common.errors import Conflict
from common.operator import Actor
from common.text import clean_text
from responsibilities.assigning import require_assigns


def proposed(target: Target, top: Organisation | None = None) -> dict[int, Decimal]:
    """Return {organisation id: how much} that is proposed: a rate for all alike, an amount by members at the first day.

    top: divide that organisation's own share among the branches below it instead.
    """
    places = places_sharing(target, top)
    whole = _whole(target, top)
    if whole is None:
        return {}
    if MEASURED[target.measure].rate:
        return dict.fromkeys((place.pk for place in places), whole)
    day = max(date(target.plan.year, target.first_month, 1), min(clock.today(), date(target.plan.year, 12, 31)))
    sizes = sizes_of(places, min(day, clock.today()))
    return {pk: Decimal(number) for pk, number in rules.divided(int(whole), sizes).items()}


def _whole(target: Target, top: Organisation | None) -> Decimal | None:
    """Return how much is to be shared out: the target's, or the open share of `top`."""
    place = top.pk if top is not None else target.plan.organisation_id
    share = TargetShare.objects.filter(target=target, organisation=place, ends__isnull=True).first()
    if share is not None:
        return share.planned
    return target.planned if top is None else None


@one_transaction
def target_divide(
    *,
    by: Actor,
    target: Target,
    amounts: Mapping[int, Decimal],
    reason: str = "",
    top: Organisation | None = None,
) -> int:
    """Write how much each organisation owes, {id: amount}, and return how many shares differ from before.

    top: a general branch that divides its own share among its branches: whoever reviews each of them may; else whoever
    arranges the plan. ValidationError where it does not reach the whole, or names an organisation that does not owe the target.
    """
    plan = locked_plan(target.plan)
    places = {place.pk: place for place in places_sharing(target, top)}
    if top is None:
        require_assigns(by, plan.organisation)
    else:
        access.require_each(by, REVIEW, places)
    if target.split != Split.DIVIDED or target.measure not in MEASURED:
        raise Conflict("这个目标不是总量分解的目标。", record=plan)
    reason = clean_text(reason)
    whole = _whole(target, top)
    _check(target, places, amounts, whole)
    standing = {
        share.organisation_id: share.planned
        for share in TargetShare.objects.filter(target=target, organisation__in=places, ends__isnull=True)
    }
    changed = {pk: amount for pk, amount in amounts.items() if standing.get(pk) != amount}
    if plan.state == PlanState.ISSUED and not reason and any(pk in standing for pk in changed):
        raise ValidationError({"reason": ISSUED_NEEDS_REASON})
    since = date(plan.year, 1, 1) if plan.state == PlanState.DRAFT else clock.today()
    above = TargetShare.objects.filter(target=target, organisation=top, ends__isnull=True).first() if top else None
    words = "、".join(f"{places[pk].label} {plain(amount)}" for pk, amount in changed.items())
    for pk, amount in changed.items():
        share_write(target, places[pk], amount, reason, since, above)
    if changed:
        note = f"{reason}：{words}" if reason else words
        audit.record(by=by, verb="target.divide", obj=target, organisation=top or plan.organisation, note=note[:500])
    return len(changed)


def _check(
    target: Target, places: Mapping[int, Organisation], amounts: Mapping[int, Decimal], whole: Decimal | None
) -> None:
    if set(amounts) - set(places) or not places:
        raise ValidationError("有的组织不承担这个目标，请刷新后重新分解。")
    if whole is None:
        raise ValidationError("这个组织还没有分到数量，不能再分解。")
    for amount in amounts.values():
        if amount < 0 or amount != amount.to_integral_value():
            raise ValidationError("分解的数量应为不小于 0 的整数。")
    missing = [place.label for pk, place in places.items() if pk not in amounts]
    if missing:
        raise ValidationError(
            f"{'、'.join(missing[:3])}{'等' if len(missing) > 3 else ''}还没有分到数量，不承担的填 0。"
        )
    total = sum(amounts.values(), Decimal(0))
    if total < whole:
        raise ValidationError(f"分解合计 {plain(total)}，少于目标 {plain(whole)}。")
