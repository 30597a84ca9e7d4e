"""The fill engine: own values in one statement, one pass up the tree, facts as rows.

A slot is a family × period. Its state row says STARTED while it is filled; a slot found STARTED belongs to a fill that
died, is undone and filled again. Change marks are consumed by row, never by time: a writer that commits late is only
filled later (decisions 25). Two fills never overlap.
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, Min, Q, QuerySet

from assessments.facts.families import FAMILIES, Requirements
from assessments.facts.family import Days, Family, Marks, Places, last_filled
from assessments.facts.models import Fact, FactPart, FillState
from assessments.facts.parted import Judging, Parted
from assessments.facts.slots import (
    as_of_the_day,
    fill_parts,
    fill_slot,
    mend_parts,
    mend_slot,
    nothing,
    sum_places,
    sum_slot,
    where_they_stand,
)
from assessments.facts.tree_on import Parents, Tree
from branches.jobs import services as jobs
from branches.jobs.models import ChangeMark, Heartbeat
from branches.settings import dated
from common import clock, database, garbage
from common.periods import MONTH, YEAR, Period
from members.activities.models import Activity
from members.activities.services.rosters import judge_marked
from members.education.marks import studied_marked
from members.organisations.heads import heads_keep
from members.resources.services.uses import owners_marked
from responsibilities.campaigns.ties import campaigns_marked
from responsibilities.duties.tallies import TALLIED
from responsibilities.practices.marks import practices_marked
from responsibilities.work.services.natures import natures_judged

log = logging.getLogger("tongbu.rollups")
FILL_LOCK = 7_302_003
# The sign that everything was filled for the day it was given on; a look back, or an undone slot, takes it away.
DAY_FILLED = "rollup:day"
# Families that are no part of the export for outsiders.
NOT_EXPORTED = (
    *("nature", "linked", "shared", "roster", "dues", "dues_fault", "development"),
    *("education", "cadres", "staff", "care", "commitments"),
)
# Marks whose effect is not confined to the organisation they name.
EVERYWHERE = {"tree", "setting"}


@dataclass
class Outcome:
    """What a fill did: slots filled wholly, slots mended for some organisations; busy when another fill was running."""

    filled: int = 0
    mended: int = 0
    busy: bool = False


def fill(
    *,
    as_of: date | None = None,
    span: Period | None = None,
    rebuild: bool = False,
    alive: Callable[[], None] = nothing,
) -> Outcome:
    """Fill every missing, half-done, marked or aged slot; return an Outcome.

    as_of: the day on which facts are judged (default today). span: a Period to confine the work to. rebuild: undo and
    fill all slots of the span anew. alive: called before each slot.
    """
    with filled(as_of=as_of, span=span, rebuild=rebuild, alive=alive) as outcome:
        return outcome


@contextmanager
def filled(
    *,
    as_of: date | None = None,
    span: Period | None = None,
    rebuild: bool = False,
    patience: float = 0,
    alive: Callable[[], None] = nothing,
) -> Iterator[Outcome]:
    """Fill as `fill` does and keep other fills out while the block reads what was filled.

    patience: how many seconds to wait for another fill to end before giving up (busy).
    """
    deadline = time.monotonic() + patience
    while True:
        with database.exclusive(FILL_LOCK) as free:
            if free:
                outcome = _fill(as_of or clock.today(), span, rebuild, alive)
                jobs.beat("rollup")
                yield outcome
                return
        if time.monotonic() >= deadline:
            yield Outcome(busy=True)
            return
        time.sleep(0.2)


def _fill(as_of: date, span: Period | None, rebuild: bool, alive: Callable[[], None]) -> Outcome:
    today = clock.today()
    if as_of != today:
        Heartbeat.objects.filter(name=DAY_FILLED).delete()
    judge_marked()
    written = list(ChangeMark.objects.order_by("pk"))
    natures_judged(written)
    owners_marked(written)
    campaigns_marked(written)
    practices_marked(written)
    studied_marked(written)
    marks = list(ChangeMark.objects.order_by("pk"))
    heads_keep(marks)
    run = _Run(as_of, span, rebuild, marks, alive)
    # What is set meanwhile leaves a mark, and is seen by the next fill.
    with dated.read_once(), garbage.search_of_what_is_new():
        for family in FAMILIES:
            run.fill_family(family)
    if span is None:
        ChangeMark.objects.filter(pk__in=[mark.pk for mark in marks]).delete()
        if as_of == today:
            jobs.beat(DAY_FILLED)
    return run.outcome


def wanted() -> bool:
    """Whether a fill would do anything: a change waits, a fill died, or the day has changed since the last whole one."""
    if ChangeMark.objects.exists() or FillState.objects.filter(state=FillState.State.STARTED).exists():
        return True
    day = Heartbeat.objects.filter(name=DAY_FILLED).values_list("at", flat=True).first()
    return day is None or clock.day_of(day) != clock.today()


class _Run:
    """One fill: what it was asked for, what it found, what it did."""

    def __init__(
        self, as_of: date, span: Period | None, rebuild: bool, marks: Marks, alive: Callable[[], None] = nothing
    ):
        self.as_of, self.span, self.rebuild, self.marks, self.alive = as_of, span, rebuild, marks, alive
        self.start = _horizon(as_of)
        self.states = {(row.family, row.period): row for row in FillState.objects.all()}
        self.outcome = Outcome()
        self._tree = Tree()
        # Whether the facts of all requirements hold as of the day, as they do once this fill has been over them.
        self._owed_kept = False

    def fill_family(self, family: Family) -> None:
        """Bring every slot of a family up to date: its own slots first, then those that are sums of months."""
        changes = _Changes(family, self.marks, self.as_of)
        whole: list[Period] = []
        aged: list[Period] = []
        others: list[Period] = []
        for period in self._slots(family.kinds):
            if self.rebuild or changes.all_of(period) or self._is_stale(family, period):
                whole.append(period)
            else:
                (aged if self._has_aged(family, period) else others).append(period)
        turned = self._turned(family, aged)
        if turned is None:
            whole = sorted([*whole, *aged])
        else:
            changes.turned, others = turned, sorted([*others, *aged])
        written: dict[Period, Places] = {}
        self.fill_slots(family, whole, others, changes, written)
        if turned is not None and aged:
            as_of_the_day(family, aged, self.as_of)
        self._sum_longer(family, written)
        self._owed_kept |= isinstance(family, Requirements) and self.span is None
        # What is kept of single things stands for today alone: a look back, or a part of the time, leaves it as it is.
        if isinstance(family, Parted) and self.span is None and self.as_of == clock.today():
            family.keep(None if self.rebuild or changes.whole else changes.partial, self.as_of)

    def _turned(self, family: Family, aged: list[Period]) -> dict[Period, set[int]] | None:
        """Return what is another in slots whose date has passed by that alone; None: whole slots are judged anew."""
        if not aged:
            return None
        return family.turned(min(self.states[family.key, str(period)].as_of for period in aged), self.as_of, aged)

    def fill_slots(
        self,
        family: Family,
        whole: list[Period],
        others: list[Period],
        changes: "_Changes",
        written: dict[Period, Places],
    ) -> None:
        """Fill the slots `whole` anew, mend the others, and note in `written` whose rows are others now (None: all may be)."""
        if isinstance(family, Parted):
            self._fill_parted(family, whole, others, changes, written)
        else:
            self._fill_places(family, whole, others, changes, written)

    def _parents(self, period: Period) -> Parents:
        return self._tree.on(min(period.last, self.as_of))

    def _fill_places(
        self,
        family: Family,
        whole: list[Period],
        others: list[Period],
        changes: "_Changes",
        written: dict[Period, Places],
    ) -> None:
        for period in whole:
            written[period] = fill_slot(family, period, self.as_of, self._parents(period), self.alive)
            self.outcome.filled += 1
        for period in others:
            marks, turned = changes.marks_of(period), changes.turned.get(period, set())
            if not marks and not turned:
                continue
            self.alive()
            parents = self._parents(period)
            if family.quicker_whole(turned.union(mark.organisation_id for mark in marks)):
                written[period] = fill_slot(family, period, self.as_of, parents, self.alive)
                self.outcome.filled += 1
                continue
            written[period] = mend_slot(family, period, self.as_of, marks, turned, parents)
            self.outcome.mended += 1

    def _fill_parted(
        self,
        family: Parted,
        whole: list[Period],
        others: list[Period],
        changes: "_Changes",
        written: dict[Period, Places],
    ) -> None:
        judging = Judging(self.as_of, self._parents, self._owed_kept)
        for periods in family.together(whole):
            written.update(fill_parts(family, periods, judging, self.alive))
            self.outcome.filled += len(periods)
        mended: dict[Period, set[int]] = {}
        touched = family.touched(changes.partial, self.as_of).union(*changes.turned.values()) if others else set()
        for things in family.chunks(touched):
            found = family.parts(others, things, judging)
            for period in where_they_stand(family, others, things, found):
                self.alive()
                there = mend_parts(family, period, things, found[period], self._parents(period))
                mended.setdefault(period, set()).update(there)
        written.update(mended)
        self.outcome.mended += len(mended)

    def _sum_longer(self, family: Family, written: dict[Period, Places]) -> None:
        as_before = []
        for period in self._slots(family.summed):
            places_written = _together(written.get(month, set()) for month in period.parts(MONTH))
            if self.rebuild or places_written is None or self._other_months(family, period):
                sum_slot(family, period, self.as_of)
                self.outcome.filled += 1
            elif places_written:
                sum_places(family, period, self.as_of, places_written)
                self.outcome.mended += 1
            elif self._is_old(family, period):
                as_before.append(period)
        if as_before:
            as_of_the_day(family, as_before, self.as_of)

    def _slots(self, kinds: Iterable[str]) -> Iterator[Period]:
        horizon = last_filled(self.as_of)
        for year in range(self.start.year, self.as_of.year + 1):
            for kind in kinds:
                for period in Period(YEAR, year).parts(kind):
                    if period.first <= horizon and (self.span is None or period.within(self.span)):
                        self.alive()
                        yield period

    def _state(self, family: Family, period: Period) -> FillState | None:
        """Return the state of a slot that was filled; None for one that never was, or whose fill died."""
        state = self.states.get((family.key, str(period)))
        return None if state is None or state.state == FillState.State.STARTED else state

    def _is_old(self, family: Family, period: Period) -> bool:
        state = self._state(family, period)
        return state is None or state.as_of != self.as_of

    def _other_months(self, family: Family, period: Period) -> bool:
        """Whether a longer slot may rest on other months than it was summed from: never summed, or a look back is concerned."""
        state = self._state(family, period)
        if state is None or state.as_of == self.as_of:
            return state is None
        return self.as_of < state.as_of or state.as_of < clock.day_of(state.changed)

    def _is_stale(self, family: Family, period: Period) -> bool:
        """Whether a slot must be filled anew although nothing was written that concerns it."""
        state = self._state(family, period)
        if state is None:
            return True
        if state.as_of == self.as_of:
            return False
        if self.as_of < clock.today() or state.as_of < clock.day_of(state.changed):
            # A look back leaves out what came after its day; the slot must leave it out, or take it in again.
            return family.daily or min(self.as_of, state.as_of) < period.last
        return False

    def _has_aged(self, family: Family, period: Period) -> bool:
        """Whether dates that passed may say otherwise: what was not due yesterday may be overdue today."""
        state = self._state(family, period)
        if state is None or state.as_of == self.as_of or not family.daily:
            return False
        return state.as_of <= period.last + timedelta(days=family.tail())


class _Changes:
    """What the change marks mean for one family."""

    def __init__(self, family: Family, marks: Marks, as_of: date):
        self.family, self.as_of = family, as_of
        self.whole = [mark for mark in marks if mark.subject in EVERYWHERE]
        self.partial = [mark for mark in marks if mark.subject in family.subjects - EVERYWHERE]
        # What is another by the date alone (Family.turned).
        self.turned: dict[Period, set[int]] = {}

    def all_of(self, period: Period) -> bool:
        """Whether every organisation's value in the slot may have changed."""
        span = self.family.mended_for(period)
        return any(self._touches(mark, span) for mark in self.whole)

    def marks_of(self, period: Period) -> Marks:
        """Return the marks whose organisations' values in the slot may have changed."""
        span = self.family.mended_for(period)
        return [mark for mark in self.partial if self._touches(mark, span)]

    def _touches(self, mark: ChangeMark, period: Days | Period) -> bool:
        # A slot that has not begun is judged by the tree and the rosters of today.
        return mark.first_day <= period.last and mark.last_day >= min(period.first, self.as_of)


