"""How duties stand in numbers that add up: over the holders of one template, over a level, up the tree.

A room above keeps them as measures of the year (`measure`, kept.py); the board makes of them what `headline` and `progress` make
of slots. Dates do not add up: of many holders it is told how many are behind, not since when.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from common import clock
from responsibilities.duties.headline import LATE, ON_TIME, OVERDUE, WAITING, Headline, standing
from responsibilities.duties.models import Duty
from responsibilities.duties.progress import Progress, neediest
from responsibilities.duties.slot import (
    DONE,
    LEFT_OUT,
    NOT_ALIVE,
    OPEN,
    REPORTED,
    SOON,
    STATE_NAMES,
    UNJUDGED,
    DutySlot,
    Slots,
    next_date,
)
from responsibilities.duties.templates import template

# Every measure of this kind begins with it: duty.<key>, duty.<key>.<state>, duty.level-<level>.
TALLIED = "duty."
_OWN, _LEVEL = "own-", "level-"


class Numbers(NamedTuple):
    """A measure of a list. due: of one duty, since when it is behind, else until when it is open; None where it has no date.
    begun: whether an open one is fulfilled in part, of which a far day is not told.
    """

    numerator: int
    denominator: int
    late: int
    overdue: int
    due: date | None = None
    begun: bool = False


def key_of(duty: Duty) -> str:
    """Return under which name a duty is counted: its template, of one written by hand its level."""
    line = template(duty.key)
    return duty.key if line is not None and line.level == duty.list.level else f"{_OWN}{duty.list.level}"


def level_of(key: str) -> str:
    """Return the level of the lists on which duties of this name stand."""
    line = template(key)
    return line.level if line is not None else key.removeprefix(_OWN)


def by_hand(key: str) -> bool:
    """Whether duties of this name were written by hand."""
    return key.startswith(_OWN)


@dataclass
class Tally:
    """Some duties. ways: {how a duty stands: duties}; states: {state as DutySlot.stands: [duties with a slot in it, slots, of
    them past their date]}; due, begun: of a single one, as of Numbers.
    """

    ways: dict[str, int] = field(default_factory=lambda: dict.fromkeys((OVERDUE, LATE, ON_TIME, WAITING), 0))
    states: dict[str, list[int]] = field(default_factory=dict)
    due: date | None = None
    begun: bool = False

    @property
    def owed(self) -> int:
        """Duties of which anything is owed."""
        return sum(self.ways.values())

    def fits(self, state: str) -> int:
        """Duties that have a slot in a state."""
        return self.states[state][0] if state in self.states else 0

    def slots(self, *states: str) -> int:
        return sum(self.states[state][1] for state in states if state in self.states)

    def add(self, other: "Tally") -> None:
        for way, number in other.ways.items():
            self.ways[way] += number
        for state, numbers in other.states.items():
            mine = self.states.setdefault(state, [0, 0, 0])
            self.states[state] = [one + more for one, more in zip(mine, numbers, strict=True)]

    def _told(self, as_of: date | None) -> date | None:
        """Return `due`, as `chip` tells it: of one that was begun only once it is near."""
        far = self.begun and self.due is not None and as_of is not None and (self.due - as_of).days > SOON
        return None if far else self.due

    def progress(self, as_of: date | None = None) -> Progress:
        """Return the Progress over all slots, without amounts; with `as_of` and a `due` also how many days late or left."""
        owed = [state for state in self.states if state not in (*LEFT_OUT, NOT_ALIVE)]
        state = NOT_ALIVE if set(self.states) == {NOT_ALIVE} else neediest(self.states)
        due = self._told(as_of)
        return Progress(
            days=abs((as_of - due).days) if as_of is not None and due is not None else None,
            next_due=None if self.ways[OVERDUE] else due,
            state=state,
            total=self.slots(*owed),
            fulfilled=self.slots(*DONE),
            overdue=sum(behind for _, _, behind in self.states.values()),
            pending=self.slots(REPORTED),
            unjudged=self.slots(UNJUDGED),
        )


@dataclass
class Lists:
    """Lists of a level. owing: with anything owed; busy: with anything due or fulfilled; behind: with an overdue duty."""

    owing: int = 0
    busy: int = 0
    behind: int = 0

    def add(self, other: "Lists") -> None:
        self.owing, self.busy, self.behind = (
            self.owing + other.owing,
            self.busy + other.busy,
            self.behind + other.behind,
        )


@dataclass
class Tallies:
    """keys: {name of the duty: Tally}; lists: {level: Lists}."""

    keys: dict[str, Tally] = field(default_factory=dict)
    lists: dict[str, Lists] = field(default_factory=dict)

    def add(self, other: "Tallies") -> None:
        for key, tally in other.keys.items():
            self.keys.setdefault(key, Tally()).add(tally)
        for level, lists in other.lists.items():
            self.lists.setdefault(level, Lists()).add(lists)

    def headline(self, keys: Iterable[str], levels: Iterable[str]) -> Headline:
        """Return the Headline of the duties of these names, which stand on the lists of these levels."""
        total, lists = Tally(), Lists()
        for key in keys:
            total.add(self.keys.get(key, Tally()))
        for level in levels:
            lists.add(self.lists.get(level, Lists()))
        found = total.progress()
        return Headline(
            duties=total.owed,
            **total.ways,
            holders=lists.owing,
            behind=lists.behind,
            busy=lists.busy,
            slots=found.total,
            fulfilled=found.fulfilled,
            pending=found.pending,
            unjudged=found.unjudged,
            missed=found.overdue,
        )

    def rows(self) -> dict[str, Numbers]:
        """Return {measure: Numbers}; `of_rows` reads them again."""
        found = {}
        for key, tally in self.keys.items():
            if tally.owed:
                ways = tally.ways
                found[f"{TALLIED}{key}"] = Numbers(
                    ways[ON_TIME], tally.owed, ways[LATE], ways[OVERDUE], tally.due, tally.begun
                )
            for state, (duties, slots, behind) in tally.states.items():
                found[f"{TALLIED}{key}.{state}"] = Numbers(duties, slots, 0, behind)
        for level, lists in self.lists.items():
            if lists.owing:
                found[f"{TALLIED}{_LEVEL}{level}"] = Numbers(lists.busy, lists.owing, 0, lists.behind)
        return found


def of_rows(rows: Mapping[str, Numbers]) -> Tallies:
    """Return the Tallies that `Tallies.rows` said."""
    found = Tallies()
    for measure, (numerator, denominator, late, overdue, due, begun) in rows.items():
        key, _, state = measure.removeprefix(TALLIED).partition(".")
        if key.startswith(_LEVEL):
            found.lists[key.removeprefix(_LEVEL)] = Lists(denominator, numerator, overdue)
            continue
        tally = found.keys.setdefault(key, Tally())
        if state:
            tally.states[state] = [numerator, denominator, overdue]
        else:
            waiting = denominator - numerator - late - overdue
            tally.ways = {ON_TIME: numerator, LATE: late, OVERDUE: overdue, WAITING: waiting}
            tally.due, tally.begun = due, begun
    return found


def measure(key: str, state: str = "") -> str:
    """Return the measure of a duty's name, and of a state among those of STATE_NAMES."""
    if state and state not in STATE_NAMES:
        raise ValueError(state)
    return f"{TALLIED}{key}.{state}" if state else f"{TALLIED}{key}"


