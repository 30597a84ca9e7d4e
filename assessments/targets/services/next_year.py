"""Next year's plan from this year's: planned as much as was reached, never less than was asked, what was left open with new days."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
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
from assessments.targets.rules import plain
from assessments.targets.selectors.places import is_count_of_each, places_owing
from assessments.targets.selectors.standings import asked_now, planned_of, standings
from assessments.targets.services.aims import COLUMNS, StageData, TargetData, target_add
from assessments.targets.services.plans import plan_make
from branches.places.models.organisations import Organisation
from common.database import one_transaction
from common.operator import Actor


@one_transaction
def plan_like_last_year(*, by: Actor, organisation: Organisation, year: int, title: str = "") -> TargetPlan:
    """Make next year's plan from this year's: same targets as `proposals` says, unfinished stages with new days.

    ValidationError where there is no plan of the year before, or one of this year already.
    """
    before = TargetPlan.objects.filter(organisation=organisation, year=year - 1).first()
    if before is None:
        raise ValidationError({"year": f"{organisation.label}没有 {year - 1} 年的目标计划。"})
    plan = plan_make(
        by=by, organisation=organisation, year=year, title=title or before.title.replace(str(year - 1), str(year))
    )
    made: dict[int, Target] = {}
    for one in proposals(before):
        data = TargetData(**{name: getattr(one.old, name) for name in COLUMNS if name not in ("parent", "base")})
        data.parent = made.get(one.old.parent_id) if one.old.parent_id else None
        # A number that does not follow from the target above is given anew.
        if one.old.code.rpartition(".")[0] != (data.parent.code if data.parent is not None else ""):
            data.code = ""
        data.name, data.base, data.planned = one.name, one.reached, one.planned
        if data.measure == COLLECTED:
            # What was asked for once is asked for anew: until then the aim is soft.
            data.measure, data.collect, data.planned = "", None, None
        data.stages = _moved(one.stages)
        made[one.old.pk] = target_add(by=by, plan=plan, data=data)
    return plan


@dataclass(frozen=True)
class Proposal:
    """A target of next year. old: this year's. aim: how much that asks in the end; reached: how much was reached, None unknown.

    name, planned: of the new one. stages: of the old one's those that are left.
    """

    old: Target
    name: str
    aim: Decimal | None
    reached: Decimal | None
    planned: Decimal | None
    stages: list[TargetStage]


def proposals(before: TargetPlan) -> list[Proposal]:
    """Return what next year's plan takes from this year's, aims above others first: what was reached, never less than was asked.

    What is stopped is left out, what is judged by stages and was reached in all of them by everybody too, and what lies
    below either.
    """
    rows = list(
        Target.objects.filter(plan=before, stopped_on__isnull=True)
        .select_related("plan__organisation")
        .prefetch_related("stages")
        .order_by("code")
    )
    reached, left = reached_at(before), stages_left(before, rows)
    aims = planned_of(rows, before.organisation, asked_now())
    found: dict[int, Proposal] = {}
    for old in sorted(rows, key=lambda row: row.code.count(".")):
        if (old.parent_id is not None and old.parent_id not in found) or left.get(old.pk) == []:
            continue
        aim, value = (aims.get(old.pk) if old.measure else None), reached.get(old.pk)
        planned = _no_less(old, aim, value)
        found[old.pk] = Proposal(old, _renamed(old.name, aim, planned), aim, value, planned, left.get(old.pk, []))
    return list(found.values())


def _no_less(old: Target, aim: Decimal | None, reached: Decimal | None) -> Decimal | None:
    """Return what is asked next: the figure reached, where it asks more than before; what was missed is asked again."""
    if aim is None or reached is None:
        return aim
    return max(aim, reached) if old.direction == Direction.AT_LEAST else min(aim, reached)


def _renamed(name: str, aim: Decimal | None, planned: Decimal | None) -> str:
    """Return a name with the new amount in the place of the old one, where it says just that amount once."""
    if aim is None or planned is None or aim == planned:
        return name
    said = re.compile(rf"(?<![\d.]){re.escape(plain(aim))}(?![\d.])")
    return said.sub(plain(planned), name) if len(said.findall(name)) == 1 else name


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
    """Return {target id: figure that the plan's organisation reached} of its quantitative targets, as facts say it now.

    Of a count that each organisation owes: the figure that every one of them reached.
    """
    targets = [row for row in plan.targets.select_related("plan__organisation") if row.measure]
    found = standings(targets, [plan.organisation])
    told: dict[int, Decimal] = {}
    for target in targets:
        standing = found[target.pk, plan.organisation_id]
        if is_count_of_each(target):
            told |= {target.pk: Decimal(standing.common)} if standing.common is not None else {}
            continue
        value = standing.value
        if value is None:
            continue
        rate = value.rate
        if value.denominator is None:
            told[target.pk] = Decimal(value.numerator)
        elif rate is not None:
            told[target.pk] = Decimal(int(rate))
    return told
