"""What the pages of targets show: the tree with where each stands, one target with its organisations."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from django.urls import reverse
from django.utils.http import urlencode

from assessments.targets.measured import MEASURED
from assessments.targets.models import PlanState, Target, TargetKind, TargetPlan
from assessments.targets.rules import ShareState, Standing, elapsed, plain
from assessments.targets.selectors.below import kinds_below, standings_below
from assessments.targets.selectors.places import counts_alone, is_pooled, owed_rows
from assessments.targets.selectors.standings import Asked, of_tree, planned_of, standings
from assessments.targets.services.plans import is_soft
from branches.access.models import User
from branches.places.models.organisations import Organisation
from branches.reach import access
from branches.reach.intervals import tree_order
from branches.reach.rights import VIEW
from common import clock
from common.periods import MONTH, YEAR, Period
from responsibilities.assigning import assigns_work
from responsibilities.collects.values import number_text


@dataclass(frozen=True)
class Line:
    """A target in the tree.

    depth: 0 for the first level. standing: at the organisation that is shown. tick: part of the time that has passed, as a
    percentage, for a count; of a rate the aim itself. value, aim: in words.
    """

    target: Target
    depth: int
    standing: Standing
    value: str
    aim: str
    tick: int | None
    soft: bool
    children: bool


@dataclass
class Tree:
    """The targets of a plan at one organisation, in their order, and how they stand in numbers."""

    plan: TargetPlan
    place: Organisation
    lines: list[Line] = field(default_factory=list)

    def count(self, *states: ShareState) -> int:
        """Return how many aims without further aims below them are in one of `states`."""
        return sum(line.standing.state in states for line in self.lines if not line.children)

    @property
    def total(self) -> int:
        return sum(not line.children for line in self.lines)

    @property
    def soft(self) -> int:
        return sum(line.soft for line in self.lines)


def plans_of(user: User) -> list[TargetPlan]:
    """Return the plans that `user` may read: drafts only where he arranges, newest year first, the upper organisation first."""
    rows = TargetPlan.objects.visible_to(user).select_related("organisation__parent")
    rows = rows.order_by("-year", *tree_order("organisation__"))
    return [plan for plan in rows if plan.state != PlanState.DRAFT or assigns_work(user, plan.organisation)]


def place_shown(user: User, plan: TargetPlan, own: Organisation | None) -> Organisation:
    """Return at which organisation a reader sees a plan first: the plan's own where he reads it, else his own."""
    if access.has_right(user, VIEW, plan.organisation) or own is None:
        return plan.organisation
    return own


def tree_of(plan: TargetPlan, place: Organisation, asked: Asked, *, below: bool = False) -> Tree:
    """Return the Tree of a plan at an organisation; four statements, whatever its size.

    below: with the targets that only organisations below it owe, and how these stand.
    """
    rows = list(
        plan.targets.select_related("plan__organisation", "holder__leader", "parent").prefetch_related("stages")
    )
    if place.pk != plan.organisation_id:
        rows = owed_rows(rows, place, kinds_below(place) if below else ())
    rows.sort(key=_in_order)
    parents = {row.parent_id for row in rows}
    leaves = [row for row in rows if row.pk not in parents]
    found = standings(leaves, [place], asked)
    counted = standings_below(leaves, place, asked) if below else {}
    found |= {(pk, place.pk): standing for pk, (standing, _) in counted.items()}
    told = of_tree(rows, found, place)
    planned = planned_of(rows, place, asked)
    day = asked.day or clock.today()
    tree = Tree(plan, place)
    for row in rows:
        standing = told.get(row.pk, Standing(ShareState.UNKNOWN))
        leaf = row.pk not in parents
        tree.lines.append(
            Line(
                row,
                row.code.count("."),
                standing,
                counted[row.pk][1] if row.pk in counted else value_words(row, standing),
                aim_at(row, place, planned.get(row.pk)),
                _tick(row, standing, day),
                leaf and is_soft(row),
                not leaf,
            )
        )
    return tree


def standing_shown(target: Target, place: Organisation, asked: Asked) -> tuple[Standing, str]:
    """Return where a target stands at an organisation as `tree_of` shows it with what lies below, and its value in words."""
    if target.pk in (counted := standings_below([target], place, asked)):
        return counted[target.pk]
    standing = standings([target], [place], asked)[target.pk, place.pk]
    return standing, value_words(target, standing)


def counts_of(plans: Sequence[TargetPlan], asked: Asked) -> dict[int, Counter[ShareState]]:
    """Return {plan id: how many aims without further aims below stand in each state at the plan's organisation}."""
    targets = list(
        Target.objects.filter(plan__in=[plan.pk for plan in plans], children__isnull=True).select_related(
            "plan__organisation"
        )
    )
    places = {target.plan.organisation_id: target.plan.organisation for target in targets}
    found = standings(targets, list(places.values()), asked) if targets else {}
    counts: dict[int, Counter[ShareState]] = {plan.pk: Counter() for plan in plans}
    for target in targets:
        counts[target.plan_id][found[target.pk, target.plan.organisation_id].state] += 1
    return counts


