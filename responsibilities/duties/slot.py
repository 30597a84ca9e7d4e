"""One duty in one of its periods, or about one of the things that happen: what is expected, what is done, until when."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise, lazy

from branches.places.models.organisations import Organisation
from common.periods import KINDS, YEAR, Period
from responsibilities.duties.models import Duty, DutyReport
from responsibilities.requirements.models import RequirementState
from responsibilities.requirements.services import record_form

# Addresses of thousands of slots are reckoned when they are shown.
Address = str | Promise
_record_form = lazy(record_form, str)


def _page_of(name: str, pk: int) -> str:
    return reverse(name, args=[pk])


# The address of a thing's page (name of the address, id), as `reverse_lazy` gives it in a third of the memory.
page_of = lazy(_page_of, str)

OPEN, OVERDUE, REPORTED, RETURNED = "open", "overdue", "reported", "returned"
# Reported where nobody stands above who would judge it: fulfilled as far as anybody knows, and checked by nobody.
UNJUDGED = "unjudged"
ACCEPTED, CLOSED, NOT_APPLICABLE, UNKNOWN = "accepted", "closed", "not_applicable", "unknown"
# Fulfilled as far as anybody knows; reported counts from its day on, like records do (decisions 20).
DONE = (REPORTED, UNJUDGED, ACCEPTED, CLOSED)
# Nothing is owed, or nobody can say: left out of every rate (domain truth 3).
LEFT_OUT = (NOT_APPLICABLE, UNKNOWN)
# Up to so many days before its date an open slot says how many are left, before that the date.
SOON = 31
# As a slot is shown, filtered and counted beside these: nothing is owed because its records come with a later subject.
NOT_ALIVE = str(RequirementState.NOT_ALIVE)
STATE_NAMES = {
    OPEN: "进行中",
    OVERDUE: "逾期",
    REPORTED: "待审核",
    UNJUDGED: "已报告（无上级审核）",
    RETURNED: "已退回",
    ACCEPTED: "已落实",
    CLOSED: "已办结",
    NOT_APPLICABLE: "不适用",
    UNKNOWN: "未知",
    NOT_ALIVE: str(RequirementState.NOT_ALIVE.label),
}


@dataclass(slots=True)
class DutySlot:
    """What a duty owes in one period, or for one thing that happens, and how far it is.

    key: the period ("2026H1") or the thing ("stage/45", "term/5"); name: the same for a page. expected, done, late: in the
    duty's unit; late are those of `done` that came after the due date, late_word how: 补办 held
    late, 补录 held in time and entered late (judgement 1.7). records: ids of the activities that prove it.
    text: what proves it, or what is missing. url: page of the proof, or "". mend: (word, address) of the step that would
    prove it, offered to whoever records at the list's organisation, or (). words: the holder reports in words, because no
    record can show it. unknown: there are records, but they cannot be judged. report: the DutyReport about it, or None.
    item: id of the business work that it is about, or None. waiting: it is proved only with records still under review.
    later: the subject with which its records will come, "" for none. rests_on: the measures that count the same thing, so that
    a scheme takes one fault once. veil: what is said in place of `text` to whoever does not keep the few people whom that counts, ""
    where they are not few; plain: its reader keeps them.
    """

    duty: int
    key: str
    name: str
    due: date
    expected: int = 1
    done: int = 0
    late: int = 0
    late_word: str = "补办"
    state: str = OPEN
    records: list[int] = field(default_factory=list)
    text: str = ""
    url: Address = ""
    mend: tuple[str, Address] | tuple[()] = ()
    words: bool = False
    unknown: bool = False
    report: DutyReport | None = None
    item: int | None = None
    waiting: bool = False
    later: str = ""
    rests_on: tuple[str, ...] = ()
    veil: str = ""
    plain: bool = False

    @property
    def said(self) -> str:
        """`text` as its reader reads it."""
        return self.veil if self.veil and self.expected and not self.plain else self.text

    @property
    def stands(self) -> str:
        """The state as pages, filters, counts and exports name it: what only unreviewed records fulfil waits for their
        review, as its requirement does; what comes with a later subject is not alive."""
        if self.dormant:
            return NOT_ALIVE
        return REPORTED if self.unreviewed else self.state

    @property
    def word(self) -> str:
        """`stands` in a word."""
        return STATE_NAMES[self.stands]

    @property
    def look(self) -> str:
        """The key of its chip (branches/frame/states.py)."""
        return "not_due" if self.state == OPEN and not self.done else self.stands

    @property
    def dormant(self) -> bool:
        """Whether nothing is owed because its records come with a later subject, as its requirement says."""
        return bool(self.later) and self.state == NOT_APPLICABLE

    @property
    def unreviewed(self) -> bool:
        return self.waiting and self.state == CLOSED

    @property
    def proved(self) -> bool:
        """Whether the system itself holds the proof of all that is expected."""
        return 0 < self.expected <= self.done

    @property
    def anchor(self) -> str:
        """Id of its line on the duty's page."""
        return anchor(self.key)

    @property
    def missed(self) -> bool:
        """Whether it was late when it was fulfilled."""
        return self.late > 0

    def behind(self, as_of: date) -> bool:
        """Whether the due date has passed and it is not fulfilled."""
        return self.state == OVERDUE or (self.state == RETURNED and as_of > self.due)

    @property
    def may_walk(self) -> bool:
        """Whether it may have no date of its own, but one reckoned from the day of judging."""
        return self.key.startswith(("stage/", "node/"))

    def waits(self, as_of: date) -> bool:
        """Whether it has no date of its own yet: while its business side has not taken place, a stage is due a day later each day."""
        return self.state == OPEN and self.due <= as_of and self.may_walk

    def days(self, as_of: date) -> int:
        """Days late (positive) when behind, days left (negative or zero) otherwise."""
        return (as_of - self.due).days


