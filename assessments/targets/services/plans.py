"""Plans and their targets: drafted, issued, changed by dated rows with a reason, stopped."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from assessments.targets import rules
from assessments.targets.measured import MEASURED
from assessments.targets.models import (
    COLLECTED,
    Direction,
    PlanState,
    Split,
    Target,
    TargetKind,
    TargetPlan,
    TargetShare,
    TargetStage,
)
from assessments.targets.services.guards import (
    require_deletable,
    require_not_stopped,
    require_open_plan,
    require_running,
)
from branches import audit
from branches.places.models.organisations import Kind, Organisation
from common import clock
from common.database import one_transaction
from common.errors import Conflict
from common.operator import Actor
from common.text import clean_text, quoted
from members.activities.models import COUNTING_STATES, Activity, ActivityKindCode, BuildingField
from responsibilities.assigning import require_assigns
from responsibilities.collects.models import Collect, CollectField, CollectState, FieldKind
from responsibilities.portfolios.models import LeaderPortfolio

# A plan may be made for the present year and the next.
AHEAD = 1
REASON_MOST = 200
ISSUED_NEEDS_REASON = "已下达的目标，调整须写明原因。"


@dataclass
class StageData:
    """One stage as typed."""

    criterion: str
    due: date
    part: int
    kinds: list[str] = dataclasses.field(default_factory=list)
    word: str = ""


@dataclass
class TargetData:
    """A target as typed. stages: of a qualitative one."""

    name: str
    field: str
    weight: Decimal
    kind: str = TargetKind.QUANTITATIVE
    code: str = ""
    parent: Target | None = None
    applies: list[str] = dataclasses.field(default_factory=list)
    base: Decimal | None = None
    holder: LeaderPortfolio | None = None
    first_month: int = 1
    last_month: int = 12
    measure: str = ""
    collect: CollectField | None = None
    direction: str = "at_least"
    planned: Decimal | None = None
    split: str = Split.SAME
    stages: list[StageData] = dataclasses.field(default_factory=list)


COLUMNS = tuple(one.name for one in fields(TargetData) if one.name != "stages")


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


def next_code(plan: TargetPlan, parent: Target | None) -> str:
    """Return the code that follows among the siblings: 3, or 2.4 below the target 2."""
    siblings = Target.objects.filter(plan=plan, parent=parent).values_list("code", flat=True)
    last = max((int(code.rsplit(".", 1)[-1]) for code in siblings if code.rsplit(".", 1)[-1].isdigit()), default=0)
    return f"{parent.code}.{last + 1}" if parent is not None else str(last + 1)


@one_transaction
def target_add(*, by: Actor, plan: TargetPlan, data: TargetData) -> Target:
    """Add a target to a draft; an issued plan takes further ones too, from today. ValidationError by field."""
    plan = locked_plan(plan)
    require_assigns(by, plan.organisation)
    target = Target(plan=plan)
    _check_collect(by, data)
    _fill(target, data)
    if plan.state == PlanState.ISSUED and not (data.measure or data.stages):
        raise ValidationError({"measure": f"{quoted(target.name)}还没有计量项或阶段标准，不能下达。"})
    with audit.change(by=by, verb="target.add", obj=target, organisation=plan.organisation):
        target.save()
    _write_stages(target, data.stages)
    return target


@one_transaction
def target_update(*, by: Actor, target: Target, data: TargetData) -> Target:
    """Change a target of a draft; once it is issued only its value moves (`target_adjust`)."""
    plan = locked_plan(target.plan)
    require_assigns(by, plan.organisation)
    if plan.state != PlanState.DRAFT:
        raise Conflict("目标已经下达，只能调整应达数值，或停止。", record=plan)
    fresh = Target.objects.select_for_update(of=("self",)).get(pk=target.pk)
    _check_collect(by, data)
    before = fresh.code
    with audit.change(by=by, verb="target.update", obj=fresh, organisation=plan.organisation):
        _fill(fresh, data)
        fresh.save()
    if fresh.code != before:
        _renumber_below(fresh, before)
    fresh.stages.all().delete()
    _write_stages(fresh, data.stages)
    return fresh


@one_transaction
def target_delete(*, by: Actor, target: Target) -> None:
    """Take a target, and what lies below it, out of a draft."""
    plan = locked_plan(target.plan)
    require_assigns(by, plan.organisation)
    target.plan = plan
    require_deletable(target)
    audit.record(by=by, verb="target.delete", obj=target, organisation=plan.organisation, before=audit.snapshot(target))
    target.delete()


def figures_asked(user: Actor) -> QuerySet[CollectField]:
    """Return the numbers that askings which `user` reads have asked for, the latest asking first; not what the system knows itself."""
    asked = Collect.objects.visible_to(user).exclude(state=CollectState.DRAFT).order_by()
    rows = CollectField.objects.filter(collect__in=asked.values("pk"), kind=FieldKind.NUMBER, figure="")
    return rows.select_related("collect").order_by("-collect__created", "order", "pk")


def _check_collect(by: Actor, data: TargetData) -> None:
    asked = data.collect if data.measure == COLLECTED else None
    if asked is not None and not figures_asked(by).filter(pk=asked.pk).exists():
        raise ValidationError({"collect": "请从列表中选择征集过的数字。"})


def _fill(target: Target, data: TargetData) -> None:
    """Write what was typed into a target; ValidationError by field."""
    errors: dict[str, str] = {}
    code = _code_of(target, data)
    if code != target.code:
        errors |= _code_errors(target, data.parent, code)
    for name in COLUMNS:
        setattr(target, name, getattr(data, name))
    target.name, target.code = clean_text(data.name), code
    if not target.name:
        errors["name"] = "请填写目标名称。"
    if data.field not in BuildingField.values:
        errors["field"] = "请选择方面。"
    if data.parent is not None and (data.parent.plan_id != target.plan_id or _below(data.parent, target)):
        errors["parent"] = "目标不能放在自己的下级之下。"
    if data.weight <= 0:
        errors["weight"] = "权重应大于 0。"
    target.collect = data.collect if data.measure == COLLECTED else None
    if data.kind == TargetKind.QUALITATIVE:
        target.measure, target.planned, target.collect = "", None, None
        errors |= _stage_errors(data.stages, target.plan.year)
    else:
        errors |= _measure_errors(data)
    if data.split != Split.OWN and not data.applies:
        errors["applies"] = "请选择由哪些组织承担。"
    if data.split == Split.OWN:
        target.applies = []
    if data.split == Split.DIVIDED and data.measure in MEASURED and MEASURED[data.measure].rate:
        errors["split"] = "比例不能分解为总量，请选“各组织同一标准”。"
    if errors:
        raise ValidationError(errors)
    target.full_clean(exclude=["plan", "parent", "holder", "collect"])


def _code_of(target: Target, data: TargetData) -> str:
    """Return the code of a target: as typed, else as it was; the next one of a new target, and of one that moves elsewhere."""
    typed, moved = clean_text(data.code), (data.parent.pk if data.parent else None) != target.parent_id
    if typed and not (moved and typed == target.code):
        return typed
    return next_code(target.plan, data.parent) if moved or not target.code else target.code


def _code_errors(target: Target, parent: Target | None, code: str) -> dict[str, str]:
    above, _, own = code.rpartition(".")
    wanted = parent.code if parent is not None else ""
    if above != wanted or not (own.isascii() and own.isdigit() and len(own) <= 3):
        return {"code": f"序号应写作 {wanted + '.' if wanted else ''}1 这样的编号。"}
    if Target.objects.filter(plan=target.plan, code=code).exclude(pk=target.pk).exists():
        return {"code": f"序号{quoted(code)}已有。"}
    return {}


def _renumber_below(target: Target, before: str) -> None:
    """Let the codes of what lies below a target follow its own."""
    for row in Target.objects.filter(plan=target.plan_id, code__startswith=f"{before}."):
        row.code = f"{target.code}{row.code.removeprefix(before)}"
        row.clean_fields(exclude=["plan", "parent", "holder", "collect"])
        row.save(update_fields=["code"])


def _below(place: Target | None, target: Target) -> bool:
    """Whether `place` is the target or lies below it."""
    while place is not None:
        if place.pk == target.pk and target.pk is not None:
            return True
        place = place.parent
    return False


def _measure_errors(data: TargetData) -> dict[str, str]:
    if not data.measure:
        # An aim above others, or one that is still soft: it cannot be issued so.
        return {"planned": "请先选择计量项。"} if data.planned is not None else {}
    measured = MEASURED.get(data.measure)
    if measured is None:
        return {"measure": f"没有{quoted(data.measure)}这个计量项。"}
    if data.planned is None:
        return {"planned": "请填写应达数值。"}
    if data.measure == COLLECTED and data.collect is None:
        return {"collect": "请选择哪次征集的哪个数字。"}
    if measured.rate and not 0 <= data.planned <= 100:
        return {"planned": "应达比例在 0 至 100 之间。"}
    if data.planned < 0:
        return {"planned": "应达数值不能小于 0。"}
    if not measured.rate and measured.grain and data.planned != data.planned.to_integral_value():
        return {"planned": f"按{measured.unit}计的应达数值应为整数。"}
    if not data.planned and data.direction == Direction.AT_LEAST:
        return {"planned": "不低于 0 什么也不做就达到，请填写大于 0 的数值；要求不发生的，方向选“不高于”。"}
    return {}


def _stage_errors(stages: list[StageData], year: int) -> dict[str, str]:
    days = [stage.due for stage in stages]
    problem = rules.parts_problem([stage.part for stage in stages]) or rules.order_problem(days)
    if any(day.year != year for day in days):
        problem = problem or f"各阶段的时限应在 {year} 年之内。"
    unknown = [kind for stage in stages for kind in stage.kinds if kind not in ActivityKindCode.values]
    return {"stages": problem or "请在列出的活动类型中选择。"} if problem or unknown else {}


def _write_stages(target: Target, stages: list[StageData]) -> None:
    for order, stage in enumerate(stages if target.kind == TargetKind.QUALITATIVE else [], start=1):
        row = TargetStage(
            target=target,
            order=order,
            criterion=clean_text(stage.criterion),
            due=stage.due,
            part=stage.part,
            kinds=list(stage.kinds),
            word=clean_text(stage.word),
        )
        row.full_clean(exclude=["target"])
        row.save()


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
            shared = sum((share.planned for share in target.shares.all() if share.ends is None), Decimal(0))
            shared -= sum(
                (
                    s.planned
                    for s in target.shares.all()
                    if s.ends is None and s.organisation_id == plan.organisation_id
                ),
                Decimal(0),
            )
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


def plain(number: Decimal) -> str:
    """Return a number without needless zeros: 38, 2.5."""
    return f"{number.normalize():f}"


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
    errors = {} if organisation is not None and not planned else _measure_errors(data)
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
