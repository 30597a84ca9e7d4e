"""How far a duty is: derived, never stored; pages, workbench, scores and reports ask here and nowhere else.

The system's own proofs (duties/proofs) come first; over them lies what people reported (DutyReport), then the calendar.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from django.db.models import QuerySet

from branches.access.models import User
from branches.settings import dated
from branches.settings.joining import why_not_yet
from branches.settings.start import timelines_and_start
from common import clock
from common.periods import Period
from responsibilities.duties.life import cut_to_life, exemptions
from responsibilities.duties.models import Duty, DutyReport, ReportState
from responsibilities.duties.proofs.scope import Known
from responsibilities.duties.proofs.sources import proof_slots
from responsibilities.duties.slot import (
    ACCEPTED,
    CLOSED,
    DONE,
    LEFT_OUT,
    NOT_APPLICABLE,
    OPEN,
    OVERDUE,
    REPORTED,
    RETURNED,
    UNJUDGED,
    UNKNOWN,
    DutySlot,
    Slots,
)
from responsibilities.duties.templates import template

# So many duties, or lists, are named to the database; of more it is asked for the whole year.
_NAMED = 500
# A report, and its state on the day of judging.
Said = tuple[DutyReport, str]


def duty_slots(
    duties: Iterable[Duty] | QuerySet[Duty],
    *,
    as_of: date | None = None,
    holders: Mapping[int, list[User]] | None = None,
    held_until: date | None = None,
    known: Known | None = None,
    narrow: bool = False,
) -> Slots:
    """Return {duty id: [DutySlot]} in the order of the calendar.

    duties: Duty objects (list and its organisation are read with them when a queryset is given). as_of: day of judging
    (default today); reports and reviews of later days are left out. holders: {list id: [User]} of that day, for a caller
    that has read them. held_until: what was held, dated or closed after that day fulfils nothing. known: what the caller has
    reckoned of these lists, of one year. narrow: read by place and person, however many lists these are.
    The number of statements
    does not depend on the number of duties, organisations or slots.
    """
    as_of = as_of or clock.today()
    if isinstance(duties, QuerySet):
        duties = duties.select_related("list__organisation", "list__holder", "list__member")
    duties = list(duties)
    if not duties:
        return {}
    with dated.read_once():
        return _slots(duties, as_of, holders, held_until, known, narrow=narrow)


def _slots(
    duties: list[Duty],
    as_of: date,
    holders: Mapping[int, list[User]] | None,
    held_until: date | None,
    known: Known | None,
    *,
    narrow: bool,
) -> Slots:
    settings, start = timelines_and_start("founding_share")
    slots = proof_slots(duties, as_of, holders, start, held_until, known, narrow=narrow)
    for duty in duties:
        _leave_history_out(slots[duty.pk], start, duty.organisation.kept_from, settings["founding_share"])
    reports = _reports(duties, as_of)
    exempt = exemptions(duties) if known is None or known.exempt is None else known.exempt
    for duty in duties:
        begins = max(start, duty.organisation.kept_from or date.min)
        for slot in slots[duty.pk]:
            said = reports.get((duty.pk, slot.key))
            met = slot.proved or _fulfils(duty, said)
            cut_to_life(duty, slot, met=met, start=begins, shares=settings["founding_share"], exempt=exempt)
            _judge(slot, said, as_of, fulfils=_fulfils(duty, said))
    return slots


def _leave_history_out(slots: list[DutySlot], agency: date, kept_from: date | None, shares: dated.Timeline) -> None:
    """Take what fell due before the start out of what is owed; a period in which it began counts as a founding's.

    kept_from: the day of the list's own organisation, where it joined later than the agency began.
    """
    start = max(agency, kept_from or date.min)
    for slot in slots:
        if slot.due < start or not _lasts(slot, start, shares):
            slot.expected, slot.done, slot.late, slot.unknown, slot.words = 0, 0, 0, False, False
            slot.text = why_not_yet(agency, kept_from)


def _lasts(slot: DutySlot, start: date, shares: dated.Timeline) -> bool:
    """Whether enough of the slot's own period is left from `start` on; what has no period of its own has a date alone."""
    try:
        period = Period.parse(slot.key)
    except ValueError:
        return True
    return period.first >= start or period.counts_since(start, Fraction(dated.at(shares, period.first)))


