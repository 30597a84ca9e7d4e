"""Next year's plan from this year's: planned as much as was reached, what was left open with new days."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db.models import Count

from assessments.targets.models import (
    COLLECTED,
    Direction,
    StageLevel,
    StageReport,
    StageState,
    Target,
    TargetKind,
    TargetPlan,
    TargetStage,
)
from assessments.targets.selectors.places import places_owing
from assessments.targets.selectors.standings import standings
from assessments.targets.services.plans import COLUMNS, StageData, TargetData, plan_make, target_add
from branches.places.models.organisations import Organisation
from common.database import one_transaction
from common.operator import Actor


@one_transaction
def plan_like_last_year(*, by: Actor, organisation: Organisation, year: int, title: str = "") -> TargetPlan:
    """Make next year's plan from this year's: same targets, planned as much as was reached, unfinished stages with new days.

    What is judged by stages and was reached in all of them by everybody is not taken along. ValidationError where there is
    no plan of the year before, or one of this year already.
    """
    before = TargetPlan.objects.filter(organisation=organisation, year=year - 1).first()
    if before is None:
        raise ValidationError({"year": f"{organisation.label}没有 {year - 1} 年的目标计划。"})
    plan = plan_make(
        by=by, organisation=organisation, year=year, title=title or before.title.replace(str(year - 1), str(year))
    )
    rows = list(
        Target.objects.filter(plan=before, stopped_on__isnull=True)
        .select_related("plan__organisation")
        .prefetch_related("stages")
        .order_by("code")
    )
    reached, left = reached_at(before), stages_left(before, rows)
    made: dict[int, Target] = {}
    for old in sorted(rows, key=lambda row: row.code.count(".")):
        if (old.parent_id is not None and old.parent_id not in made) or left.get(old.pk) == []:
            continue
        data = TargetData(**{name: getattr(old, name) for name in COLUMNS if name not in ("parent", "base")})
        data.parent = made.get(old.parent_id) if old.parent_id else None
        data.base = reached.get(old.pk)
        # Nothing reached is nothing to aim at: what was asked before stays.
        kept = data.base is None or (not data.base and old.direction == Direction.AT_LEAST)
        data.planned = old.planned if kept else data.base
        if data.measure == COLLECTED:
            # What was asked for once is asked for anew: until then the aim is soft.
            data.measure, data.collect, data.planned = "", None, None
        data.stages = _moved(left.get(old.pk, []))
        made[old.pk] = target_add(by=by, plan=plan, data=data)
    return plan


def stages_left(plan: TargetPlan, targets: Sequence[Target]) -> dict[int, list[TargetStage]]:
    """Return {id of a target judged by stages: those of them that not everybody who owes it has reached}.

    Where one alone is left all stay: a target has at least two.
    """
    judged = StageReport.objects.filter(stage__target__plan=plan, state=StageState.ACCEPTED, level=StageLevel.REACHED)
    done = dict(judged.order_by().values_list("stage").annotate(number=Count("pk")))
    left: dict[int, list[TargetStage]] = {}
    for target in targets:
        if target.kind != TargetKind.QUALITATIVE:
            continue
        owing, stages = places_owing(target).count(), list(target.stages.all())
        rest = [stage for stage in stages if done.get(stage.pk, 0) < max(owing, 1)]
        left[target.pk] = stages if len(rest) == 1 else rest
    return left


def _moved(stages: Sequence[TargetStage]) -> list[StageData]:
    """Return stages a year later, their parts again a hundred together."""
    whole = sum(stage.part for stage in stages)
    moved = [
        StageData(stage.criterion, _next_year(stage.due), 100 * stage.part // whole, list(stage.kinds), stage.word)
        for stage in stages
    ]
    if moved:
        moved[-1].part += 100 - sum(stage.part for stage in moved)
    return moved


def _next_year(day: date) -> date:
    return date(day.year + 1, day.month, 28 if (day.month, day.day) == (2, 29) else day.day)


def reached_at(plan: TargetPlan) -> dict[int, Decimal]:
    """Return {target id: figure that the plan's organisation reached} of its quantitative targets, as facts say it now."""
    targets = [row for row in plan.targets.select_related("plan__organisation") if row.measure]
    found = standings(targets, [plan.organisation])
    told: dict[int, Decimal] = {}
    for target in targets:
        value = found[target.pk, plan.organisation_id].value
        if value is None:
            continue
        rate = value.rate
        if value.denominator is None:
            told[target.pk] = Decimal(value.numerator)
        elif rate is not None:
            told[target.pk] = Decimal(int(rate))
    return told