def anchor(key: str) -> str:
    """Return the id under which a duty's page shows the slot with this key."""
    return "s-" + key.replace("/", "-")


def record_step(organisation: int, kind: str, period: Period) -> tuple[str, Address]:
    """Return the `mend` of a slot that a record closes: the record form with place, kind and period filled in."""
    return "补录", _record_form(organisation, kind, period)


def to_do(slots: Iterable[DutySlot]) -> list[DutySlot]:
    """Return the slots that somebody has to act on: not fulfilled, reported and not judged, unknown."""
    return [slot for slot in slots if slot.state not in (UNJUDGED, ACCEPTED, CLOSED, NOT_APPLICABLE)]


def by_urgency(slots: Iterable[DutySlot], as_of: date) -> list[DutySlot]:
    """Return the slots in the order of urgency: past their date, then the others to act on, then the rest."""
    ranks = {RETURNED: 1, REPORTED: 2, OPEN: 3, UNKNOWN: 4, NOT_APPLICABLE: 6}
    return sorted(slots, key=lambda slot: (0 if slot.behind(as_of) else ranks.get(slot.state, 5), slot.due))


def next_date(slots: Iterable[DutySlot], as_of: date) -> date | None:
    """Return the next date of the open slots that have one, or None."""
    return min((slot.due for slot in slots if slot.state == OPEN and not slot.waits(as_of)), default=None)


def year_of(duty: Duty) -> Period:
    """Return the year of a duty as a Period."""
    return Period(YEAR, duty.list.year)


def periods_of(duty: Duty) -> list[tuple[Period, date]]:
    """Return [(Period, due date)] of a duty: its own due dates where it names them, the last day of each period otherwise.

    A duty that is owed "for each thing" or "as its requirements" has one period, the year.
    """
    year = year_of(duty)
    parts = year.parts(duty.period) if duty.period in KINDS else (year,)
    named = [due_day(year.year, text) for text in duty.due.split(",") if text]
    if len(named) == len(parts):
        return list(zip(parts, named))
    return [(part, part.last) for part in parts]


def counts_on(slot: DutySlot, year: int) -> date:
    """Return the day of a year (its number) on which a slot of its lists counts: its due date, or the nearest within.

    The list of a year also owes a term that ran out before it, and a stage of its last days.
    """
    return min(max(slot.due, date(year, 1, 1)), date(year, 12, 31))


def was_gone(place: Organisation, period: Period, due: date) -> bool:
    """Whether an organisation was not there yet on the due date, or not any more when the period began."""
    return bool(place.founded and place.founded > due) or bool(place.archived_on and place.archived_on < period.first)


def due_day(year: int, text: str) -> date:
    """Return the date of "MM-DD" in a year; ValueError for anything that is not a day of it."""
    if len(text) != 5 or text[2] != "-":
        raise ValueError(text)
    return date(year, int(text[:2]), int(text[3:]))


def period_slot(duty: Duty, period: Period, due: date, **columns: Any) -> DutySlot:
    """Return the DutySlot of one period."""
    return DutySlot(duty.pk, str(period), period.short(), due, **columns)


def nothing_owed(duty: Duty, text: str) -> list[DutySlot]:
    """Return the one slot of a duty about things of which none exists this year."""
    year = year_of(duty)
    return [DutySlot(duty.pk, str(year), year.short(), year.last, expected=0, state=NOT_APPLICABLE, text=text)]


GONE = "当期组织未成立或已撤销"
# {duty id: its slots in the order of the calendar}
Slots = dict[int, list[DutySlot]]