def _reports(duties: list[Duty], as_of: date) -> dict[tuple[int, str], Said]:
    """Return {(duty, slot key): (report, state on that day)}."""
    rows = DutyReport.objects.all()
    lists = {duty.list_id for duty in duties}
    # A long list of ids is looked up in memory; databases limit how many may be named. A fill asks for a lot of lists at a time.
    if len(duties) <= _NAMED:
        rows = rows.filter(duty__in=[duty.pk for duty in duties])
    elif len(lists) <= _NAMED:
        rows = rows.filter(duty__list__in=lists)
    else:
        rows = rows.filter(duty__list__year__in={duty.list.year for duty in duties})
    said: dict[tuple[int, str], Said] = {}
    for row in rows.select_related("paper", "reported_by", "on_behalf_of", "reviewed_by"):
        if clock.day_of(row.reported_at) > as_of:
            continue
        state: str = row.state
        if row.reviewed_at is not None and clock.day_of(row.reviewed_at) > as_of and state != ReportState.CONFIRMED:
            state = ReportState.REPORTED
        said[row.duty_id, row.slot] = (row, state)
    return said


def _fulfils(duty: Duty, said: Said | None) -> bool:
    """Whether what was said fulfils a slot: of a duty that a paper proves, words that nobody judges do not."""
    if said is None or said[1] not in (ReportState.REPORTED, ReportState.ACCEPTED):
        return False
    line = template(duty.key)
    return not (said[0].no_reviewer and said[0].paper_id is None and line is not None and line.paper)


def _judge(slot: DutySlot, said: Said | None, as_of: date, *, fulfils: bool) -> None:
    """Set state, done and late of a slot from its proof, what was said of it (and whether that fulfils it), and the calendar."""
    report, state = said or (None, None)
    slot.report = report
    if slot.expected == 0:
        slot.state = NOT_APPLICABLE
    elif slot.proved:
        slot.state = CLOSED
    elif report is not None and fulfils:
        judged = UNJUDGED if report.no_reviewer else ACCEPTED
        slot.state = REPORTED if state == ReportState.REPORTED else judged
        slot.done, slot.late = slot.expected, slot.expected if report.late else 0
    elif state == ReportState.RETURNED:
        slot.state = RETURNED
    elif slot.unknown:
        slot.state = UNKNOWN
    else:
        slot.state = OVERDUE if as_of > slot.due else OPEN


@dataclass
class Progress:
    """What several slots come to.

    expected, done, late: in the duty's unit (more than expected is not counted). total, fulfilled: number of slots that
    are owed and of those fulfilled. overdue: number of slots past their date. state: of the slot that most needs a
    hand. pending: of those fulfilled, the slots whose report or records nobody has reviewed yet, unjudged: those reported
    where nobody stands above. next_due: earliest date still to come,
    days: days until it (late days when overdue), None where nothing is open.
    """

    expected: int = 0
    done: int = 0
    late: int = 0
    overdue: int = 0
    state: str = NOT_APPLICABLE
    next_due: date | None = None
    days: int | None = None
    total: int = 0
    fulfilled: int = 0
    pending: int = 0
    unjudged: int = 0

    @property
    def share(self) -> int | None:
        """Fulfilled slots in per cent, 0–100, or None where nothing is owed."""
        return round(100 * self.fulfilled / self.total) if self.total else None


def progress(slots: Iterable[DutySlot], as_of: date | None = None) -> Progress:
    """Return the Progress of DutySlots judged on `as_of` (default today)."""
    as_of = as_of or clock.today()
    total = Progress()
    states: set[str] = set()
    waiting: list[date] = []
    passed: list[date] = []
    for slot in slots:
        states.add(slot.state)
        if slot.state in LEFT_OUT:
            continue
        total.total += 1
        total.expected += slot.expected
        total.done += min(slot.done, slot.expected)
        total.late += slot.late
        if slot.state in DONE:
            total.fulfilled += 1
            total.pending += slot.stands == REPORTED
            total.unjudged += slot.state == UNJUDGED
        elif slot.behind(as_of):
            passed.append(slot.due)
        else:
            waiting.append(slot.due)
    total.overdue = len(passed)
    total.state = neediest(states)
    if passed:
        total.days = (as_of - min(passed)).days
    if waiting:
        total.next_due = min(waiting)
        if not passed:
            total.days = (total.next_due - as_of).days
    return total


# What a duty with several slots shows: that which needs a hand first.
_NEEDY = (OVERDUE, RETURNED, OPEN, REPORTED, UNKNOWN, UNJUDGED, ACCEPTED, CLOSED, NOT_APPLICABLE)


def neediest(states: Collection[str]) -> str:
    """Return that of these states which most needs a hand."""
    return next((state for state in _NEEDY if state in states), NOT_APPLICABLE)


def elapsed(year: int, as_of: date | None = None) -> int:
    """Return how much of a year has passed on `as_of`, in whole per cent (0–100)."""
    as_of = as_of or clock.today()
    first, last = date(year, 1, 1), date(year, 12, 31)
    if as_of < first:
        return 0
    return min(100, round(100 * ((as_of - first).days + 1) / ((last - first).days + 1)))