def _due(owed: list[DutySlot], way: str, as_of: date) -> tuple[date | None, bool]:
    """Return (since when a duty is behind, else until when it is open, whether an open one is begun), as of Numbers."""
    if way == OVERDUE:
        return min(slot.due for slot in owed if slot.behind(as_of)), False
    if not any(slot.state == OPEN for slot in owed):
        return min((slot.due for slot in owed if slot.state not in DONE), default=None), False
    due = next_date(owed, as_of)
    return due, due is not None and any(slot.done or slot.state in DONE for slot in owed)


def tallied(duties: Iterable[Duty], slots: Slots, as_of: date | None = None) -> Tallies:
    """Return the Tallies of these duties, each with its list. slots: {duty id: [DutySlot]} as judged on `as_of` (default today)."""
    as_of = as_of or clock.today()
    found = Tallies()
    how_lists_stand: dict[tuple[str, int], set[str]] = {}
    for duty in duties:
        tally = found.keys.setdefault(key_of(duty), Tally())
        mine = slots.get(duty.pk, ())
        states: set[str] = set()
        for slot in mine:
            numbers = tally.states.setdefault(slot.stands, [0, 0, 0])
            numbers[0] += slot.stands not in states
            numbers[1] += 1
            numbers[2] += slot.behind(as_of)
            states.add(slot.stands)
        owed = [slot for slot in mine if slot.state not in LEFT_OUT]
        if owed:
            way = standing(owed, as_of)
            tally.ways[way] += 1
            tally.due, tally.begun = (None, False) if tally.owed > 1 else _due(owed, way, as_of)
            how_lists_stand.setdefault((duty.list.level, duty.list_id), set()).add(way)
    for (level, _), ways in how_lists_stand.items():
        found.lists.setdefault(level, Lists()).add(Lists(1, int(ways != {WAITING}), int(OVERDUE in ways)))
    return found
