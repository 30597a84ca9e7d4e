"""How far a duty is: derived, never stored; pages, workbench, scores and reports ask here and nowhere else.

The system's own proofs (duty_proofs.py) come first; over them lies what people reported (DutyReport), then the calendar.
"""

from dataclasses import dataclass
from datetime import date

from common import clock
from responsibilities.duties.models import DutyReport, ReportState
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
    STATE_NAMES,
    UNKNOWN,
    DutySlot,
)

__all__ = ["DONE", "LEFT_OUT", "STATE_NAMES", "DutySlot", "Progress", "duty_slots", "elapsed", "progress", "settled"]


def duty_slots(duties, *, as_of=None, holders=None):
    """Return {duty id: [DutySlot]} in the order of the calendar.

    duties: Duty objects (list and its organisation are read with them when a queryset is given). as_of: day of judging
    (default today); reports and reviews of later days are left out. holders: {list id: [User]} of that day, for a caller
    that has read them. The number of statements does not depend on the
    number of duties, organisations or slots.
    """
    as_of = as_of or clock.today()
    if hasattr(duties, "select_related"):
        duties = duties.select_related("list__organisation", "list__holder", "list__member")
    duties = list(duties)
    found = proof_slots(duties, as_of, holders)
    reports = _reports(duties, as_of)
    for duty in duties:
        for slot in found[duty.pk]:
            _judge(slot, reports.get((duty.pk, slot.key)), as_of)
    return found


def _reports(duties, as_of):
    """Return {(duty, slot key): (report, state on that day)}."""
    rows = DutyReport.objects.all()
    # A long list of ids is looked up in memory; databases limit how many may be named.
    if len(duties) <= 500:
        rows = rows.filter(duty__in=[duty.pk for duty in duties])
    else:
        rows = rows.filter(duty__list__year__in={duty.list.year for duty in duties})
    found = {}
    for row in rows.select_related("paper", "reported_by", "reviewed_by"):
        if clock.day_of(row.reported_at) > as_of:
            continue
        state = row.state
        if row.reviewed_at is not None and clock.day_of(row.reviewed_at) > as_of and state != ReportState.CONFIRMED:
            state = ReportState.REPORTED
        found[row.duty_id, row.slot] = (row, state)
    return found


def _judge(slot, said, as_of):
    """Set state, done and late of a slot from its proof, what was said of it, and the calendar."""
    report, state = said or (None, None)
    slot.report = report
    if slot.expected == 0:
        slot.state = NOT_APPLICABLE
    elif slot.proved:
        slot.state = CLOSED
    elif state in (ReportState.REPORTED, ReportState.ACCEPTED):
        slot.state = REPORTED if state == ReportState.REPORTED else ACCEPTED
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
    hand. pending: of those fulfilled, the slots whose report nobody has judged yet. next_due: earliest date still to come,
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

    @property
    def share(self):
        """Fulfilled slots in per cent, 0–100, or None where nothing is owed."""
        return round(100 * self.fulfilled / self.total) if self.total else None


def progress(slots, as_of=None):
    """Return the Progress of DutySlots judged on `as_of` (default today)."""
    as_of = as_of or clock.today()
    found = Progress()
    states, waiting, passed = set(), [], []
    for slot in slots:
        states.add(slot.state)
        if slot.state in LEFT_OUT:
            continue
        found.total += 1
        found.expected += slot.expected
        found.done += min(slot.done, slot.expected)
        found.late += slot.late
        if slot.state in DONE:
            found.fulfilled += 1
            found.pending += slot.state == REPORTED
        elif slot.behind(as_of):
            passed.append(slot.due)
        else:
            waiting.append(slot.due)
    found.overdue = len(passed)
    found.state = next((state for state in _NEEDY if state in states), NOT_APPLICABLE)
    if passed:
        found.days = (as_of - min(passed)).days
    if waiting:
        found.next_due = min(waiting)
        if not passed:
            found.days = (found.next_due - as_of).days
    return found


# What a duty with several slots shows: that which needs a hand first.
_NEEDY = (OVERDUE, RETURNED, OPEN, REPORTED, UNKNOWN, ACCEPTED, CLOSED, NOT_APPLICABLE)


def settled(slots):
    """Whether everything that is owed has been fulfilled."""
    owed = [slot for slot in slots if slot.state not in LEFT_OUT]
    return bool(owed) and all(slot.state in DONE for slot in owed)


def elapsed(year, as_of=None):
    """Return how much of a year has passed on `as_of`, in whole per cent (0–100)."""
    as_of = as_of or clock.today()
    first, last = date(year, 1, 1), date(year, 12, 31)
    if as_of < first:
        return 0
    return min(100, round(100 * ((as_of - first).days + 1) / ((last - first).days + 1)))
