"""The heat map of many branches: groups folded to what is done and what is overdue, counted by the database from facts.

What a group says here is what its branches say unfolded (dashboard.py); a test holds one against the other.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Case, F, FilteredRelation, Q, When

from assessments.facts.models import Fact
from assessments.home.selectors.branch_sums import DONE, Overdue, Sums, branch_sums, group_shares
from assessments.home.selectors.dashboard import READ, Column, Row, arranged, columns, places_on
from branches.places.models.organisations import Kind, Organisation, tree_order, within
from common import clock
from common.operator import Actor
from common.periods import YEAR, Period
from responsibilities.requirements.models import RequirementState as State
from responsibilities.requirements.rules import REQUIREMENT_RULES_BY_ID

# Beyond so many branches the map is folded; beyond so many groups it is shown in pages.
UNFOLDED = SHOWN = 60
PER_PAGE = 25
# So many of those that lag are named.
NAMED = 6
# What a choice of the filter means in facts: the state of a cell is the worst of its facts, here each counts for itself.
_STATES = {
    "submitted": Q(state__in=DONE, waiting=True),
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


def facts_of(user: Actor, quarter: Period, top: Organisation | None, today: date) -> tuple[list[Column], Any]:
    """Return (columns, facts of the quarter's map), each fact with its `branch` and `group` as the tree stood."""
    found = columns(quarter)
    day = min(quarter.last, today)
    facts = (
        Fact.objects.filter(period__in={str(column.period) for column in found})
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
    return found, facts


def _stood(path: str, day: date) -> Q:
    """The version of an organisation on a day; of one that was archived before, its last."""
    of = f"{path}__versions__"
    ends = Q(**{f"{of}ends__isnull": True}) | Q(**{f"{of}ends__gte": day})
    return Q(**{f"{of}starts__lte": day}) & (ends | Q(**{f"{of}ends": F(f"{path}__archived_on")}))


def folded(
    user: Actor,
    quarter: Period,
    *,
    top: Organisation | None = None,
    order: str = "lag",
    state: str = "",
    number: Any = 1,
    today: date | None = None,
) -> tuple[list[Column], Page, dict]:
    """Return (columns, page of groups, figures) as `heat_map` and `totals` do, without a look at single branches.

    Groups stand in the order of the tree; of more than SHOWN, PER_PAGE stand on a page (number), and by "lag" those with most
    overdue come first. figures: of its `lagging` only the worst are there, `lag` says how many there are. In two statements.
    """
    today = today or clock.today()
    found, day = columns(quarter), min(quarter.last, today)
    shown = {str(column.period) for column in found}
    asked: Any = {"top": top, "which": _which(state), "today": today}
    sums, worst, overdue = branch_sums(user, shown, day, worst=NAMED, **asked)
    # Those directly below the committee first, then the general branches in tree order.
    sums.sort(key=lambda row: (row.kind != Kind.COMMITTEE, row.first))
    many = len(sums) > SHOWN
    if many and order == "lag":
        sums.sort(key=lambda row: (-row.overdue, row.rate if row.rate is not None else 101))
    page = Paginator(sums, PER_PAGE if many else SHOWN).get_page(number)
    groups = [place for row in page.object_list if (place := row.place) is not None]
    measures = {f"requirement.{column.rule.rule}" for column in found}
    shares = group_shares(user, shown, day, groups, measures, **asked)
    shown_groups: Any = _with_cells(found, page.object_list, shares)
    page.object_list = shown_groups
    due, done = sum(row.due for row in sums), sum(row.done for row in sums)
    figures = {
        "branches": sum(row.branches for row in sums),
        "due": due,
        "done": done,
        "overdue": sum(row.overdue for row in sums),
        "lagging": _lagging(found, worst, overdue),
        "lag": sum(row.lag for row in sums),
        "rate": round(100 * done / due, 1) if due else None,
    }
    return found, page, figures


def _which(state: str) -> Q | None:
    return _STATES.get(state, Q(state=state)) if state else None


def _with_cells(
    found: list[Column], sums: Iterable[Sums], shares: Iterable[tuple[int, str, str, int, int, int]]
) -> list[Folded]:
    """Return the groups of a page with their cells. shares: as `group_shares` gives them."""
    at = _places_of(found)
    groups = {
        row.place: Folded(
            row.place,
            row.name + ("直属" if row.kind == Kind.COMMITTEE else ""),
            [Share(_name(column)) for column in found],
            row.branches,
            row.lag,
        )
        for row in sums
    }
    for group, measure, period, *numbers in shares:
        if (place := at.get((measure, period))) is not None:
            cell = groups[group].cells[place]
            cell.due, cell.done, cell.overdue = numbers
    return list(groups.values())


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
    found, facts = facts_of(user, quarter, top, today)
    rows = facts.filter(group=place).order_by(*tree_order("organisation__"))
    read = list(rows.values(*READ, "branch"))
    ids = {place, *(fact["organisation_id"] for fact in read), *(fact["branch"] for fact in read)}
    places = places_on(min(quarter.last, today), ids)
    groups = arranged(read, found, places, order=order, state=state, today=today)
    return [row for group in groups for row in group.rows]


def _name(column: Column) -> str:
    return f"{'' if column.period.kind == YEAR else column.period.short()}{column.rule.short}"


def _places_of(found: list[Column]) -> dict[tuple[str, str], int]:
    """Return {(measure, period) as facts write them: place among the columns}."""
    return {(f"requirement.{column.rule.rule}", str(column.period)): place for place, column in enumerate(found)}


def _lagging(found: list[Column], worst: list[Sums], overdue: Overdue) -> list[Lagging]:
    """Return the branches with most overdue in the quarter, with what it is, in the order of the columns."""
    rows = {row.place: Lagging(row.place, row.name, row.overdue) for row in worst if row.place is not None}
    periods = {str(column.period): column.period for column in found}
    order = _places_of(found)
    for place, measure, period in sorted(overdue, key=lambda row: order.get((row[1], row[2]), 0)):
        name = _name(Column(REQUIREMENT_RULES_BY_ID[measure.removeprefix("requirement.")], periods[period]))
        names = rows[place].overdue_names
        if name not in names:
            names.append(name)
    return list(rows.values())
