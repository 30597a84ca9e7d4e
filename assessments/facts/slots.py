"""What is done with one slot: filled whole, mended for some places or things, summed from its months; each in one transaction."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date
from itertools import chain
from typing import TypeVar

from django.db import transaction

from assessments.facts import sums
from assessments.facts.families import Counted
from assessments.facts.family import Family, Marks, Measures, Own, Places, last_filled
from assessments.facts.models import Fact, FactPart, FillState
from assessments.facts.parted import Judging, Parted, Parts
from assessments.facts.parts import parts_keep, parts_mend, parts_replace, summed
from assessments.facts.rising import Rising
from assessments.facts.rows import mend
from assessments.facts.tree_on import Parents, in_lots, lower_first
from common import clock, crash_points
from common.periods import MONTH, Period

Lot = TypeVar("Lot")


def nothing() -> None: ...


def _start(family: Family, period: Period, as_of: date) -> None:
    """Note, in a transaction of its own, that the slot is being filled."""
    row = FillState(
        family=family.key, period=str(period), state=FillState.State.STARTED, as_of=as_of, changed=clock.now()
    )
    FillState.objects.bulk_create(
        [row],
        update_conflicts=True,
        unique_fields=["family", "period"],
        update_fields=["state", "as_of", "changed"],
    )


def _done(family: Family, period: Period, as_of: date) -> None:
    FillState.objects.filter(family=family.key, period=str(period)).update(
        state=FillState.State.DONE, as_of=as_of, changed=clock.now()
    )


def fill_slot(
    family: Family, period: Period, as_of: date, parents: Parents, alive: Callable[[], None] = nothing
) -> Places:
    """Fill a slot anew; return the organisations whose rows are others now, None where all may be.

    alive: called before each lot of organisations.
    """
    _start(family, period, as_of)
    written: Places = None
    if not isinstance(family, Counted):
        judged = _first_judged(_own_by_lots(family, period, as_of, parents, alive))
    crash_points.point("rollup.after_leaf")
    with transaction.atomic():
        if isinstance(family, Counted):
            Fact.objects.filter(family=family.key, period=str(period)).delete()
            sums.insert_counts(family, period, as_of)
        else:
            rising = Rising(family, period, parents)
            for places, own in judged:
                rising.add(places, own)
            written = rising.finish()
        _done(family, period, as_of)
        _open_longer(family, period, written)
    return written


def _own_by_lots(
    family: Family, period: Period, as_of: date, parents: Parents, alive: Callable[[], None]
) -> Iterator[tuple[list[int], list[Own]]]:
    if not family.by_lots:
        alive()
        yield list(parents), list(family.own_values(period, None, as_of))
        return
    for places in in_lots(lower_first(parents)):
        alive()
        asked = set(places)
        yield places, [row for row in family.own_values(period, places, as_of) if row.organisation in asked]


def _first_judged(lots: Iterator[Lot]) -> Iterator[Lot]:
    """Return the same lots, the first of them, of most agencies the only one, judged before the transaction that writes it."""
    return chain([first] if (first := next(lots, None)) is not None else [], lots)


def fill_parts(
    family: Parted, periods: Sequence[Period], judging: Judging, alive: Callable[[], None] = nothing
) -> dict[Period, Places]:
    """Fill slots of a family of things anew that are judged together; return for each what `fill_slot` does."""
    for period in periods:
        _start(family, period, judging.as_of)
    judged = _first_judged(family.lots(periods, judging))
    crash_points.point("rollup.after_leaf")
    with transaction.atomic():
        rising = {period: Rising(family, period, judging.parents(period)) for period in periods}
        things: set[int] = set()
        for lot in judged:
            alive()
            things |= lot.things
            for period, parts in lot.parts.items():
                parts_replace(family, period, lot.things, parts)
                rising[period].add(lot.places, summed(parts))
        written: dict[Period, Places] = {}
        for period in periods:
            parts_keep(family, period, things)
            written[period] = rising[period].finish()
            _done(family, period, judging.as_of)
            _open_longer(family, period, written[period])
    return written


def where_they_stand(
    family: Parted, periods: Iterable[Period], things: Collection[int], found: dict[Period, Parts]
) -> list[Period]:
    """Return the slots in which one of these things has, or had, a part."""
    rows = FactPart.objects.filter(family=family.key, thing__in=things).order_by()
    before = set(rows.values_list("period", flat=True).distinct())
    return [period for period in periods if found.get(period) or str(period) in before]


def mend_parts(family: Parted, period: Period, things: Collection[int], parts: Parts, parents: Parents) -> set[int]:
    """Bring the parts of some things, and the facts of the slot, up to date; return the organisations whose rows are others."""
    with transaction.atomic():
        written = parts_mend(family, period, things, parts, parents)
        if written:
            FillState.objects.filter(family=family.key, period=str(period)).update(changed=clock.now())
            _open_longer(family, period, written)
    return written


def _open_longer(family: Family, month: Period, written: Places) -> None:
    """Say in the transaction of a month that the longer slots do not hold it yet: a fill that dies now is found out."""
    if written is None or written:
        longer = [str(Period.containing(kind, month.first)) for kind in family.summed]
        slots = FillState.objects.filter(family=family.key, period__in=longer)
        slots.update(state=FillState.State.STARTED)


def sum_slot(family: Family, period: Period, as_of: date) -> None:
    """Fill a longer slot by adding its months."""
    _start(family, period, as_of)
    with transaction.atomic():
        Fact.objects.filter(family=family.key, period=str(period)).delete()
        sums.insert_longer(family, period, _months_of(period, as_of))
        _done(family, period, as_of)


def _months_of(period: Period, as_of: date) -> list[str]:
    # What is planned or not due takes part as in the months themselves; later ones may hold the facts of a later fill.
    return [str(month) for month in period.parts(MONTH) if month.first <= last_filled(as_of)]


def sum_places(family: Family, period: Period, as_of: date, places: Collection[int]) -> None:
    """Add the months of a longer slot anew for the named organisations alone: in the others nothing was written."""
    with transaction.atomic():
        Fact.objects.filter(family=family.key, period=str(period), organisation__in=places).delete()
        sums.insert_longer(family, period, _months_of(period, as_of), places)
        _done(family, period, as_of)


def as_of_the_day(family: Family, periods: Collection[Period], as_of: date) -> None:
    """Note that slots in which all is put right that the date changed hold as of another day."""
    rows = FillState.objects.filter(family=family.key, period__in=[str(period) for period in periods])
    rows.update(as_of=as_of, changed=clock.now())


def mend_slot(
    family: Family, period: Period, as_of: date, marks: Marks, turned: Collection[int], parents: Parents
) -> set[int]:
    """Compute the organisations that `marks` name, and those that turned by the date (ids), anew; some at a time.

    Returns those whose rows are others now.
    """
    written: set[int] = set()
    for lot in in_lots(sorted({mark.organisation_id for mark in marks}.difference(turned))):
        own, measures = family.mended(period, lot, marks, as_of)
        if measures is None or measures:
            written |= _mend_lot(family, period, lot, own, measures, parents)
    for lot in in_lots(sorted(turned)):
        written |= _mend_lot(family, period, lot, family.own_values(period, lot, as_of), None, parents)
    return written


def _mend_lot(
    family: Family, period: Period, lot: list[int], own: Iterable[Own], measures: Measures, parents: Parents
) -> set[int]:
    with transaction.atomic():
        written = mend(family, period, set(lot), own, parents, measures=measures)
        if written:
            FillState.objects.filter(family=family.key, period=str(period)).update(changed=clock.now())
            _open_longer(family, period, written)
    return written
