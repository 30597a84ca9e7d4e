"""A slot filled whole while the own values of its organisations come in, some of them at a time.

An organisation is written once its own value and those of all directly below it are known; so of a large agency only what
waits for others is held, whatever it has of rows.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from assessments.facts.family import Family, Own
from assessments.facts.models import Fact
from assessments.facts.rows import (
    COLUMNS,
    NUMBERS,
    Key,
    Numbers,
    add_to_row,
    fact_of,
    facts_add,
    facts_write,
    own_values_of,
    says,
)
from assessments.facts.tree_on import Parents, in_lots
from common.periods import Period


class Rising:
    """One slot of a family; parents: the tree as it stood in it, each organisation of which is added once.

    Used inside a transaction. A slot filled anew each day is mostly as it was: only what differs is written.
    """

    def __init__(self, family: Family, period: Period, parents: Parents):
        self.family, self.period, self.parents = family, period, parents
        # Ids of the organisations in whose rows something was written.
        self.written: set[int] = set()
        # How many values an organisation waits for: its own, and the sums of those directly below.
        self._awaited = dict.fromkeys(parents, 1)
        for above in parents.values():
            if above is not None:
                self._awaited[above] = self._awaited.get(above, 1) + 1
        self._sums: dict[int, dict[str, Numbers]] = {}
        self._own: dict[int, dict[str, Own]] = {}

    def add(self, places: Iterable[int], own: Iterable[Own]) -> None:
        """Take the own values of `places` (ids), which have no others, and write what is known whole by them."""
        for row in own:
            self._own.setdefault(row.organisation, {})[row.measure] = row
            _add(self._sums.setdefault(row.organisation, {}), row.measure, [getattr(row, name) for name in NUMBERS])
        known: list[int] = []
        for place in places:
            self._arrived(place, known)
        for lot in in_lots(known):
            self._write(lot)

    def finish(self) -> set[int]:
        """Delete what stands at organisations that were not added; return `written`."""
        slot = Fact.objects.filter(family=self.family.key, period=str(self.period))
        # What remains waits for an organisation that has gone from the tree.
        self._write([place for place, awaited in self._awaited.items() if awaited and place in self._sums])
        strangers = set(slot.order_by().values_list("organisation_id", flat=True).distinct()) - set(self._awaited)
        slot.filter(organisation__in=strangers).delete()
        self.written |= strangers
        return self.written

    def _arrived(self, place: int, known: list[int]) -> None:
        """Count one value of an organisation; if it was the last, hand its sums on to the one above."""
        step: int | None = place
        while step is not None:
            self._awaited[step] = self._awaited.get(step, 1) - 1
            if self._awaited[step]:
                return
            known.append(step)
            above = self.parents.get(step)
            if above is not None and step in self._sums:
                sums = self._sums.setdefault(above, {})
                for measure, numbers in self._sums[step].items():
                    _add(sums, measure, numbers)
            step = above

    def _write(self, places: list[int]) -> None:
        new = dict(self._rows(places))
        changed, gone = [], []
        slot = Fact.objects.filter(family=self.family.key, period=str(self.period), organisation__in=places)
        rows = slot.order_by().values_list("pk", "organisation_id", "measure", *COLUMNS)
        for pk, place, measure, *columns in rows.iterator():
            wanted = new.pop((place, measure), None)
            if wanted is None:
                gone.append(pk)
                self.written.add(place)
            elif columns != wanted:
                changed.append(fact_of(self.family, self.period, (place, measure), wanted))
        self.written.update(place for place, _ in new)
        self.written.update(fact.organisation_id for fact in changed)
        facts_write(changed, gone)
        facts_add(self.family, self.period, new)

    def _rows(self, places: Collection[int]) -> Iterator[tuple[Key, list[Any]]]:
        """Yield (organisation and measure, its COLUMNS) of each fact that says something."""
        for place in places:
            own = self._own.pop(place, {})
            for measure, (numerator, denominator, late, overdue) in self._sums.pop(place, {}).items():
                columns = [numerator or 0, denominator, late or 0, overdue or 0, *own_values_of(own.get(measure))]
                if says(columns):
                    yield (place, measure), columns


def _add(sums: dict[str, Numbers], measure: str, numbers: Numbers) -> None:
    there = sums.get(measure)
    if there is None:
        sums[measure] = list(numbers)
    else:
        add_to_row(there, numbers)
