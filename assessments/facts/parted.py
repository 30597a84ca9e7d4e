"""Families whose values belong to things: business work, duty lists. What one of them comes to is kept as its part, so that a
change of one thing is carried to the facts without a look at the others (FactPart).
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from assessments.facts.family import Family, Marks, Own
from assessments.facts.models import FactPart
from assessments.facts.owing import requirements_kept
from assessments.facts.tree_on import Parents, lower_first, once_each
from branches.settings import dated as dated_settings
from common.periods import YEAR, Period
from responsibilities.duties.proofs.scope import NARROW
from responsibilities.duties.selectors.touched import lists_touched
from responsibilities.duties.tallies import Numbers
from responsibilities.duties.turning import lists_turned
from responsibilities.measures import (
    carriers_of_items,
    duty_counts,
    items_proved_by,
    items_written,
    lists_issued,
    sync_shares,
)
from responsibilities.work.services.judged import keep_points


@dataclass(slots=True)
class Part:
    """What a thing makes of a slot. own: the own values of organisations; turns: as of FactPart."""

    own: list[Own]
    turns: date | None = None


# {id of a thing: its part of a slot}
Parts = dict[int, Part]
# From a slot to the parents of organisations in it.
ParentsIn = Callable[[Period], Parents]


@dataclass(frozen=True)
class Judging:
    """as_of: the day on which parts are judged. parents: of the slots. owed_kept: whether the facts of requirements were brought
    up to that day before, so that duties that rest on them need not reckon them again.
    """

    as_of: date
    parents: ParentsIn
    owed_kept: bool = False


@dataclass
class Lot:
    """What is judged of whole slots together. places: ids of organisations whose own values are all in it; things: ids of
    those that were judged; parts: {period: their parts}.
    """

    places: Collection[int]
    things: set[int]
    parts: dict[Period, Parts]


@dataclass(frozen=True)
class Parted(Family):
    """The own values of organisations are sums over things."""

    def parts(self, periods: Sequence[Period], things: Collection[int] | None, judging: Judging) -> dict[Period, Parts]:
        """Return {period: {id of a thing: its Part}}. things: ids, all when None."""
        raise NotImplementedError

    def lots(self, periods: Sequence[Period], judging: Judging) -> Iterator[Lot]:
        """Yield all things of slots that are judged together in lots, each organisation in one of them."""
        raise NotImplementedError

    def together(self, periods: Sequence[Period]) -> Iterator[list[Period]]:
        """Yield the slots that are judged in one go."""
        for period in periods:
            yield [period]

    def touched(self, marks: Marks, as_of: date) -> set[int]:
        """Return the ids of the things whose parts may have changed. marks: those of the family's subjects."""
        raise NotImplementedError

    def keep(self, marks: Marks | None, as_of: date) -> set[int]:
        """Keep what pages read of single things beside the facts, as of today; return the ids of those that were others.

        marks: those of the family's subjects, which say what may be others; None: everything.
        """
        return set()

    def chunks(self, things: Iterable[int]) -> Iterator[list[int]]:
        """Yield the things in lots that are judged together."""
        wanted = sorted(things)
        for start in range(0, len(wanted), NARROW):
            yield wanted[start : start + NARROW]


