"""Measures of what is owed: one value per organisation and period, from the same functions as the pages."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, Protocol

from django.db.models import Prefetch, Q, QuerySet

from branches.jobs.models import ChangeMark
from branches.settings import dated as dated_settings
from branches.settings.start import EARLIEST
from common import clock
from common.periods import YEAR, Period
from members.activities.selectors.marked import of_marked_records
from responsibilities.duties.models import Duty, DutyList, Level, ListState
from responsibilities.duties.progress import duty_slots
from responsibilities.duties.proofs.scope import Known
from responsibilities.duties.slot import DONE, LEFT_OUT, DutySlot, counts_on
from responsibilities.duties.tallies import tallied
from responsibilities.duties.turning import turn_of
from responsibilities.requirements.models import RequirementState
from responsibilities.requirements.rule import RequirementRule
from responsibilities.requirements.rules import COUNTED_RULES
from responsibilities.requirements.selectors import Requirement, requirements
from responsibilities.work.models import Closure, StageEvidence, SyncStage, SyncState, WorkCarrier, WorkItem
from responsibilities.work.models import SyncStageKind as SyncKind
from responsibilities.work.stages import DUE, SyncPoint, closing_point, closure, sync_points

DUTIES_DONE, RESOLUTIONS_DONE = "duties.done", "resolutions.done"
REQUIREMENT_MEASURES = {row.measure: f"{row.label}（应办）" for row in COUNTED_RULES}
SYNC_CLOSURE, SYNC_WAIVED = "sync.closure", "sync.waived"
# Followed by the days: how many stages had just that lag. Medians do not add up, but the counts they come from do.
SYNC_LAG = "sync.lag."
SYNC_MEASURES = {f"sync.{stage.value}": f"{stage.label}（同步的环节）" for stage in SyncKind} | {
    SYNC_CLOSURE: "闭环的重点业务（到考核的）",
    SYNC_WAIVED: "免予同步的环节",
}


def requirement_rows(
    period: Period,
    organisations: Iterable[int] | None = None,
    as_of: date | None = None,
    kinds: Collection[str] | None = None,
) -> list[Requirement]:
    """Return the Requirements whose own period is exactly `period`, those that do not apply included.

    kinds: only of the rules that records of these kinds can meet (None: of all).
    """
    rules = rules_met_by(period, kinds)
    return requirements(period, organisations=organisations, as_of=as_of, rules=rules) if rules else []


def rules_met_by(period: Period, kinds: Collection[str] | None) -> list[RequirementRule]:
    """Return the counted rules of such a period that records of these kinds can meet; all when kinds is None.

    A rule that names no kinds rests on none: it is always among them.
    """
    rules = [row for row in COUNTED_RULES if row.period == period.kind]
    return rules if kinds is None else [row for row in rules if not row.every_kind() or row.every_kind() & set(kinds)]


_DUE_SETTINGS = sorted({row.due_setting for row in COUNTED_RULES} - {""})


def soonest_said() -> int:
    """Return how many days before its last day a requirement may at most be said to be near."""
    return max(int(value) for _, value in dated_settings.timeline("due_soon_days"))


def years_told(year: Period) -> tuple[date, date]:
    """Return the first and last day whose records can change what is owed of a year.

    Where it may be met in the next spring, up to that day; and from the first year whose springs may have taken records on.
    """
    lines = dated_settings.timelines(_DUE_SETTINGS).values()

    def due(one: Period) -> date:
        return max(dated_settings.day_in(dated_settings.at(line, one.first), one.year) for line in lines)

    first, before = year, year.previous()
    while due(before) > before.last and before.year > EARLIEST.year:
        first, before = before, before.previous()
    return first.first, max(year.last, due(year))


def latest_due() -> int:
    """Return how many days after its year a requirement may at most fall due."""
    lines = dated_settings.timelines(_DUE_SETTINGS).values()
    ends = [dated_settings.day_in(value, 2000) for line in lines for _, value in line]
    return max(0, max((day - date(2000, 12, 31)).days for day in ends))


def fraction(row: Requirement) -> tuple[int, int, int, int]:
    """Return (numerator, denominator, late, overdue) of a Requirement.

    Numerator: how many of the expected are done, at most as many as expected. Denominator: the expected. A requirement
    that is exempt or does not apply has no denominator: it is not zero of something, it is nothing owed.
    """
    if not row.applies:
        return 0, 0, 0, 0
    done = min(row.done, row.expected)
    late = max(0, done - min(row.on_time, row.expected))
    overdue = row.expected - done if row.state == RequirementState.OVERDUE else 0
    return done, row.expected, late, overdue


@dataclass(frozen=True, slots=True)
class Share:
    """One thing that counts once for each organisation above any of `places` (a stage carried by two branches is one).

    item: the business work it is of. day: on which it counts. numerator: 1 where it is as it should be. late: lagging.
    overdue: missing. counted: it is a plain count, not a share.
    """

    item: int
    day: date
    places: tuple[int, ...]
    measure: str
    numerator: int
    late: int = 0
    overdue: int = 0
    counted: bool = False


def sync_shares(as_of: date, *, period: Period | None = None, items: Iterable[int] | None = None) -> Iterator[Share]:
    """Yield the Shares of the sync points of business work: what was owed, by how many days the Party side followed, what was
    waived, closure.

    period: those whose business date lies in it. items: of this work alone (ids). A stage counts as due once its business side
    has happened and the Party side has come or the tolerance has passed; what is not due, waits to be confirmed, is waived or
    was given up is in no denominator. Closure belongs to the last date of 考核 that is due.
    """
    of: Any = items
    if period is not None:
        within = (period.first, period.last)
        dated = Q(happened_on__range=within) | Q(happened_on__isnull=True, planned_on__range=within)
        dated |= Q(milestones__happened_on__range=within) | Q(milestones__planned_on__range=within)
        of = SyncStage.objects.filter(dated).order_by().values("item")
    points = sync_points(of, as_of=as_of)
    owners = dict(WorkItem.objects.filter(pk__in=of).order_by().values_list("pk", "organisation"))
    by_item: dict[int, list[SyncPoint]] = {}
    for point in points:
        by_item.setdefault(point.item, []).append(point)
    for item, mine in by_item.items():
        for share in (*_of_points(mine, owners[item]), *_of_closure(item, mine, owners[item])):
            if period is None or share.day in period:
                yield share


def _of_points(points: Iterable[SyncPoint], owner: int) -> Iterator[Share]:
    for point in points:
        if point.day is None or point.left_out:
            continue
        one, state = partial(Share, point.item, point.day, tuple(point.carriers or [owner])), point.state
        if state in DUE:
            late, missing = int(state == SyncState.LAGGING), int(state == SyncState.MISSING)
            yield one(f"sync.{point.kind}", int(state == SyncState.SYNCHRONISED), late, missing)
        if state in DUE and state != SyncState.MISSING:
            yield one(f"{SYNC_LAG}{point.lag}", 1, counted=True)
        if state in DUE or state == SyncState.WAIVED:
            yield one(SYNC_WAIVED, int(state == SyncState.WAIVED))


def _of_closure(item: int, points: list[SyncPoint], owner: int) -> Iterator[Share]:
    last, state = closing_point(points), closure(points)
    if last is not None and last.day is not None and state != Closure.ENDED:
        yield Share(item, last.day, tuple(last.carriers or [owner]), SYNC_CLOSURE, int(state == Closure.CLOSED))


def items_proved_by(marks: Sequence[ChangeMark]) -> set[int]:
    """Return the ids of the business work of which records that `marks` name are, or were, evidence; one statement.

    marks: ChangeMarks of activities. Where a mark names no record of its own, all of its organisation and days.
    """
    named = {mark.thing for mark in marks if mark.thing is not None}
    several = [mark for mark in marks if mark.thing is None]
    of = Q(activity__in=named) | (of_marked_records(several) if several else Q(pk__in=[]))
    rows = StageEvidence.objects.filter(of).order_by() if marks else StageEvidence.objects.none()
    return set(rows.values_list("stage__item", flat=True).distinct())


def items_written(marks: Sequence[ChangeMark]) -> set[int]:
    """Return the ids of the business work that `marks` of subject "work" name; of one that names none, all of its organisation."""
    named = {mark.thing for mark in marks if mark.thing is not None}
    places = {mark.organisation_id for mark in marks if mark.thing is None}
    if not places:
        return named
    rows = WorkItem.objects.filter(Q(organisation__in=places) | Q(carriers__organisation__in=places)).order_by()
    return named | set(rows.values_list("pk", flat=True))


def carriers_of_items(items: Iterable[int]) -> set[int]:
    """Return the ids of the organisations that carry, or carried, this work (ids)."""
    return set(WorkCarrier.objects.filter(item__in=items).order_by().values_list("organisation", flat=True).distinct())


# {organisation id: [done, owed, late, overdue]}
ByPlace = dict[int, list[int]]


class Due(Protocol):
    """What `item_counts` counts: a thing of an organisation in a state (met, met_late, overdue, not_due)."""

    @property
    def organisation(self) -> int: ...

    @property
    def state(self) -> str: ...


def issued_duties(year: int, as_of: date, organisations: Iterable[int] | None = None) -> QuerySet[Duty]:
    """Return the duties of a year's lists issued by `as_of`, without those of members' own lists (nobody is ranked)."""
    rows = Duty.objects.filter(list__year=year, list__state=ListState.ISSUED, list__issued_on__lte=as_of)
    rows = rows.exclude(list__level=Level.MEMBER)
    return rows if organisations is None else rows.filter(list__organisation__in=organisations)


def lists_issued(year: int, as_of: date) -> list[tuple[int, int]]:
    """Return (list id, organisation id) of the lists whose duties `issued_duties` returns."""
    return list(issued_duties(year, as_of).order_by().values_list("list", "list__organisation").distinct())


# {(list id, its organisation): {measure: [done, owed, late, overdue], or Numbers}}
ByList = dict[tuple[int, int], dict[str, Any]]


def duty_counts(
    periods: Sequence[Period],
    lists: Iterable[int] | None = None,
    as_of: date | None = None,
    requirements_known: Callable[[Sequence[int]], Sequence[Requirement]] | None = None,
) -> tuple[dict[Period, ByList], dict[int, date]]:
    """Return ({Period: {(list id, organisation id): {measure: [done, owed, late, overdue]}}}, {list id: when it turns}).

    The numbers are of the duty slots due in each period; a list turns on the day on which they may be others though nobody
    writes (turning.py), and not at all where it is not named.

    periods: of one year, which is judged once for all of them. lists: ids, all when None. All slots that apply are owed, those
    still to come included; slots that nobody can judge are left out. requirements_known: as in Known, for a caller that keeps
    what is owed on the day. The year also holds how each duty stands (tallies.py).
    """
    as_of = as_of or clock.today()
    # One object for each list, whatever the number of its duties.
    of_lists = Prefetch("list", DutyList.objects.select_related("organisation", "holder"))
    rows = issued_duties(periods[0].year, as_of).prefetch_related(of_lists)
    duties = list(rows if lists is None else rows.filter(list__in=lists))
    known = None if requirements_known is None else Known(requirements_known)
    slots = duty_slots(duties, as_of=as_of, known=known)
    counts: dict[Period, ByList] = {period: {} for period in periods}
    # Thousands of slots are due on a few days.
    holding: dict[date, list[Period]] = {}
    for duty in duties:
        key = duty.list_id, duty.list.organisation_id
        for slot in slots[duty.pk]:
            if slot.state in LEFT_OUT:
                continue
            due = counts_on(slot, periods[0].year)
            if due not in holding:
                holding[due] = [period for period in periods if due in period]
            for period in holding[due]:
                _count(counts[period].setdefault(key, {}).setdefault(DUTIES_DONE, [0, 0, 0, 0]), slot, as_of)
    for period in periods:
        if period.kind == YEAR:
            for key, mine in _by_list(duties).items():
                counts[period].setdefault(key, {}).update(tallied(mine, slots, as_of).rows())
    turns: dict[int, date] = {}
    for (pk, _), mine in _by_list(duties).items():
        turn = turn_of((slot for duty in mine for slot in slots[duty.pk]), as_of)
        if turn is not None:
            turns[pk] = turn
    return counts, turns


def _by_list(duties: Iterable[Duty]) -> dict[tuple[int, int], list[Duty]]:
    found: dict[tuple[int, int], list[Duty]] = {}
    for duty in duties:
        found.setdefault((duty.list_id, duty.list.organisation_id), []).append(duty)
    return found


def _count(row: list[int], slot: DutySlot, as_of: date) -> None:
    done = slot.state in DONE
    row[0] += done
    row[1] += 1
    row[2] += done and slot.missed
    row[3] += slot.behind(as_of)


def item_counts(items: Iterable[Due]) -> ByPlace:
    """Return {organisation id: [done, owed, late, overdue]} of things with `organisation` and `state` (met, met_late,
    overdue, not_due): supervisions, resolutions.
    """
    counts: ByPlace = {}
    for item in items:
        row = counts.setdefault(item.organisation, [0, 0, 0, 0])
        row[0] += item.state in (RequirementState.MET, RequirementState.MET_LATE)
        row[1] += 1
        row[2] += item.state == RequirementState.MET_LATE
        row[3] += item.state == RequirementState.OVERDUE
    return counts
