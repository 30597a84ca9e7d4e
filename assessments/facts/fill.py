"""The fill engine: own values in one statement, one pass up the tree, facts as rows.

A slot is a family × period. Its state row says STARTED while it is filled; a slot found STARTED belongs to a fill that
died, is undone and filled again. Change marks are consumed by row, never by time: a writer that commits late is only
filled later (decisions 25). Two fills never overlap.
"""

import logging
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import Min, Q

from assessments.facts import sums
from assessments.facts.families import FAMILIES
from assessments.facts.models import Fact, FillState
from assessments.facts.rows import mend, replace
from branches.jobs import services as jobs
from branches.jobs.models import ChangeMark, Heartbeat
from common import clock, database
from common import crash_points as faults
from common.periods import MONTH, QUARTER, YEAR, Period
from members.activities.models import Activity

log = logging.getLogger("tongbu.rollups")
FILL_LOCK = 7_302_003
# Marks whose effect is not confined to the organisation they name.
EVERYWHERE = {"tree", "setting"}


@dataclass
class Outcome:
    """What a fill did: slots filled wholly, slots mended for some organisations; busy when another fill was running."""

    filled: int = 0
    mended: int = 0
    busy: bool = False


def fill(*, as_of=None, span=None, rebuild=False):
    """Fill every missing, half-done, marked or aged slot; return an Outcome.

    as_of: the day on which facts are judged (default today). span: a Period to confine the work to. rebuild: undo and
    fill all slots of the span anew.
    """
    with filled(as_of=as_of, span=span, rebuild=rebuild) as outcome:
        return outcome


@contextmanager
def filled(*, as_of=None, span=None, rebuild=False, patience=0):
    """Fill as `fill` does and keep other fills out while the block reads what was filled.

    patience: how many seconds to wait for another fill to end before giving up (busy).
    """
    deadline = time.monotonic() + patience
    while True:
        with database.exclusive(FILL_LOCK) as free:
            if free:
                outcome = _fill(as_of or clock.today(), span, rebuild)
                jobs.beat("rollup")
                yield outcome
                return
        if time.monotonic() >= deadline:
            yield Outcome(busy=True)
            return
        time.sleep(0.2)


def _fill(as_of, span, rebuild):
    outcome = Outcome()
    marks = list(ChangeMark.objects.order_by("pk"))
    start = _horizon(as_of)
    states = {(row.family, row.period): row for row in FillState.objects.all()}
    for family in FAMILIES:
        whole, partial = _concerned(family, marks)
        further = family.further(marks) if family.further else ()
        leaf, wider = family.opened(as_of), family.widened(as_of)
        for period in _slots(family.kinds, start, as_of, span):
            state = states.get((family.key, str(period)))
            moved = any(day in period for day in further)
            if rebuild or moved or _needs_whole(family, period, state, whole, as_of):
                _fill_slot(family, period, as_of, leaf)
                outcome.filled += 1
            else:
                reach = family.reach(period)
                places = {mark.organisation_id for mark in partial if _touches(mark, reach, as_of)}
                if places:
                    _mend_slot(family, period, as_of, wider(frozenset(places)), leaf)
                    outcome.mended += 1
        for period in _slots(family.summed, start, as_of, span):
            state = states.get((family.key, str(period)))
            touched = any(_touches(mark, period, as_of) for mark in [*whole, *partial])
            touched = touched or any(day in period for day in further)
            if rebuild or touched or state is None or state.state == FillState.State.STARTED or state.as_of != as_of:
                _sum_slot(family, period, as_of)
                outcome.filled += 1
    if span is None:
        ChangeMark.objects.filter(pk__in=[mark.pk for mark in marks]).delete()
    return outcome


def _horizon(as_of):
    first = Activity.objects.aggregate(first=Min("day"))["first"] or as_of
    return min(first, as_of).replace(month=1, day=1)


def _last_filled(as_of):
    # Up to the end of the running quarter: the dashboard shows what is still to come in it.
    return Period.containing(QUARTER, as_of).last