@dataclass(frozen=True)
class Stages(Parted):
    """Stages of business work: one that several branches carry counts once at each, and once at whatever stands above."""

    def parts(self, periods: Sequence[Period], things: Collection[int] | None, judging: Judging) -> dict[Period, Parts]:
        found: dict[Period, dict[int, dict[tuple[int, str], Own]]] = {period: {} for period in periods}
        for period in periods if things is None else [None]:
            for share in sync_shares(judging.as_of, period=period, items=things):
                slot = Period.containing(self.kinds[0], share.day)
                if slot not in found:
                    continue
                own = found[slot].setdefault(share.item, {})
                for place, number in once_each(share.places, judging.parents(slot)).items():
                    row = own.setdefault((place, share.measure), Own(place, share.measure, 0))
                    row.numerator += number * share.numerator
                    if not share.counted:
                        row.denominator = (row.denominator or 0) + number
                    row.late += number * share.late
                    row.overdue += number * share.overdue
        return {
            period: {item: Part(list(own.values())) for item, own in by_item.items()}
            for period, by_item in found.items()
        }

    def lots(self, periods: Sequence[Period], judging: Judging) -> Iterator[Lot]:
        # What one item adds stands at its carriers and where their ways up meet: no organisation is known before all are.
        parts = self.parts(periods, None, judging)
        yield Lot(judging.parents(periods[0]), {thing for found in parts.values() for thing in found}, parts)

    def touched(self, marks: Marks, as_of: date) -> set[int]:
        return _items(marks)

    def keep(self, marks: Marks | None, as_of: date) -> set[int]:
        return keep_points(None if marks is None else _items(marks), as_of)

    def tail(self) -> int:
        return max(int(value) for _, value in dated_settings.timeline("sync_tolerance_days"))


@dataclass(frozen=True)
class Duties(Parted):
    """Duties of the lists: what is due in a quarter is known only once the year is judged, so a year is judged at once."""

    def together(self, periods: Sequence[Period]) -> Iterator[list[Period]]:
        years = sorted({period.year for period in periods})
        yield from ([period for period in periods if period.year == year] for year in years)

    def lots(self, periods: Sequence[Period], judging: Judging) -> Iterator[Lot]:
        lists: dict[int, list[int]] = {}
        for thing, place in lists_issued(periods[0].year, judging.as_of):
            lists.setdefault(place, []).append(thing)
        places: list[int] = []
        things: list[int] = []
        for place in lower_first(judging.parents(periods[-1])):
            mine = lists.get(place, [])
            if things and len(things) + len(mine) > NARROW:
                yield Lot(places, set(things), self.parts(periods, things, judging))
                places, things = [], []
            places.append(place)
            things += mine
        yield Lot(places, set(things), self.parts(periods, things, judging))

    def parts(self, periods: Sequence[Period], things: Collection[int] | None, judging: Judging) -> dict[Period, Parts]:
        found: dict[Period, Parts] = {}
        for slots in self.together(periods):
            year = Period(YEAR, slots[0].year)
            owed = requirements_kept(year, judging.as_of) if judging.owed_kept else None
            judged, turns = duty_counts(slots, things, judging.as_of, owed)
            for period, counts in judged.items():
                found[period] = {
                    thing: Part([_own(place, measure, row) for measure, row in by_measure.items()], turns.get(thing))
                    for (thing, place), by_measure in counts.items()
                }
        return found

    def turned(self, since: date, as_of: date, periods: list[Period]) -> dict[Period, set[int]] | None:
        lists = lists_turned(since, as_of)
        if lists is None:
            return None
        lists |= set(FactPart.objects.filter(family=self.key, turns__lte=as_of).values_list("thing", flat=True))
        return dict.fromkeys(periods, lists)

    def mended_for(self, period: Period) -> Period:
        return Period(YEAR, period.year)

    def touched(self, marks: Marks, as_of: date) -> set[int]:
        if not marks:
            return set()
        items = _items(marks)
        return lists_touched(marks, items, carriers_of_items(items) if items else (), as_of)


def _own(place: int, measure: str, row: Sequence) -> Own:
    """Return the own value that a measure of a list makes. row: numerator, denominator, late, overdue, or Numbers."""
    own = Own(place, measure, *row[:4])
    if isinstance(row, Numbers):
        own.due, own.begun = row.due, row.begun
    return own


def _items(marks: Marks) -> set[int]:
    """Return the ids of the business work that was written, or of which what was written is evidence."""
    records = [mark for mark in marks if mark.subject == "activity"]
    return items_written([mark for mark in marks if mark.subject == "work"]) | items_proved_by(records)