def _horizon(as_of: date) -> date:
    first = Activity.objects.aggregate(first=Min("day"))["first"] or as_of
    return min(first, as_of).replace(month=1, day=1)


def _together(written: Iterable[Places]) -> Places:
    """Return all organisations in whose rows something was written; None where that is not known, as of a whole slot."""
    found: set[int] = set()
    for places in written:
        if places is None:
            return None
        found.update(places)
    return found


def refill(family: Family, period: Period) -> Places:
    """Fill one slot anew as of today, under the lock of `filled`; return the organisations in whose rows something differed.

    None: not known. Longer slots that it is part of are left to the next fill.
    """
    run = _Run(clock.today(), None, False, [])
    written: dict[Period, Places] = {}
    run.fill_slots(family, [period], [], _Changes(family, [], run.as_of), written)
    return written[period]


def undo(span: Period) -> None:
    """Throw away the facts of all slots within `span`; the next fill makes them again."""
    Heartbeat.objects.filter(name=DAY_FILLED).delete()
    for state in FillState.objects.all():
        if Period.parse(state.period).within(span):
            with transaction.atomic():
                Fact.objects.filter(family=state.family, period=state.period).delete()
                FactPart.objects.filter(family=state.family, period=state.period).delete()
                state.delete()


def behind() -> bool:
    """Whether changes wait that the facts do not hold yet."""
    return ChangeMark.objects.exists()


