"""Targets as schemes read them, derived when they are asked: target.<code>, targets.on_course.

Nothing of it is kept as a fact: it follows from facts. A target may not be bound to these (measured.py knows none of
them), so that nothing runs in a circle.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from assessments.targets.models import PlanState, Target, TargetKind, TargetPlan
from assessments.targets.rules import GOOD, KNOWN, ShareState, Standing
from assessments.targets.selectors.places import owed_rows
from assessments.targets.selectors.standings import Asked, asked_now, of_tree, standings
from branches.places.models.organisations import Organisation
from branches.reach.intervals import tree_order
from common.periods import MONTH, Period

# Before the code of a target: how far it is, in hundredths of what is to be reached.
TARGET = "target."
TARGETS_ON_COURSE = "targets.on_course"
SOON, OPEN, DONE, NONE = "not_due", "unknown", "known", "not_applicable"


@dataclass(frozen=True)
class Scored:
    """One target at one organisation. leaf: nothing lies below it. due: its last day, or that of its last stage."""

    organisation: int
    target: Target
    standing: Standing
    due: date
    leaf: bool

    @property
    def measure(self) -> str:
        return f"{TARGET}{self.target.code}"

    def state_on(self, day: date) -> str:
        """Return how it counts on a day by how far it is: SOON, OPEN (nobody knows), DONE, NONE (nothing is owed)."""
        if self.standing.state in (ShareState.NOT_APPLICABLE, ShareState.STOPPED):
            return NONE
        if day < self.due or self.standing.state == ShareState.NOT_DUE:
            return SOON
        return OPEN if self.standing.progress is None else DONE

    @property
    def on_course(self) -> bool | None:
        """Whether it is on course or met; None where that is not known or nothing is owed."""
        return self.standing.state in GOOD if self.standing.state in KNOWN else None


def scored(period: Period, places: Collection[int], as_of: date) -> list[Scored]:
    """Return the Scored of every target that some organisations owe and that runs within a period or after it.

    Of two plans with the same code the nearest above an organisation is read. What fell due before the period belongs to
    an earlier one. Facts are read as they stand, up to the earlier of `as_of` and the period's last day; what a closed
    plan has frozen stays.
    """
    asked = asked_now()
    day = None if asked.day is None else min(asked.day, as_of, period.last)
    found: list[Scored] = []
    told: dict[int, set[str]] = defaultdict(set)
    for plan, here in _plans(period.year, places):
        rows = list(Target.objects.filter(plan=plan).select_related("plan__organisation").prefetch_related("stages"))
        for owed, alike in _alike(plan, rows, here):
            for row in _standing(owed, alike, Asked(day)):
                if row.due >= period.first and row.target.code not in told[row.organisation]:
                    found.append(row)
        for place in here:
            told[place.pk] |= {row.code for row in rows}
    return found


def _plans(year: int, places: Collection[int]) -> list[tuple[TargetPlan, list[Organisation]]]:
    """Return [(issued or closed plan of a year, those of `places` at or below it)], the lowest plan first."""
    rows = TargetPlan.objects.filter(year=year).exclude(state=PlanState.DRAFT).select_related("organisation")
    plans = sorted(rows.order_by(*tree_order("organisation__")), key=lambda plan: -plan.organisation.level)
    wanted = Organisation.objects.filter(pk__in=places)
    return [(plan, list(wanted.within(plan.organisation))) for plan in plans]


def read_instead(target: Target, kinds: Collection[str]) -> Target | None:
    """Return a target of another plan that `target.<code>` of a target would read at some organisation of `kinds`, or hide it there.

    Codes are free in each plan, and of two the nearest is read: an indicator is of one target only where none is in between
    and none stands beside it.
    """
    year = target.plan.year
    rows = Target.objects.filter(code=target.code, plan__year=year).exclude(plan__state=PlanState.DRAFT)
    same = {row.plan_id: row for row in rows.select_related("plan__organisation__parent")}
    places = Organisation.objects.filter(kind__in=kinds, archived_on__isnull=True).order_by()
    told: set[int] = set()
    for plan, here in _plans(year, places.values_list("pk", flat=True)) if len(same) > 1 else ():
        mine = [place for place in here if place.pk not in told]
        other = same.get(plan.pk)
        if other is None:
            continue
        its = list(Target.objects.filter(plan=plan)) if plan.pk != target.plan_id else []
        if its and any(_meets(target, other, its, place) for place in mine):
            return other
        told |= {place.pk for place in mine}
    return None


def _meets(target: Target, other: Target, rows: Sequence[Target], place: Organisation) -> bool:
    """Whether at a place where `other` is read it stands in the way of `target`, or is scored in its stead. rows: of its plan."""
    if target.plan.organisation.contains(place) or place.pk == other.plan.organisation_id:
        return True
    return any(row.pk == other.pk for row in owed_rows(rows, place))


def _alike(
    plan: TargetPlan, rows: Sequence[Target], places: Collection[Organisation]
) -> list[tuple[list[Target], list[Organisation]]]:
    """Return [(targets with the aims above them, organisations that owe just these)]: the plan's own, then by kind."""
    kinds: dict[str, list[Organisation]] = defaultdict(list)
    for place in places:
        kinds["" if place.pk == plan.organisation_id else place.kind].append(place)
    return [(list(rows) if not kind else owed_rows(rows, alike[0]), alike) for kind, alike in kinds.items()]


def _standing(rows: Sequence[Target], places: Sequence[Organisation], asked: Asked) -> list[Scored]:
    above = {row.parent_id for row in rows}
    leaves = [row for row in rows if row.pk not in above]
    found = standings(leaves, places, asked) if leaves else {}
    days = _days(rows)
    scored = []
    for place in places:
        told = of_tree(rows, found, place) if leaves else {}
        scored += [
            Scored(place.pk, row, told[row.pk], days[row.pk], row.pk not in above) for row in rows if row.pk in told
        ]
    return scored


def _days(rows: Sequence[Target]) -> Mapping[int, date]:
    """Return {target id: its last day}: of a qualitative one that of its last stage, of an aim above others the last below it."""
    days: dict[int, date] = {}
    for row in sorted(rows, key=lambda row: -row.code.count(".")):
        own = Period(MONTH, row.plan.year, row.last_month).last
        if row.kind == TargetKind.QUALITATIVE:
            own = max((stage.due for stage in row.stages.all()), default=own)
        days[row.pk] = max([days[one.pk] for one in rows if one.parent_id == row.pk and one.pk in days], default=own)
    return days
