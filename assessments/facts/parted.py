"""Families whose values belong to things: business work, duty lists. What one of them comes to is kept as its part, so that a
change of one thing is carried to the facts without a look at the others (FactPart).
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from assessments.facts.family import Family, Marks, Own
from assessments.facts.models import FactPart
from assessments.facts.tree_on import Parents, once_each
from branches.settings import dated as dated_settings
from common.periods import YEAR, Period
from responsibilities.duties.proofs.scope import NARROW
from responsibilities.duties.selectors.touched import lists_touched
from responsibilities.duties.turning import lists_turned
from responsibilities.measures import (
    carriers_of_items,
    duty_counts,
    items_proved_by,
    items_written,
    sync_shares,
)
from responsibilities.work.services.judged import keep_points


@dataclass
class Part:
    """What a thing makes of a slot. own: the own values of organisations; turns: as of FactPart."""

    own: list[Own]
    turns: date | None = None


# When more than this share of the lists turns, as at the end of a month, judging all of them at once is quicker.
MOST_TURNED = 0.25
# {id of a thing: its part of a slot}
Parts = dict[int, Part]
# From a slot to the parents of organisations in it.
ParentsIn = Callable[[Period], Parents]


@dataclass(frozen=True)
class Parted(Family):
    """The own values of organisations are sums over things."""

    def parts(
        self, periods: Sequence[Period], things: Collection[int] | None, as_of: date, parents: ParentsIn
    ) -> dict[Period, Parts]:
        """Return {period: {id of a thing: its Part}}, judged on `as_of`. things: ids, all when None."""
        raise NotImplementedError

    def together(self, periods: Sequence[Period]) -> Iterator[list[Period]]:
        """Yield the slots that are judged in one go."""
        for period in periods:
            yield [period]

    def touched(self, marks: Marks, as_of: date) -> set[int]:
        """Return the ids of the things whose parts may have changed. marks: those of the family's subjects."""
        raise NotImplementedError

    def turned(self, since: date, as_of: date) -> set[int] | None:
        """Return the ids of the things that are others on `as_of` than on `since`, the day of the last fill, though nobody wrote.

        None: nobody knows, and a slot of which the date has passed is judged whole.
        """
        return None

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

    def parts(
        self, periods: Sequence[Period], things: Collection[int] | None, as_of: date, parents: ParentsIn
    ) -> dict[Period, Parts]:
        found: dict[Period, dict[int, dict[tuple[int, str], Own]]] = {period: {} for period in periods}
        for period in periods if things is None else [None]:
            for share in sync_shares(as_of, period=period, items=things):
                slot = Period.containing(self.kinds[0], share.day)
                if slot not in found:
                    continue
                own = found[slot].setdefault(share.item, {})
                for place, number in once_each(share.places, parents(slot)).items():
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

    def parts(
        self, periods: Sequence[Period], things: Collection[int] | None, as_of: date, parents: ParentsIn
    ) -> dict[Period, Parts]:
        found: dict[Period, Parts] = {}
        for slots in self.together(periods):
            judged, turns = duty_counts(slots, things, as_of)
            for period, counts in judged.items():
                found[period] = {
                    thing: Part([_own(place, measure, row) for measure, row in by_measure.items()], turns.get(thing))
                    for (thing, place), by_measure in counts.items()
                }
        return found

    def turned(self, since: date, as_of: date) -> set[int] | None:
        lists = lists_turned(since, as_of)
        if lists is None:
            return None
        parts = FactPart.objects.filter(family=self.key, period=str(as_of.year)).order_by()
        lists |= set(FactPart.objects.filter(family=self.key, turns__lte=as_of).values_list("thing", flat=True))
        return lists if len(lists) <= MOST_TURNED * parts.count() else None

    def mended_for(self, period: Period) -> Period:
        return Period(YEAR, period.year)

    def touched(self, marks: Marks, as_of: date) -> set[int]:
        if not marks:
            return set()
        items = _items(marks)
        return lists_touched(marks, items, carriers_of_items(items) if items else (), as_of)


def _own(place: int, measure: str, row: Sequence) -> Own:
    """Return the own value that a measure of a list makes. row: numerator, denominator, late, overdue, maybe with a date."""
    numerator, denominator, late, overdue = row[:4]
    return Own(place, measure, numerator, denominator, late, overdue, due=getattr(row, "due", None))


def _items(marks: Marks) -> set[int]:
    """Return the ids of the business work that was written, or of which what was written is evidence."""
    records = [mark for mark in marks if mark.subject == "activity"]
    return items_written([mark for mark in marks if mark.subject == "work"]) | items_proved_by(records)
