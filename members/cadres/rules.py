"""Decisions about Party workers that need no database: what a post owes of a year, when an induction falls due, what stops a class.

Sources: 机关基层组织工作条例 articles 18 and 31 (edu-rotation-agency); 56 hours, half a year and one class a year are the agency's own
settings (edu-56h, edu-new-secretary).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from common import clock
from common.periods import add_months
from members.education.models import StudyState
from members.education.rules import Lived, Span, owed_hours, owed_months

TITLE_MOST, PLACE_MOST, REASON_MOST = 60, 60, 200
QUESTION_MOST, INTERIM_MOST, FINDING_MOST, DOCUMENT_MOST = 200, 300, 2000, 80
# A class that goes on longer is recorded in parts, as its record is.
LONGEST = 30
ENDS_BEFORE = "结业时间不能早于开班时间。"
# A branch's record is marked by its roster, on which candidates do not stand (dev-training).
NOT_AT_BRANCH = "党支部的记录按党员名册登记出席，名册上没有发展对象；发展对象的集中培训请由机关党委、党总支排班次。"
BY_ROSTER = "党支部的班次按党员名册登记出席，请在记录中登记。"


@dataclass(frozen=True)
class OwedOfPost:
    """What the seats of one person at one organisation owe of a year. needs_class: he holds one of them to its end."""

    months: int
    hours: int
    needs_class: bool


def owed_of_post(spans: Sequence[Span], lived: Lived, first: date, last: date, hours: int) -> OwedOfPost:
    """Return what is owed for seats held on these days: hours by the months in which one was held for half of them.

    Two seats at one organisation are one; who was spared, or was no Party member, owes nothing for it. A class is asked of
    whoever still holds a seat on the last day: who gave it up may have left before any was held.
    """
    months = owed_months(Lived(spans, lived.party, lived.spared, lived.exempt_from), first, last) if hours else 0
    return OwedOfPost(months, owed_hours(hours, months), bool(months) and any(end >= last for _, end in spans))


def state_of_post(owed: OwedOfPost, minutes: int, unknown: int, classes: int, *, over: bool) -> StudyState:
    """Return how a post stands. minutes, unknown: of its holder's study in the year; classes: that he attended; over: the year is."""
    if not owed.hours:
        return StudyState.NOT_OWED
    enough = minutes >= 60 * owed.hours
    if enough and (classes or not owed.needs_class):
        return StudyState.MET
    if not enough and unknown and (over or not minutes):
        return StudyState.UNKNOWN
    return StudyState.OVERDUE if over else StudyState.OPEN


def induction_due(starts: date | None, months: int) -> date | None:
    """Return the day by which a new secretary attends a class: months after he took office; None where that is not known or not asked."""
    return add_months(starts, months) if starts is not None and months else None


def between(days: Iterable[date], first: date, last: date) -> date | None:
    """Return the first of these days from one to another, None where there is none."""
    return min((day for day in days if first <= day <= last), default=None)


def share_words(number: int, total: int) -> str:
    """Return 「专职党务干部 6 人，占 300 人的 2%」."""
    return f"专职党务干部 {number} 人，占机关工作人员 {total} 人的 {100 * number / total:.2g}%"


def archived_words(label: str, day: date, what: str) -> str:
    return f"{label}已于 {clock.in_words(day)} 撤销，不能再{what}。"
