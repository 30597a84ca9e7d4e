"""Who lags, in what: the heat map of a quarter, read from facts in a constant number of statements."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date

from assessments.facts.models import Fact
from branches.places.models.organisations import Kind, Organisation, OrganisationVersion, tree_order, within
from branches.reach.rights import REVIEW
from common import clock
from common.operator import Actor
from common.periods import MONTH, QUARTER, YEAR, Period
from responsibilities.requirements.addresses import requirement_url
from responsibilities.requirements.models import OVERDUE_RETURNED
from responsibilities.requirements.models import RequirementState as State
from responsibilities.requirements.rules import COUNTED_RULES, RequirementRule
from responsibilities.requirements.selectors import Requirement, requirements

_RANK: dict[str, int] = {
    state: place
    for place, state in enumerate(
        (
            State.OVERDUE,
            OVERDUE_RETURNED,
            "returned",
            State.DUE_SOON,
            "submitted",
            State.NOT_DUE,
            State.MET_LATE,
            State.MET,
            State.EXEMPT,
            State.NOT_APPLICABLE,
            "",
        )
    )
}
DUE = (State.MET, State.MET_LATE, State.OVERDUE)


@dataclass
class Column:
    """One column of the map: a rule in one of its periods."""

    rule: RequirementRule
    period: Period
    percent: bool = False

    @property
    def key(self) -> tuple[str, str]:
        return self.rule.rule, str(self.period)


@dataclass
class Cell:
    state: str = ""
    days: int | None = None
    percent: int | None = None
    url: str = ""
    name: str = ""


@dataclass
class Row:
    """One branch: its cells in column order, how many are overdue, and of what fell due by today how much is done."""

    organisation: int
    name: str
    cells: list
    overdue: int = 0
    done: int = 0
    due: int = 0
    overdue_names: list = field(default_factory=list)
    most_days: int = 0

    @property
    def rate(self) -> int | None:
        return round(100 * self.done / self.due) if self.due else None


@dataclass
class Group:
    """The branches directly below a committee or general branch, with subtotals."""

    name: str
    rows: list

    @property
    def overdue(self) -> int:
        return sum(row.overdue for row in self.rows)

    @property
    def rate(self) -> int | None:
        due = sum(row.due for row in self.rows)
        return round(100 * sum(row.done for row in self.rows) / due) if due else None


def columns(quarter: Period) -> list[Column]:
    """Return the Columns of a quarter: months, the quarter itself, the year for yearly rules."""
    year = Period(YEAR, quarter.year)
    found = []
    for rule in COUNTED_RULES:
        periods = {MONTH: quarter.parts(MONTH), QUARTER: (quarter,), YEAR: (year,)}[rule.period]
        found += [Column(rule, period, rule.counts_members) for period in periods]
    return found


def periods_due_in(year: int) -> list[str]:
    """Return the periods of which something may fall due within a year, as facts write them: named, they are found by index."""
    years = [Period(YEAR, year - 1), Period(YEAR, year)]
    return [str(period) for whole in years for period in (whole, *whole.parts(QUARTER), *whole.parts(MONTH))]


def heads(found: list[Column]) -> list[list]:
    """Return the upper head row: [[label, number of columns]]."""
    rows: list[list] = []
    for column in found:
        label = column.rule.column_label
        if rows and rows[-1][0] == label:
            rows[-1][1] += 1
        else:
            rows.append([label, 1])
    return rows


def heat_map(
    user: Actor,
    quarter: Period,
    *,
    top: Organisation | None = None,
    order: str = "lag",
    state: str = "",
    today: date | None = None,
) -> tuple[list[Column], list[Group]]:
    """Return (columns, groups) of the branches within reach of `user` below `top` (an Organisation or None).

    order: "lag" (most overdue first, then lowest completion) or "tree". state: show only branches with such a cell.
    Names and places are those of the quarter's end, or of today for the running quarter.
    """
    today = today or clock.today()
    found = columns(quarter)
    names, parents, kinds = places_on(min(quarter.last, today))
    shown = {str(column.period) for column in found}
    facts = Fact.objects.filter(period__in=shown, family="requirement").exclude(state="").visible_to(user)
    if top is not None:
        facts = facts.filter(within(top))
    read = facts.order_by(*tree_order("organisation__")).values(*READ)
    return found, arranged(read, found, (names, parents, kinds), order=order, state=state, today=today)


READ = ("organisation_id", "measure", "period", "state", "due", "waiting", "returned", "numerator", "denominator")
# Of organisations on a day: {id: short name}, {id: parent or None}, {id: kind}.
Places = tuple[dict[int, str], dict[int, int | None], dict[int, str]]


def arranged(
    facts: Iterable[dict], found: list[Column], places: Places, *, order: str, state: str, today: date
) -> list[Group]:
    """Return the Groups that facts of the shown periods make. facts: READ of each, in the order of the tree."""
    names, parents, kinds = places
    cells = defaultdict(list)
    order_of: dict[int, int] = {}
    for fact in facts:
        place = fact["organisation_id"]
        rule = fact["measure"].removeprefix("requirement.")
        branch = parents.get(place) if kinds.get(place) == Kind.SMALL_GROUP else place
        if branch is None:
            continue
        order_of.setdefault(branch, len(order_of))
        cells[branch, rule, fact["period"]].append(fact)
    rows = [_row(branch, names, found, cells, today) for branch in order_of if branch in names]
    if state:
        rows = [row for row in rows if any(state in _said_by(cell) for cell in row.cells)]
    return _groups(rows, names, parents, kinds, order_of, order)


def places_on(day: date, ids: Iterable[int] | None = None) -> Places:
    """Return names, parents and kinds of organisations (all when None) as they stood on a day."""
    names: dict[int, str] = {}
    parents: dict[int, int | None] = {}
    kinds: dict[int, str] = {}
    versions = OrganisationVersion.objects.filter(starts__lte=day).order_by("starts")
    if ids is not None:
        versions = versions.filter(organisation__in=list(ids))
    for place, name, parent, kind in versions.values_list("organisation", "short_name", "parent", "kind"):
        names[place], parents[place], kinds[place] = name, parent, kind
    return names, parents, kinds


def _said_by(cell: Cell) -> tuple[str, ...]:
    """The states that a cell stands for: one that is overdue and returned is found under both."""
    return (State.OVERDUE, "returned") if cell.state == OVERDUE_RETURNED else (cell.state,)


def _fact_state(fact: dict) -> str:
    if fact["state"] in (State.MET, State.MET_LATE) and fact["waiting"]:
        return "submitted"
    if fact["returned"] and fact["state"] == State.OVERDUE:
        return OVERDUE_RETURNED
    if fact["returned"] and fact["state"] in (State.OVERDUE, State.DUE_SOON, State.NOT_DUE):
        return "returned"
    return fact["state"]


def _row(branch: int, names: dict[int, str], found: list[Column], cells: dict, today: date) -> Row:
    row = Row(branch, names[branch], [])
    for column in found:
        facts = cells.get((branch, *column.key), ())
        row.cells.append(_cell(branch, column, facts, today))
        for fact in facts:
            if fact["due"] <= today:
                row.due += fact["state"] in DUE
                row.done += fact["state"] in (State.MET, State.MET_LATE)
            if fact["state"] == State.OVERDUE:
                row.overdue += 1
                row.most_days = max(row.most_days, (today - fact["due"]).days)
                name = f"{'' if column.period.kind == YEAR else column.period.short()}{column.rule.short}"
                if name not in row.overdue_names:
                    row.overdue_names.append(name)
    return row


def _cell(branch: int, column: Column, facts: Collection[dict], today: date) -> Cell:
    if not facts:
        return Cell()
    worst = min(facts, key=lambda fact: (_RANK[_fact_state(fact)], fact["due"]))
    state = _fact_state(worst)
    days = None
    if state in (State.OVERDUE, OVERDUE_RETURNED):
        days = (today - worst["due"]).days
    elif state == State.DUE_SOON:
        days = (worst["due"] - today).days
    address = requirement_url(worst["organisation_id"], column.rule.rule, column.period)
    percent = None
    if column.percent and worst["denominator"]:
        percent = round(100 * worst["numerator"] / worst["denominator"])
    name = f"{'' if column.period.kind == YEAR else column.period.short()}{column.rule.short}"
    return Cell(state, days, percent, address, name)


def _groups(
    rows: list[Row],
    names: dict[int, str],
    parents: dict[int, int | None],
    kinds: dict[int, str],
    order_of: dict[int, int],
    order: str,
) -> list[Group]:
    members = defaultdict(list)
    for row in rows:
        members[parents.get(row.organisation)].append(row)
    groups = []
    for parent, own in members.items():
        own.sort(
            key=(lambda row: (-row.overdue, row.rate if row.rate is not None else 101, order_of[row.organisation]))
            if order == "lag"
            else (lambda row: order_of[row.organisation])
        )
        direct = parent is not None and kinds.get(parent) == Kind.COMMITTEE
        groups.append(
            (
                not direct,
                min(order_of[row.organisation] for row in own),
                Group(f"{names.get(parent or 0, '')}{'直属' if direct else ''}", own),
            )
        )
    # Those directly below the committee first, then the general branches in tree order.
    return [group for *_, group in sorted(groups, key=lambda entry: entry[:2])]


def totals(groups: list[Group]) -> dict:
    """Return the figures above the map: branches, due, done, overdue, share done, those that lag (worst first) and their number."""
    rows = [row for group in groups for row in group.rows]
    due, done = sum(row.due for row in rows), sum(row.done for row in rows)
    lagging = [row for row in sorted(rows, key=lambda row: -row.overdue) if row.overdue]
    return {
        "branches": len(rows),
        "due": due,
        "done": done,
        "overdue": sum(row.overdue for row in rows),
        "lagging": lagging,
        "lag": len(lagging),
        "rate": round(100 * done / due, 1) if due else None,
    }


def overdue_rows(
    user: Actor, quarter: Period, top: Organisation | None = None
) -> tuple[list[Requirement], dict[int, Organisation]]:
    """Return (requirements overdue in a quarter at branches and groups that `user` reviews, {id: Organisation} of all these).

    top: at or below it alone.
    """
    rows = Organisation.objects.visible_to(user, REVIEW).filter(kind__in=(Kind.BRANCH, Kind.SMALL_GROUP))
    rows = rows if top is None else rows.within(top)
    places = {place.pk: place for place in rows.select_related("parent")}
    owed = requirements(Period(YEAR, quarter.year), organisations=list(places), carried=True)
    late = [row for row in owed if row.organisation in places and row.state == State.OVERDUE and row.due in quarter]
    return late, places