def plan_label(plan: TargetPlan) -> str:
    """Return a plan with who made it: plans of a year are often named alike."""
    return f"{plan.organisation.label}：{plan}"


def _in_order(target: Target) -> list[tuple[int, str]]:
    """Sort 2.10 behind 2.9."""
    return [(int(part), "") if part.isdigit() else (10**6, part) for part in target.code.split(".")]


def value_words(target: Target, standing: Standing) -> str:
    """Return the value in words: 18 次, 91.2%（其中补办 3）, 未知 where nobody knows; never 0 for that."""
    if standing.value is None:
        known, owed = standing.known or (0, 0)
        return (
            f"{standing.percent}%" + (f"（已知 {known}/{owed} 项）" if known < owed else "")
            if standing.percent is not None
            else "未知"
            if standing.state == ShareState.UNKNOWN
            else "—"
        )
    measured = MEASURED[target.measure]
    if not measured.rate:
        told = f"{number_text(standing.value.numerator)} {measured.unit}".strip()
        good, known = standing.places or (0, 0)
        return f"{told}（达到或按进度 {good}/{known} 个组织）" if known else told
    rate = standing.value.rate
    if rate is None:
        return "—"
    late = f"（其中补办 {standing.value.late}）" if standing.value.late else ""
    return f"{_tenths(rate)}%{late}"


def _tenths(rate: Fraction) -> str:
    """Return a percentage with one place, rounded down: what is not quite reached does not read so."""
    number = int(rate * 10) / 10
    return f"{number:g}"


def aim_words(target: Target, planned: Decimal | None, *, of_each: bool = False) -> str:
    """Return what is to be reached in words: 不低于 40 次, 3 个阶段. planned: by the organisation that is shown.

    of_each: by each of those by whom it stands.
    """
    if not target.measure or planned is None:
        return f"{len(target.stages.all())} 个阶段" if target.kind == TargetKind.QUALITATIVE else ""
    return f"{'各组织' if of_each else ''}{target.get_direction_display()} {amount_words(target, planned)}"


def aim_at(target: Target, place: Organisation, planned: Decimal | None) -> str:
    """Return what is to be reached at an organisation, in words."""
    return aim_words(target, planned, of_each=is_pooled(target, place))


def amount_words(target: Target, amount: Decimal) -> str:
    """Return an amount of what a target counts, with its unit: 40 次, 95%."""
    measured = MEASURED.get(target.measure)
    unit = measured.unit if measured is not None else ""
    space = "" if unit == "%" else " "
    return f"{plain(amount)}{space}{unit}".strip()


def _tick(target: Target, standing: Standing, day: date) -> int | None:
    measured = MEASURED.get(target.measure)
    if measured is None or not measured.grain:
        return None
    if measured.rate:
        return min(100, int(target.planned or 0))
    year = target.plan.year
    first, last = Period(MONTH, year, target.first_month).first, Period(MONTH, year, target.last_month).last
    return int(100 * elapsed(first, last, day))


def list_behind(target: Target, place: Organisation) -> str:
    """Return the address of the list behind a value, "" where there is none: records of a kind, requirements of a rule."""
    year = Period(YEAR, target.plan.year)
    measure = target.measure
    if target.collect is not None:
        return reverse("collect_detail", args=[target.collect.collect_id])
    if counts_alone(target, place.kind) and place.pk != target.plan.organisation_id:
        # The list of an organisation's records holds those of what lies below it.
        return ""
    if measure.startswith("activities."):
        first, last = (Period(MONTH, year.year, month) for month in (target.first_month, target.last_month))
        query = {"kind": measure.split(".", 1)[1], "organisation": place.pk, "from": first.first, "to": last.last}
        query["state"] = "counting"
        return f"{reverse('activity_list')}?{urlencode(query)}"
    if not _in_whole_years(target):
        # The lists of these are of a year, and the value of some of its months.
        return ""
    if measure.startswith("requirement."):
        return f"{reverse('requirement_list')}?{urlencode({'organisation': place.pk, 'rule': measure.split('.', 1)[1], 'period': str(year)})}"
    if measure.startswith("sync."):
        return f"{reverse('sync_board')}?{urlencode({'period': str(year), 'branch': place.pk})}"
    if measure.startswith(("ways.", "fields.")):
        return f"{reverse('way_matrix')}?{urlencode({'organisation': place.pk, 'year': target.plan.year})}"
    # The lists of duties, supervisions and resolutions hold more than the value counts: no list is better than another's.
    return ""


def _in_whole_years(target: Target) -> bool:
    measured = MEASURED.get(target.measure)
    return (target.first_month, target.last_month) == (1, 12) or (measured is not None and measured.grain == YEAR)
