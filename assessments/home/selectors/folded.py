"""The heat map of many branches: groups folded to what is done and what is overdue, counted by the database from facts.

What a group says here is what its branches say unfolded (dashboard.py); a test holds one against the other.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Case, Count, F, FilteredRelation, Min, Q, When

from assessments.facts.models import Fact
from assessments.home.selectors.dashboard import DUE, READ, Column, Row, arranged, columns, periods_due_in, places_on
from branches.places.models.organisations import Kind, Organisation, tree_order, within
from common import clock
from common.operator import Actor
from common.periods import YEAR, Period
from responsibilities.requirements.models import RequirementState as State
from responsibilities.requirements.rules import REQUIREMENT_RULES_BY_ID

# Beyond so many branches the map is folded.
UNFOLDED = 60
# So many of those that lag are named.
NAMED = 6
_DONE = (State.MET, State.MET_LATE)
# What a choice of the filter means in facts: the state of a cell is the worst of its facts, here each counts for itself.
_STATES = {
    "submitted": Q(state__in=_DONE, waiting=True),
    "returned": Q(returned__isnull=False, state__in=(State.OVERDUE, State.DUE_SOON, State.NOT_DUE)),
}


@dataclass
class Share:
    """A rule and period of a group: how many fell due, were done and are overdue, of all its branches."""

    name: str
    due: int = 0
    done: int = 0
    overdue: int = 0

    @property
    def percent(self) -> int | None:
        return round(100 * self.done / self.due) if self.due else None


@dataclass
class Folded:
    """A group of branches: its id, name, shares in the order of the columns. count: of its branches; lag: of those
    with something overdue; rows: those shown.
    """

    place: int | None
    name: str
    cells: list[Share]
    count: int = 0
    lag: int = 0
    rows: list[Row] = field(default_factory=list)

    @property
    def overdue(self) -> int:
        return sum(cell.overdue for cell in self.cells)

    @property
    def rate(self) -> int | None:
        due = sum(cell.due for cell in self.cells)
        return round(100 * sum(cell.done for cell in self.cells) / due) if due else None


@dataclass
class Lagging:
    """One of the branches that lag most."""

    organisation: int
    name: str
    overdue: int
    overdue_names: list[str] = field(default_factory=list)


def reached(user: Actor, top: Organisation | None) -> int:
    """Return how many branches are in reach of `user` below `top`; no more than UNFOLDED + 1 are counted."""
    branches = Organisation.objects.visible_to(user).filter(kind=Kind.BRANCH).order_by()
    if top is not None:
        branches = branches.within(top)
    return int(branches[: UNFOLDED + 1].count())


def facts_of(
    user: Actor, quarter: Period, top: Organisation | None, state: str, today: date
) -> tuple[list[Column], Any]:
    """Return (columns, facts of the quarter's map), each fact with its `branch` and `group` as the tree stood.

    state: only of branches that have a fact in this state.
    """
    found = columns(quarter)
    day = min(quarter.last, today)
    facts = (
        Fact.objects.filter(family="requirement", period__in={str(column.period) for column in found})
        .exclude(state="")
        .visible_to(user)
        .alias(place_then=FilteredRelation("organisation__versions", condition=_stood("organisation", day)))
        .alias(
            branch_then=FilteredRelation("place_then__parent__versions", condition=_stood("place_then__parent", day))
        )
        .filter(place_then__isnull=False)
        .annotate(
            branch=Case(
                When(place_then__kind=Kind.SMALL_GROUP, then=F("place_then__parent")), default=F("organisation")
            ),
            group=Case(
                When(place_then__kind=Kind.SMALL_GROUP, then=F("branch_then__parent")), default=F("place_then__parent")
            ),
        )
        .order_by()
    )
    if top is not None:
        facts = facts.filter(within(top))
    if state:
        # By their ids: nested in each statement that follows, the question would be asked four times.
        concerned = facts.filter(_STATES.get(state, Q(state=state))).values_list("branch", flat=True).distinct()
        facts = facts.filter(branch__in=list(concerned))
    return found, facts


def _stood(path: str, day: date) -> Q:
    """The version of an organisation on a day; of one that was archived before, its last."""
    of = f"{path}__versions__"
    ends = Q(**{f"{of}ends__isnull": True}) | Q(**{f"{of}ends__gte": day})
    return Q(**{f"{of}starts__lte": day}) & (ends | Q(**{f"{of}ends": F(f"{path}__archived_on")}))


def _counts(today: date) -> dict[str, Count]:
    due = Q(due__lte=today)
    return {
        "fell_due": Count("pk", filter=due & Q(state__in=DUE)),
        "done": Count("pk", filter=due & Q(state__in=_DONE)),
        "late_ones": Count("pk", filter=Q(state=State.OVERDUE)),
    }


def folded(
    user: Actor, quarter: Period, *, top: Organisation | None = None, state: str = "", today: date | None = None
) -> tuple[list[Column], list[Folded], dict, int]:
    """Return (columns, groups, figures, earlier) as `heat_map` and `totals` do, without a look at single branches.

    figures: of its `lagging` only the worst are there, `lag` says how many there are. The number of statements does not depend on how many there are.
    """
    today = today or clock.today()
    found, facts = facts_of(user, quarter, top, state, today)
    groups = _groups(facts, found, min(quarter.last, today), today)
    due, done = (sum(getattr(cell, name) for group in groups for cell in group.cells) for name in ("due", "done"))
    figures = {
        "branches": sum(group.count for group in groups),
        "due": due,
        "done": done,
        "overdue": sum(group.overdue for group in groups),
        "lagging": _lagging(facts, found, min(quarter.last, today)),
        "lag": sum(group.lag for group in groups),
        "rate": round(100 * done / due, 1) if due else None,
    }
    return found, groups, figures, earlier_of(user, quarter, top)


def earlier_of(user: Actor, quarter: Period, top: Organisation | None) -> int:
    """Return how many requirements of the year fell due before the quarter and are overdue, which its map does not show."""
    shown = {str(column.period) for column in columns(quarter)}
    told = set(periods_due_in(quarter.year)) - shown
    rows = Fact.objects.filter(family="requirement", state=State.OVERDUE, due__lt=quarter.first, due__year=quarter.year)
    rows = rows.filter(period__in=told).visible_to(user)
    return int((rows if top is None else rows.filter(within(top))).count())


def _groups(facts: Any, found: list[Column], day: date, today: date) -> list[Folded]:
    places = {column.key: place for place, column in enumerate(found)}
    counted = facts.values("group").annotate(
        number=Count("branch", distinct=True),
        lag=Count("branch", filter=Q(state=State.OVERDUE), distinct=True),
        first=Min(tree_order("organisation__")[-1]),
    )
    order = {row["group"]: row for row in counted}
    names, _, kinds = places_on(day, [place for place in order if place is not None])
    groups = {}
    for place, row in order.items():
        label = names.get(place, "") + ("直属" if kinds.get(place) == Kind.COMMITTEE else "")
        groups[place] = Folded(place, label, [Share(_name(column)) for column in found], row["number"], row["lag"])
    for row in facts.values("group", "measure", "period").annotate(**_counts(today)):
        at = places.get((row["measure"].removeprefix("requirement."), row["period"]))
        if at is not None:
            cell = groups[row["group"]].cells[at]
            cell.due, cell.done, cell.overdue = row["fell_due"], row["done"], row["late_ones"]
    # Those directly below the committee first, then the general branches in tree order.
    return sorted(
        groups.values(), key=lambda group: (kinds.get(group.place or 0) != Kind.COMMITTEE, order[group.place]["first"])
    )


def opened(
    user: Actor,
    quarter: Period,
    place: int,
    *,
    top: Organisation | None = None,
    order: str = "lag",
    state: str = "",
    today: date | None = None,
) -> list[Row]:
    """Return the rows of the branches of one group, as `heat_map` has them; place: the id of what they stand below."""
    today = today or clock.today()
    found, facts = facts_of(user, quarter, top, "", today)
    rows = facts.filter(group=place).order_by(*tree_order("organisation__"))
    read = list(rows.values(*READ, "branch"))
    ids = {place, *(fact["organisation_id"] for fact in read), *(fact["branch"] for fact in read)}
    places = places_on(min(quarter.last, today), ids)
    groups = arranged(read, found, places, order=order, state=state, today=today)
    return [row for group in groups for row in group.rows]


def _name(column: Column) -> str:
    return f"{'' if column.period.kind == YEAR else column.period.short()}{column.rule.short}"


def _lagging(facts: Any, found: list[Column], day: date) -> list[Lagging]:
    """Return the branches with most overdue in the quarter, those that stand first in the tree before others."""
    late = facts.filter(state=State.OVERDUE)
    worst = late.values("branch").annotate(number=Count("pk"), first=Min(tree_order("organisation__")[-1]))
    rows = {
        row["branch"]: Lagging(row["branch"], "", row["number"]) for row in worst.order_by("-number", "first")[:NAMED]
    }
    names, _, _ = places_on(day, rows)
    periods = {str(column.period): column.period for column in found}
    order = {column.key: place for place, column in enumerate(found)}
    owed = late.filter(branch__in=list(rows)).values_list("branch", "measure", "period")
    for branch, measure, period in sorted(
        owed, key=lambda row: order.get((row[1].removeprefix("requirement."), row[2]), 0)
    ):
        rule = REQUIREMENT_RULES_BY_ID[measure.removeprefix("requirement.")]
        name = _name(Column(rule, periods[period]))
        if name not in rows[branch].overdue_names:
            rows[branch].overdue_names.append(name)
    for pk, row in rows.items():
        row.name = names.get(pk, "")
    return list(rows.values())