def _slots(kinds, start, as_of, span):
    horizon = _last_filled(as_of)
    for year in range(start.year, as_of.year + 1):
        for kind in kinds:
            for period in Period(YEAR, year).parts(kind):
                if period.first <= horizon and (span is None or period.within(span)):
                    yield period


def _concerned(family, marks):
    wide = EVERYWHERE | (family.subjects if family.whole else set())
    whole = [mark for mark in marks if mark.subject in wide]
    partial = [mark for mark in marks if mark.subject in family.subjects - wide]
    return whole, partial


def _touches(mark, period, as_of):
    # A slot that has not begun is judged by the tree and the rosters of today.
    return mark.first_day <= period.last and mark.last_day >= min(period.first, as_of)


def _needs_whole(family, period, state, whole, as_of):
    if state is None or state.state == FillState.State.STARTED:
        return True
    if any(_touches(mark, family.reach(period), as_of) for mark in whole):
        return True
    if state.as_of == as_of:
        return False
    if as_of < clock.today() or state.as_of < clock.day_of(state.changed):
        # A look back leaves out what came after its day; the slot must leave it out, or take it in again.
        return family.daily or min(as_of, state.as_of) < period.last
    # Dates pass without any row changing: what was not due yesterday may be overdue today.
    return family.daily and state.as_of <= period.last + timedelta(days=family.tail() if family.tail else 0)


def _start(family, period, as_of):
    """Note, in a transaction of its own, that the slot is being filled."""
    FillState.objects.update_or_create(
        family=family.key,
        period=str(period),
        defaults={"state": FillState.State.STARTED, "as_of": as_of, "changed": clock.now()},
    )


def _done(family, period, as_of):
    FillState.objects.filter(family=family.key, period=str(period)).update(
        state=FillState.State.DONE, as_of=as_of, changed=clock.now()
    )


def _fill_slot(family, period, as_of, leaf):
    _start(family, period, as_of)
    own = None if family.counts else list(leaf(period, None))
    faults.point("rollup.after_leaf")
    with transaction.atomic():
        if own is None:
            Fact.objects.filter(family=family.key, period=str(period)).delete()
            sums.insert_counts(family, period, as_of)
        else:
            replace(family, period, as_of, own)
        _done(family, period, as_of)


def _sum_slot(family, period, as_of):
    """Fill a longer slot by adding its months."""
    _start(family, period, as_of)
    with transaction.atomic():
        Fact.objects.filter(family=family.key, period=str(period)).delete()
        # Months after `as_of` may hold the facts of a later fill.
        months = [str(month) for month in period.parts(MONTH) if month.first <= as_of]
        sums.insert_longer(family, period, months, as_of)
        _done(family, period, as_of)


def _mend_slot(family, period, as_of, places, leaf):
    """Compute the named organisations anew."""
    own = leaf(period, sorted(places))
    with transaction.atomic():
        mend(family, period, as_of, places, own)
        FillState.objects.filter(family=family.key, period=str(period)).update(changed=clock.now())


def undo(span):
    """Throw away the facts of all slots within `span`; the next fill makes them again."""
    for state in FillState.objects.all():
        if Period.parse(state.period).within(span):
            with transaction.atomic():
                Fact.objects.filter(family=state.family, period=state.period).delete()
                state.delete()


def age():
    """Return when facts were last filled, or None."""
    row = Heartbeat.objects.filter(name="rollup").first()
    return row.at if row else None


def facts_within(span, as_of=None):
    """Return the facts whose own period lies within `span`, for exports; as they stand on `as_of` (default today)."""
    written = {Period.parse(state.period) for state in FillState.objects.all()}
    horizon = _last_filled(as_of or clock.today())
    periods = [str(period) for period in written if period.within(span) and period.first <= horizon]
    return Fact.objects.filter(period__in=periods).filter(Q(denominator__isnull=True) | ~Q(denominator=0))
