"""The list of what is owed within reach: of few organisations reckoned anew, of many found among what is kept.

Both give the same rows in the same order; a test compares them.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import chain, groupby, islice
from typing import Any

from django.db.models import Count, Exists, QuerySet

from branches.places.models.organisations import Kind, Organisation
from branches.reach import access
from branches.reach.intervals import tree_order, within
from branches.reach.reach import reach_of
from branches.reach.rights import VIEW
from branches.settings import dated
from common import clock
from common.operator import Actor
from common.periods import MONTH, QUARTER, YEAR, Period
from common.together import read_together
from responsibilities.requirements.kept import Asked, Keeper, Key, keeper, periods_within
from responsibilities.requirements.models import RequirementState as State
from responsibilities.requirements.owing import who_may_owe
from responsibilities.requirements.rule import RequirementRule
from responsibilities.requirements.rules import LIVE_RULES, REQUIREMENT_RULES
from responsibilities.requirements.selectors import Requirement, periods_of, requirements

ORDER: dict[str, int] = {
    state: place
    for place, state in enumerate(
        (
            State.OVERDUE,
            State.UNKNOWN,
            State.DUE_SOON,
            State.NOT_DUE,
            State.MET_LATE,
            State.MET,
            State.EXEMPT,
            State.NOT_APPLICABLE,
            State.NOT_ALIVE,
        )
    )
}
_PLACE_OF = {row.rule: place for place, row in enumerate(REQUIREMENT_RULES)}
# Up to so many organisations (a branch with its groups, a small general branch) are reckoned for the page.
RECKONED = 40
# Hours, dues, pledges and visits are reckoned person by person: of more organisations than these they stand on their own pages alone.
OF_PEOPLE = 40
# Up to so many rows are counted; what lies beyond is counted as the reader comes to it.
MOST = 10_000
# So many organisations are judged at a time for a file: few enough to be named one by one (reckoning.NAMED), and more of them
# than one statement reads well (reckoning.FEW).
PART = 500


@dataclass(frozen=True)
class Wanted:
    """What the address asks for. places: organisations within reach; which: of a figure of the dashboard, "" for none. tops: ids
    of those from which the reader reaches downwards, where no organisation is chosen. elsewhere: rules whose rows of so many
    organisations stand on their own pages alone. many: whether there are more places than are reckoned for a page; top: (id, id
    above) of the first of them in the order of the tree; owing: ids of those that may owe something by rules of which nothing is kept.
    """

    places: QuerySet
    rules: list[RequirementRule]
    period: Period
    which: str = ""
    state: str = ""
    tops: frozenset[int] = frozenset()
    elsewhere: Sequence[RequirementRule] = ()
    many: bool = False
    top: tuple[int, int | None] | None = None
    owing: Sequence[int] = ()

    @property
    def rest(self) -> list[RequirementRule]:
        """The rules of which nothing is kept."""
        return [row for row in self.rules if not row.counted]


@dataclass(frozen=True)
class Counted:
    """How many there are. more: there are more, which nobody has counted."""

    number: int
    more: bool = False

    def plus(self, number: int) -> "Counted":
        return Counted(self.number + number, self.more)

    def __str__(self) -> str:
        return f"{MOST}+" if self.more else str(self.number)

    @staticmethod
    def sum(parts: Iterable["Counted"]) -> "Counted":
        parts = list(parts)
        return Counted(sum(part.number for part in parts), any(part.more for part in parts))


@dataclass
class Listed:
    """The rows of a list. rows: to be cut into pages; states: {state: Counted}; age, rebuilding: of what is kept, where they
    were found by it; more: whether there are more rows than could be cut into pages now.
    """

    rows: Sequence[Requirement]
    states: dict[str, Counted]
    age: datetime | None = None
    rebuilding: bool = False
    more: bool = False


def wanted(user: Actor, chosen: dict[str, Any], period: Period) -> Wanted:
    """Return what the values of a RequirementFilter ask for."""
    places, top = access.organisations_for(user), chosen.get("organisation")
    if top and chosen.get("scope") == "own":
        places = places.filter(pk=top.pk)
    elif top:
        places = places.filter(within(top, ""))
        places = places.exclude(pk=top.pk) if chosen.get("scope") == "below" else places
    # What is still to come is shown where one organisation, one rule or that state is asked for.
    whole = top or chosen.get("rule") or chosen.get("state") == State.NOT_ALIVE
    offered = REQUIREMENT_RULES if whole else LIVE_RULES
    rules = [row for row in offered if chosen.get("rule") in (None, "", row.rule)]
    of_people = [row for row in rules if row.by_people]
    rest = [row for row in rules if not (row.counted or row.by_people)]
    # Whether there is one more than so many tells as much as their number.
    unordered = places.order_by().values_list("pk")
    beyond, reckoned = unordered[OF_PEOPLE : OF_PEOPLE + 1], unordered[RECKONED : RECKONED + 1]
    found = read_together(
        {
            "of people": beyond,
            "reckoned": reckoned,
            # In the order of the tree the root comes first.
            "top": places.order_by(*tree_order()).values_list("pk", "parent")[:1],
            "owing": who_may_owe(places, rest, period, also=of_people, unless=Exists(beyond)),
        }
    )
    elsewhere = [row for row in of_people if _is_asked_for(row, period)] if found["of people"] else []
    rules = [row for row in rules if not (found["of people"] and row in of_people)]
    tops = frozenset() if top else frozenset(reach_of(user).places(VIEW)[0])
    which, state, ids = chosen.get("map") or "", chosen.get("state") or "", [pk for (pk,) in found["owing"]]
    first: Any = next(iter(found["top"]), None)
    return Wanted(places, rules, period, which, state, tops, elsewhere, bool(found["reckoned"]), first, ids)


def _is_asked_for(rule: RequirementRule, period: Period) -> bool:
    """Whether rows of a rule can stand within a period: of what another subject counts none does while the agency asks for nothing."""
    if not (rule.tally and rule.number_setting):
        return True
    line = dated.timeline(rule.number_setting)
    return any(dated.at(line, part.first) for part in periods_of(rule, period))


def listed(asked: Wanted, last: int) -> Listed:
    """Return the rows that a page shows. last: how many of them the reader has come to; of many, so many more are counted."""
    found = _among_kept(asked)
    if found is None:
        return _live(asked)
    # Of what is not kept there is little: upper organisations, persons, terms.
    few = _rows_of(asked, found.rest, set(asked.owing)) if found.rest else []
    rows = _Merged(asked, few, found.kept, found.query, max(MOST, last))
    return Listed(rows, rows.figures, found.age, found.rebuilding, more=rows.more)


def exported(asked: Wanted, most: int) -> Iterator[Requirement] | None:
    """Return the rows of a file in the order of the list, of more than `most` not all; None where what is kept tells already
    that there are more.

    All are judged as they stand now, some organisations at a time: what is held does not grow with the agency.
    """
    found = _among_kept(asked)
    # Of an earlier day, or while all is reckoned anew, it does not tell what stands now.
    if found is None or found.rebuilding or clock.day_of(found.age) != clock.today():
        ids = asked.places.order_by(*tree_order()).values_list("pk", flat=True)
        return _in_order(_by_parts(asked, asked.rules, list(ids)), most)
    if sum(found.kept.counts(found.query, list(ORDER), most + 1).values()) > most:
        return None
    return _in_order(chain(_by_parts(asked, found.rest, list(asked.owing)), _of_kept(asked, found, most)), most)


def _in_order(rows: Iterable[Requirement], most: int) -> Iterator[Requirement]:
    yield from sorted(islice(rows, most + 1), key=_order)


def _by_parts(asked: Wanted, rules: list[RequirementRule], ids: list[int]) -> Iterator[Requirement]:
    for part in _parts(ids) if rules else ():
        yield from _rows_of(asked, rules, set(part))


def _of_kept(asked: Wanted, found: "_Among", most: int) -> Iterator[Requirement]:
    """Yield what is kept, some organisations after the others, and still is as it was asked for."""
    keys = sorted(found.kept.keys(found.query, 0, most + 1))
    mine = {place: list(its) for place, its in groupby(keys, key=lambda key: key.organisation)}
    for part in _parts(list(mine)):
        rows = _reckoned(asked, [key for place in part for key in mine[place]])
        yield from (row for row in rows.values() if asked.state in ("", row.state))


def _parts(ids: list[int]) -> Iterator[list[int]]:
    """Yield these organisations in their order, some at a time; a branch is read with its groups, and counts for as many."""
    groups = Organisation.objects.filter(kind=Kind.SMALL_GROUP, parent__in=ids).order_by()
    numbers = dict(groups.values_list("parent").annotate(Count("pk")))
    part: list[int] = []
    room = PART
    for place in ids:
        takes = 1 + numbers.get(place, 0)
        if part and takes > room:
            yield part
            part, room = [], PART
        part.append(place)
        room -= takes
    if part:
        yield part


@dataclass(frozen=True)
class _Among:
    """Where the rows of a list are found among what is kept. age, rebuilding: of that. rest: the rules of which nothing is kept."""

    kept: Keeper
    query: Asked
    age: datetime
    rebuilding: bool
    rest: list[RequirementRule]


def _among_kept(asked: Wanted) -> _Among | None:
    """Return where the rows are found, None where they are reckoned: of few organisations, or of what is not kept yet."""
    kept = keeper()
    if kept is None or not asked.many or asked.top is None:
        return None
    top, above = asked.top
    query = _kept_query(asked, everywhere=above is None and top in asked.tops)
    # What a year before the first facts left owing is nowhere kept, and the dashboard's figure is made of facts alone.
    periods = [name for name in query.periods if not asked.which or name >= str(asked.period.year)]
    age, rebuilding, held = kept.stands(periods)
    if age is None or not held:
        return None
    return _Among(kept, query, age, rebuilding, [] if asked.which else asked.rest)


def _live(asked: Wanted) -> Listed:
    rows = all_rows(asked)
    states: dict[str, Counted] = {}
    for row in rows:
        states[row.state] = states.get(row.state, Counted(0)).plus(1)
    return Listed(rows, states)


def all_rows(asked: Wanted) -> list[Requirement]:
    """Return all rows, reckoned anew, in the order of the list."""
    ids = set(asked.places.values_list("pk", flat=True))
    return _rows_of(asked, asked.rules, ids)


def _rows_of(asked: Wanted, rules: list[RequirementRule], ids: set[int]) -> list[Requirement]:
    if asked.which:
        rows = _of_the_map(asked, ids)
    else:
        rows = requirements(asked.period, organisations=sorted(ids), rules=rules)
    rows = [row for row in rows if row.organisation in ids and asked.state in ("", row.state)]
    return sorted(rows, key=_order)


def _order(row: Requirement) -> tuple:
    return (ORDER[row.state], row.due, row.organisation, _PLACE_OF[row.rule], str(row.period), row.person)


def _quarter(period: Period) -> Period:
    return period if period.kind == QUARTER else Period.containing(QUARTER, min(period.last, clock.today()))


def _shown(quarter: Period) -> list[Period]:
    return [quarter, Period(YEAR, quarter.year), *quarter.parts(MONTH)]


def _of_the_map(asked: Wanted, ids: Iterable[int]) -> list[Requirement]:
    """Return what a figure of the dashboard counts in a quarter, as its map does (assessments/home/selectors/dashboard.py).

    asked.which: shown, what the map shows: the quarter, its months, its year; due, of that what fell due; earlier, what fell
    due in the year before the quarter and the map does not show.
    """
    today, quarter = clock.today(), _quarter(asked.period)
    year, shown = Period(YEAR, quarter.year), set(_shown(quarter))
    counted = [row for row in asked.rules if row.counted]
    rows = requirements(year, organisations=sorted(ids), rules=counted, carried=asked.which == "earlier")
    if asked.which == "earlier":
        return [row for row in rows if row.period not in shown and year.first <= row.due < quarter.first]
    return [row for row in rows if row.period in shown and (asked.which == "shown" or row.due <= today)]


def _kept_query(asked: Wanted, *, everywhere: bool) -> Asked:
    """Return the same question for what is kept. everywhere: the places are all there are."""
    first = last = None
    periods = periods_within(asked.period)
    if asked.which:
        quarter = _quarter(asked.period)
        periods = _shown(quarter)
        last = clock.today() if asked.which == "due" else None
    if asked.which == "earlier":
        year = Period(YEAR, quarter.year)
        periods = [period for period in [*periods_within(year), year.previous()] if period not in periods]
        first, last = year.first, quarter.first - timedelta(days=1)
    rules = [row.rule for row in asked.rules if row.counted]
    places = None if everywhere else asked.places
    return Asked(places, rules, [str(period) for period in periods], asked.state, first, last)


class _Merged(Sequence):
    """What is kept and the few rows that are not, in one order; only the slice that is asked for is read and reckoned."""

    def __init__(self, asked: Wanted, few: list[Requirement], kept: Keeper, query: Asked, most: int):
        """most: until so many rows are found, states are counted in the order of the list; what lies beyond is not shown yet."""
        self.asked, self.kept, self.query = asked, kept, query
        numbers = kept.counts(query, list(ORDER), most + 1)
        self.figures = {state: Counted(number, more=number > most) for state, number in numbers.items()}
        for row in few:
            self.figures[row.state] = self.figures.get(row.state, Counted(0)).plus(1)
        self.few: list[Requirement] = []
        self.states: dict[str, int] = {}
        self.more = False
        for state in ORDER:
            if self.more:
                break
            self.states[state] = numbers.get(state, 0)
            self.few += [row for row in few if row.state == state]
            self.more = self._found() > most
        self.number = min(self._found(), most) if self.more else self._found()

    def _found(self) -> int:
        return sum(self.states.values()) + len(self.few)

    def __len__(self) -> int:
        return self.number

    def __getitem__(self, part: Any) -> Any:
        first, last, _ = part.indices(len(self))
        # Of what is kept, all that stands before this is before the slice, wherever the few are.
        skipped = max(0, first - len(self.few))
        keys = self._keys(skipped, last)
        both: list[Requirement | Key] = [*self.few, *keys]
        merged = sorted(both, key=_merged_order)[first - skipped : last - skipped]
        rows = _reckoned(self.asked, [one for one in merged if isinstance(one, Key)])
        found = [rows.get(one) if isinstance(one, Key) else one for one in merged]
        # What is no longer owed since it was kept is left out.
        return [row for row in found if row is not None]

    def _keys(self, first: int, last: int) -> list[Key]:
        """The keys of a slice, state by state: those before and after it are counted and need no order."""
        found: list[Key] = []
        before = 0
        for state in ORDER:
            number = self.states.get(state, 0)
            start, end = max(first - before, 0), min(last - before, number)
            if start < end:
                found += self.kept.keys(replace(self.query, state=state), start, end)
            before += number
        return found


def _reckoned(asked: Wanted, keys: list[Key]) -> dict[Key, Requirement]:
    """Return {key: its row as it stands now} of those that are still owed."""
    if not keys:
        return {}
    names = {key.rule for key in keys}
    rows = requirements(
        _span(keys),
        organisations=sorted({key.organisation for key in keys}),
        rules=[row for row in asked.rules if row.rule in names],
        carried=asked.which == "earlier",
    )
    found = {(row.organisation, row.rule, str(row.period)): row for row in rows}
    return {key: found[key[:3]] for key in keys if key[:3] in found}


def _span(keys: list[Key]) -> Period:
    """The smallest period within which all of these lie; the later year of two, with what is carried from the one before."""
    periods = {Period.parse(key.period) for key in keys}
    year = Period(YEAR, max(period.year for period in periods))
    within = (part for kind in (MONTH, QUARTER) for part in year.parts(kind))
    return next((part for part in within if all(period.within(part) for period in periods)), year)


def _merged_order(row: Requirement | Key) -> tuple:
    if isinstance(row, Requirement):
        return _order(row)
    return (ORDER[row.state], row.due, row.organisation, _PLACE_OF[row.rule], row.period, "")