def age() -> datetime | None:
    """Return when facts were last filled, or None."""
    row = Heartbeat.objects.filter(name="rollup").first()
    return row.at if row else None


def age_and_rebuilding() -> tuple[datetime | None, bool]:
    """Return (`age`, whether a change waits after which all facts are filled anew); one statement.

    Until they are, the facts say what no longer holds.
    """
    return age_in(age_rows())


def age_rows() -> QuerySet[Heartbeat, Any]:
    """Return what `age_and_rebuilding` is made of, for a page that reads it along with other things: `age_in`."""
    return with_rebuilding(Heartbeat.objects.filter(name="rollup")).values_list("at", "rebuilding")[:1]


def age_in(rows: Iterable[tuple[Any, ...]]) -> tuple[datetime | None, bool]:
    """Return `age_and_rebuilding` as `age_rows` gave it."""
    return next(((at, rebuilding) for at, rebuilding in rows), (None, False))


def with_rebuilding(rows: QuerySet[Heartbeat]) -> Any:
    """Add `rebuilding` to the heartbeat of the roll-up: whether a change waits after which all facts are filled anew."""
    return rows.annotate(rebuilding=Exists(ChangeMark.objects.filter(subject__in=EVERYWHERE).order_by()))


def facts_within(span: Period, as_of: date | None = None) -> QuerySet[Fact]:
    """Return the facts whose own period lies within `span`, for exports; as they stand on `as_of` (default today).

    How the single duties stand is for the board alone: duties as a whole are exported. Ways and fields are judged by words of
    the system's own, which nobody recomputes from a ledger; their matrix has a file of its own. Faults of rosters, dues, care and
    pledges are of people, whose rows leave the branch by lists of their own.
    """
    written = {Period.parse(state.period) for state in FillState.objects.all()}
    horizon = last_filled(as_of or clock.today())
    periods = [str(period) for period in written if period.within(span) and period.first <= horizon]
    facts = (
        Fact.objects.filter(period__in=periods).exclude(family__in=NOT_EXPORTED).exclude(measure__startswith=TALLIED)
    )
    return facts.filter(Q(denominator__isnull=True) | ~Q(denominator=0))
