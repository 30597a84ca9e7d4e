"""Targets of a plan as they are typed: added, changed and taken out while it is a draft, with what is wrong by field."""

import dataclasses
from dataclasses import dataclass, fields
from datetime import date
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
    TargetStage,
)
from assessments.targets.services.guards import require_deletable
from assessments.targets.services.plans import locked_plan
from branches import audit
from common.database import one_transaction
from common.errors import Conflict
from common.operator import Actor
from common.text import clean_text, quoted
from members.activities.models import ActivityKindCode, BuildingField
from responsibilities.assigning import require_assigns
from responsibilities.collects.models import Collect, CollectField, CollectState, FieldKind
from responsibilities.portfolios.models import LeaderPortfolio


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
        errors |= measure_errors(data)
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


def measure_errors(data: TargetData) -> dict[str, str]:
    """Return {field: sentence} of what is wrong with measure and value of a target."""
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
