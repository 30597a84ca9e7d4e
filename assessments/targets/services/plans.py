"""Plans: begun, approved by a meeting, issued; what keeps one from being issued."""

from collections.abc import Sequence
from decimal import Decimal

from django.core.exceptions import ValidationError

from assessments.targets import rules
from assessments.targets.models import PlanState, Split, Target, TargetPlan
from assessments.targets.rules import plain
from assessments.targets.services.guards import require_open_plan
from branches import audit
from branches.places.models.organisations import Kind, Organisation
from common import clock
from common.database import one_transaction
from common.errors import Conflict
from common.operator import Actor
from common.text import clean_text, quoted
from members.activities.models import COUNTING_STATES, Activity
from responsibilities.assigning import require_assigns

# A plan may be made for the present year and the next.
AHEAD = 1


@one_transaction
def plan_make(*, by: Actor, organisation: Organisation, year: int, title: str, document: str = "") -> TargetPlan:
    """Begin the plan of an organisation for a year and return it. ValidationError where there is one, or the year is far off."""
    require_assigns(by, organisation)
    if organisation.archived_on is not None:
        raise ValidationError(
            f"{organisation.label}已于 {clock.in_full(organisation.archived_on)} 撤销，不能再制定目标计划。"
        )
    if organisation.kind == Kind.SMALL_GROUP:
        raise ValidationError({"organisation": "党小组不制定目标计划，由所在支部制定。"})
    this = clock.today().year
    if not this <= year <= this + AHEAD:
        raise ValidationError({"year": f"可以制定 {this} 年和 {this + AHEAD} 年的目标计划。"})
    if TargetPlan.objects.filter(organisation=organisation, year=year).exists():
        raise ValidationError({"year": f"{organisation.label}已有 {year} 年的目标计划。"})
    plan = TargetPlan(organisation=organisation, year=year, title=clean_text(title), document=clean_text(document))
    plan.full_clean()
    with audit.change(by=by, verb="target.plan", obj=plan, organisation=organisation):
        plan.save()
    return plan


def locked_plan(plan: TargetPlan) -> TargetPlan:
    """Return the plan with its row locked; Conflict once it is closed."""
    fresh = TargetPlan.objects.select_for_update(of=("self",)).select_related("organisation__parent").get(pk=plan.pk)
    require_open_plan(fresh)
    return fresh


@one_transaction
def plan_approved(*, by: Actor, plan: TargetPlan, activity: Activity | None) -> TargetPlan:
    """Say which recorded meeting approved the plan, None to take it back; it has to count, and `by` has to read it."""
    plan = locked_plan(plan)
    require_assigns(by, plan.organisation)
    if activity is not None:
        readable = Activity.objects.filter(pk=activity.pk, state__in=COUNTING_STATES, valid=True).visible_to(by)
        if not readable.exists():
            raise ValidationError({"activity": "请选择已提交、有效的会议记录。"})
    with audit.change(by=by, verb="target.approved", obj=plan, organisation=plan.organisation):
        plan.approved_in = activity
        plan.save(update_fields=["approved_in"])
    return plan


@one_transaction
def plan_issue(*, by: Actor, plan: TargetPlan) -> TargetPlan:
    """Issue a draft: from today on its targets bind. ValidationError with everything that is missing."""
    plan = locked_plan(plan)
    require_assigns(by, plan.organisation)
    if plan.state != PlanState.DRAFT:
        raise Conflict("目标计划已经下达。", record=plan)
    problems = problems_of(plan)
    if problems:
        raise ValidationError(problems)
    with audit.change(by=by, verb="target.issue", obj=plan, organisation=plan.organisation):
        plan.state, plan.issued_on = PlanState.ISSUED, clock.today()
        plan.save(update_fields=["state", "issued_on"])
    return plan


def problems_of(plan: TargetPlan) -> list[str]:
    """Return what keeps a plan from being issued, as sentences: soft targets, weights, the record that approved it, shares."""
    targets = list(Target.objects.filter(plan=plan).prefetch_related("stages", "shares").order_by("code"))
    if not targets:
        return ["计划还没有目标，请先添加。"]
    parents = {target.parent_id for target in targets}
    found = weights_wrong(targets)
    for target in targets:
        if target.pk not in parents and is_soft(target):
            found.append(f"{quoted(target.name)}还没有计量项或阶段标准，不能下达。")
        if target.split == Split.DIVIDED and target.pk not in parents and target.planned is not None:
            # What was divided further is in the share that was divided.
            rows = [row for row in target.shares.all() if row.ends is None and row.parent_id is None]
            shared = sum((row.planned for row in rows if row.organisation_id != plan.organisation_id), Decimal(0))
            if shared < target.planned:
                found.append(f"{quoted(target.name)}分解合计 {plain(shared)}，少于目标 {plain(target.planned)}。")
    if plan.organisation.kind == Kind.PARTY_GROUP and plan.approved_in_id is None:
        found.append("党组的目标计划须先经党组会议审定，请选择审定的会议记录。")
    return found


def weights_wrong(targets: Sequence[Target]) -> list[str]:
    """Return a sentence for each level at which the weights of those that are not stopped do not add to 100."""
    found = []
    going = [target for target in targets if target.stopped_on is None]
    for parent in sorted({target.parent_id for target in going}, key=lambda pk: pk or 0):
        above = next((target for target in targets if target.pk == parent), None)
        problem = rules.weight_problem([target.weight for target in going if target.parent_id == parent])
        if problem:
            found.append(f"{quoted(above.name)}之下：{problem}" if above is not None else problem)
    return found


def is_soft(target: Target) -> bool:
    """Whether an aim is neither bound to a measure nor judged by dated criteria."""
    return not target.measure and not target.stages.all()
