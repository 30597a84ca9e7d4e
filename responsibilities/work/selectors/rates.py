"""Rates of synchronisation over any grouping of points; pure arithmetic on what responsibilities/work/stages.py judged."""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from statistics import median
from typing import Any

from responsibilities.work.models import Closure, SyncStageKind, SyncState, WorkItem
from responsibilities.work.stages import DUE, SyncPoint, closing_point, closure

# What a point counts for: the keys of its groups.
Keys = Callable[[SyncPoint], Iterable[Hashable]]


def pending_words(number: int) -> str:
    """Return 「，2 处佐证待确认」, "" for none: what stands beside every rate, in which it is not counted."""
    return f"，{number} 处佐证待确认" if number else ""


@dataclass
class Rate:
    """What became of the points of one group.

    due: synchronised + lagging + missing; what waits to be confirmed, is waived, ended or not due is left out of it. lags: days
    from business to Party date of the points with a record that were due. closed, items: items that are closed, of those
    that have come to 考核 (judgement 3.6).
    """

    synchronised: int = 0
    lagging: int = 0
    missing: int = 0
    to_confirm: int = 0
    waived: int = 0
    ended: int = 0
    not_due: int = 0
    closed: int = 0
    items: int = 0
    lags: list[int] = field(default_factory=list)

    @property
    def due(self) -> int:
        return self.synchronised + self.lagging + self.missing

    @property
    def share(self) -> Fraction | None:
        """Synchronised of due as a Fraction, None when nothing was due: unknown is not zero."""
        return Fraction(self.synchronised, self.due) if self.due else None

    @property
    def percent(self) -> float | None:
        """The share in per cent as a float, None when nothing was due."""
        return None if self.share is None else float(self.share * 100)

    @property
    def tone(self) -> str:
        """Colour of the bar: below four of five it is no good news."""
        return "ok" if self.percent is not None and self.percent >= 80 else "soon"

    @property
    def median_lag(self) -> float | None:
        """Median lag in days, None without any; negative when the Party side came first."""
        return median(self.lags) if self.lags else None

    @property
    def lag_words(self) -> str:
        """The median lag in words: 2 天, 当天, 提前 0.5 天, — without any."""
        lag = self.median_lag
        if lag is None:
            return "—"
        return "当天" if lag == 0 else f"{lag:g} 天" if lag > 0 else f"提前 {-lag:g} 天"

    def add(self, point: SyncPoint) -> None:
        """Count one SyncPoint; one that is left out is nobody's."""
        if not point.left_out:
            self.count(SyncState(point.state), 1, point.lag)

    def count(self, state: str, number: int, lag: int | None) -> None:
        """Count so many points of a state that have the same lag."""
        name = SyncState(state)
        setattr(self, name.value, getattr(self, name.value) + number)
        if name in DUE and name != SyncState.MISSING and lag is not None:
            self.lags += [lag] * number

    def join(self, other: "Rate") -> None:
        """Add the points and items of another group, none of which is in this one."""
        for name in (*(state.value for state in SyncState), "closed", "items"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.lags += other.lags


def rates(points: Sequence[SyncPoint], by: Keys, whole: Sequence[SyncPoint] | None = None) -> dict[Any, Rate]:
    """Return {key: Rate} of SyncPoints.

    by: a function of a point that gives the keys it counts for (several for a point that branches share; each counts it
    once). whole: all points of the items concerned, from which closure is taken; default `points` themselves. An item
    counts for closure in the groups of the last point of 考核 that is due, where that is one of `points`.
    """
    found: dict[Any, Rate] = {}
    for point in points:
        for key in dict.fromkeys(by(point)):
            found.setdefault(key, Rate()).add(point)
    counted = {(point.stage, point.milestone) for point in points}
    for mine in by_item(points if whole is None else whole).values():
        last, state = closing_point(mine), closure(mine)
        if last is None or state not in (Closure.CLOSED, Closure.OPEN) or (last.stage, last.milestone) not in counted:
            continue
        for key in dict.fromkeys(by(last)):
            rate = found.setdefault(key, Rate())
            rate.items += 1
            rate.closed += state == Closure.CLOSED
    return found


def by_item(points: Iterable[SyncPoint]) -> dict[int, list[SyncPoint]]:
    """Return {item: its points}, in the order of the points."""
    found: dict[int, list[SyncPoint]] = {}
    for point in points:
        found.setdefault(point.item, []).append(point)
    return found


def total(points: Sequence[SyncPoint], whole: Sequence[SyncPoint] | None = None) -> Rate:
    """Return the Rate of all points together."""
    return rates(points, lambda point: ("",), whole).get("", Rate())


def by_stage(point: SyncPoint) -> tuple[SyncStageKind]:
    return (SyncStageKind(point.kind),)


def by_carrier(items: Mapping[int, WorkItem]) -> Callable[[SyncPoint], list[int]]:
    """Return the grouping by the organisations that carry a point on its day; without any, by who arranged the item."""
    return lambda point: point.carriers or [items[point.item].organisation_id]


def by_tree(items: Mapping[int, WorkItem], parents: Mapping[int, int | None]) -> Keys:
    """Return the grouping by organisation up the tree: each point counts once for every organisation at or above it.

    parents: {organisation id: parent id or None}.
    """
    carrier = by_carrier(items)

    def keys(point: SyncPoint) -> Iterable[int]:
        places: dict[int, None] = {}
        for carrying in carrier(point):
            place: int | None = carrying
            while place is not None and place not in places:
                places[place] = None
                place = parents.get(place)
        return places

    return keys


def by_department(items: Mapping[int, WorkItem]) -> Keys:
    """Return the grouping by leading department; None for items without one."""
    return lambda point: (items[point.item].lead_id,)


def by_leader(items: Mapping[int, WorkItem]) -> Keys:
    """Return the grouping by leader in charge: his account's id, else his name as written, else None."""

    def keys(point: SyncPoint) -> tuple[int | str | None]:
        item = items[point.item]
        return (item.leader_id or item.leader_name or None,)

    return keys
