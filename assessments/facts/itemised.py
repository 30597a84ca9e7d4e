"""Families of things that count one by one in the month of their due day: steps of policies, receipts, cases of development.

Each thing is a part, so that one is carried to the facts without the others.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from assessments.facts.family import Marks, Own, Places
from assessments.facts.parted import Judging, Lot, Part, Parted, Parts
from common.periods import Period
from responsibilities.policies.measured import COMPLETE, complete_policies


class Item(Protocol):
    """What counts once for an organisation. thing: what it belongs to; owed: one of so many that are due, else a plain count.

    done: it is, late or not; late: after its due day; overdue: it is not.
    """

    @property
    def thing(self) -> int: ...
    @property
    def organisation(self) -> int: ...
    @property
    def measure(self) -> str: ...
    @property
    def due(self) -> date: ...
    @property
    def owed(self) -> bool: ...
    @property
    def done(self) -> bool: ...
    @property
    def late(self) -> bool: ...
    @property
    def overdue(self) -> bool: ...


@dataclass(frozen=True)
class Itemised(Parted):
    """Things that count in the month of their due day, each for the organisation that owes it.

    items(as_of, things): the Items. written(marks): the ids of things that marks may have changed.
    """

    items: Callable[[date, Collection[int] | None], Iterator[Item]] = field(kw_only=True)
    written: Callable[[Marks], set[int]] = field(kw_only=True)

    def parts(self, periods: Sequence[Period], things: Collection[int] | None, judging: Judging) -> dict[Period, Parts]:
        found: dict[Period, dict[int, dict[tuple[int, str], Own]]] = {period: {} for period in periods}
        for item in self.items(judging.as_of, things):
            slot = Period.containing(self.kinds[0], item.due)
            if slot not in found:
                continue
            own = found[slot].setdefault(item.thing, {})
            key = (item.organisation, item.measure)
            row = own.setdefault(key, Own(*key, 0, 0 if item.owed else None))
            row.numerator += item.done
            if item.owed:
                row.denominator = (row.denominator or 0) + 1
            row.late += item.late
            row.overdue += item.overdue
        return {
            period: {thing: Part(list(own.values())) for thing, own in by_thing.items()}
            for period, by_thing in found.items()
        }

    def lots(self, periods: Sequence[Period], judging: Judging) -> Iterator[Lot]:
        parts = self.parts(periods, None, judging)
        yield Lot(judging.parents(periods[0]), {thing for found in parts.values() for thing in found}, parts)

    def together(self, periods: Sequence[Period]) -> Iterator[list[Period]]:
        # One reading of all runs serves all months.
        if periods:
            yield list(periods)

    def touched(self, marks: Marks, as_of: date) -> set[int]:
        return self.written(marks)


def stock(period: Period, places: Places, as_of: date) -> Iterable[Own]:
    """Return how many of the policies in force at each issuer are whole, on the last day of the slot; nothing before it began."""
    if period.first > as_of:
        return []
    counted = complete_policies(min(period.last, as_of), places)
    return [Own(place, COMPLETE, whole, number) for place, (whole, number) in counted.items()]
