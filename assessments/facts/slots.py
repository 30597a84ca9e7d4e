"""What is done with one slot: filled whole, mended for some places or things, summed from its months; each in one transaction."""

from collections.abc import Collection, Iterable
from datetime import date

from django.db import transaction

from assessments.facts import sums
from assessments.facts.families import Counted
from assessments.facts.family import Family, Marks, Places
from assessments.facts.models import Fact, FactPart, FillState
from assessments.facts.parted import Parted, Parts
from assessments.facts.parts import parts_mend, parts_replace, summed
from assessments.facts.rows import mend, replace
from assessments.facts.tree_on import Parents
from common import clock, crash_points
from common.periods import MONTH, QUARTER, Period


def last_filled(as_of: date) -> date:
    # Up to the end of the running quarter: the dashboard shows what is still to come in it.
    return Period.containing(QUARTER, as_of).last


def _start(family: Family, period: Period, as_of: date) -> None:
    """Note, in a transaction of its own, that the slot is being filled."""
    FillState.objects.update_or_create(
        family=family.key,
        period=str(period),
        defaults={"state": FillState.State.STARTED, "as_of": as_of, "changed": clock.now()},
    )


def _done(family: Family, period: Period, as_of: date) -> None:
    FillState.objects.filter(family=family.key, period=str(period)).update(
        state=FillState.State.DONE, as_of=as_of, changed=clock.now()
    )


def fill_slot(family: Family, period: Period, as_of: date, parents: Parents) -> Places:
    """Fill a slot anew; return the organisations whose rows are others now, None where all may be."""
    _start(family, period, as_of)
    written: Places = None
    own = None if isinstance(family, Counted) else list(family.own_values(period, None, as_of))
    crash_points.point("rollup.after_leaf")
    with transaction.atomic():
        if isinstance(family, Counted):
            Fact.objects.filter(family=family.key, period=str(period)).delete()
            sums.insert_counts(family, period, as_of)
        else:
            written = replace(family, period, own or [], parents)
        _done(family, period, as_of)
        _open_longer(family, period, written)
    return written


def fill_parts(family: Parted, period: Period, as_of: date, parts: Parts, parents: Parents) -> Places:
    """Fill a slot of a family of things anew; returns as `fill_slot`."""
    _start(family, period, as_of)
    crash_points.point("rollup.after_leaf")
    with transaction.atomic():
        parts_replace(family, period, parts)
        written = replace(family, period, summed(parts), parents)
        _done(family, period, as_of)
        _open_longer(family, period, written)
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


def mend_slot(family: Family, period: Period, as_of: date, marks: Marks, parents: Parents) -> Places:
    """Compute the organisations that `marks` name anew; return those whose rows are others now."""
    places = {mark.organisation_id for mark in marks}
    own, measures = family.mended(period, sorted(places), marks, as_of)
    if measures is not None and not measures:
        return set()
    with transaction.atomic():
        written = mend(family, period, places, own, parents, measures=measures)
        FillState.objects.filter(family=family.key, period=str(period)).update(changed=clock.now())
        _open_longer(family, period, written)
    return written
