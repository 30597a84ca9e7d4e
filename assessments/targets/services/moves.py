"""How much is owed of an issued target: dated values with a reason, and the end of a target that is stopped."""

from datetime import date, timedelta
from decimal import Decimal

from django.core.exceptions import ValidationError

from assessments.targets.models import PlanState, Split, Target, TargetPlan, TargetShare
from assessments.targets.rules import plain
from assessments.targets.services.aims import TargetData, measure_errors
from assessments.targets.services.guards import require_not_stopped, require_running
from assessments.targets.services.plans import locked_plan
from branches import audit
from branches.places.models.organisations import Organisation
from common import clock
from common.database import one_transaction
from common.operator import Actor
from common.text import clean_text
from responsibilities.assigning import require_assigns

REASON_MOST = 200
ISSUED_NEEDS_REASON = "已下达的目标，调整须写明原因。"


@one_transaction
def target_adjust(
    *, by: Actor, target: Target, planned: Decimal, reason: str, organisation: Organisation | None = None
) -> Target:
    """Change how much is to be reached of an issued target, from today on: of all, or by one organisation.

    A new dated row; each day is judged by the value in force on it. ValidationError without a reason.
    """
    plan = locked_plan(target.plan)
    require_assigns(by, plan.organisation)
    place = organisation or plan.organisation
    reason = clean_text(reason)
    if plan.state == PlanState.ISSUED and not reason:
        raise ValidationError({"reason": ISSUED_NEEDS_REASON})
    if len(reason) > REASON_MOST:
        raise ValidationError({"reason": f"原因不超过 {REASON_MOST} 字，现有 {len(reason)} 字。"})
    require_not_stopped(target)
    if not target.measure:
        raise ValidationError({"planned": "定性目标按阶段标准评定，没有应达数值。"})
    _check_adjusted(target, plan, planned, organisation)
    with audit.change(by=by, verb="target.adjust", obj=target, organisation=plan.organisation, note=reason):
        share_write(target, place, planned, reason, _first_day(plan))
    return target


def _check_adjusted(target: Target, plan: TargetPlan, planned: Decimal, organisation: Organisation | None) -> None:
    """One organisation may be freed of its share (0); of an amount the shares together still reach the whole."""
    data = TargetData(
        "",
        "",
        Decimal(1),
        measure=target.measure,
        collect=target.collect,
        direction=target.direction,
        planned=planned,
    )
    errors = {} if organisation is not None and not planned else measure_errors(data)
    if errors:
        raise ValidationError(errors)
    if organisation is None or target.split != Split.DIVIDED:
        return
    rows = TargetShare.objects.filter(target=target, ends__isnull=True)
    mine = rows.filter(organisation=organisation).select_related("parent").first()
    whole: Decimal | None
    if mine is not None and mine.parent is not None:
        whole, others = mine.parent.planned, rows.filter(parent=mine.parent)
    else:
        own = rows.filter(organisation=plan.organisation_id).values_list("planned", flat=True).first()
        whole, others = own if own is not None else target.planned, rows.filter(parent__isnull=True)
    others = others.exclude(organisation__in=[organisation.pk, plan.organisation_id])
    total = sum(others.values_list("planned", flat=True), planned)
    if whole is not None and total < whole:
        raise ValidationError({"planned": f"分解合计 {plain(total)}，少于目标 {plain(whole)}。"})


def _first_day(plan: TargetPlan) -> date:
    """Return from which day a value counts: a draft's from the beginning of its year, later ones from today."""
    return date(plan.year, 1, 1) if plan.state == PlanState.DRAFT else clock.today()


def share_write(
    target: Target, place: Organisation, planned: Decimal, reason: str, since: date, parent: TargetShare | None = None
) -> TargetShare:
    """Let a share begin on a day and end the one before it; one that began that day, or later, is replaced."""
    open_share = (
        TargetShare.objects.select_for_update().filter(target=target, organisation=place, ends__isnull=True).first()
    )
    if open_share is not None and open_share.starts >= since:
        open_share.planned, open_share.reason, open_share.parent = planned, reason, parent or open_share.parent
        open_share.full_clean(exclude=["target", "organisation", "parent"], validate_constraints=False)
        open_share.save()
        return open_share
    if open_share is not None:
        open_share.ends = since - timedelta(days=1)
        open_share.save(update_fields=["ends"])
    share = TargetShare(target=target, organisation=place, planned=planned, reason=reason, starts=since, parent=parent)
    share.full_clean(exclude=["target", "organisation", "parent"])
    share.save()
    return share


@one_transaction
def target_stop(*, by: Actor, target: Target, reason: str) -> Target:
    """Stop a target from today on, with a reason: it leaves every rate and stays readable."""
    plan = locked_plan(target.plan)
    require_assigns(by, plan.organisation)
    reason = clean_text(reason)
    if not reason:
        raise ValidationError({"reason": "请写明停止的原因。"})
    target.plan = plan
    require_running(target)
    with audit.change(by=by, verb="target.stop", obj=target, organisation=plan.organisation, note=reason):
        target.stopped_on, target.stop_reason = clock.today(), reason[:REASON_MOST]
        target.save(update_fields=["stopped_on", "stop_reason"])
    return target
