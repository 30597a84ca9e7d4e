"""Hours of study that a member owes in a year, and whether he has them (党员教育管理工作条例: 32 学时; mechanisms I-2). Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from common.periods import MONTH, Period
from members.education.models import StudyState

Span = tuple[date, date]
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Lived:
    """Days, both included, on which somebody belonged here, was a Party member, and was spared: as spans, each kind of them.

    spared: his membership suspended, out of touch, gone, or abroad. exempt_from: since when nothing is asked of him (年老体弱).
    """

    belonged: Sequence[Span]
    party: Sequence[Span]
    spared: Sequence[Span] = ()
    exempt_from: date | None = None


def owed_months(lived: Lived, first: date, last: date) -> int:
    """Return in how many of the months from `first` to `last` hours are owed: at least half of the month's days count."""
    spans = _both(_both([(first, last)], lived.belonged), lived.party)
    for span in lived.spared:
        spans = _without(spans, span)
    if lived.exempt_from is not None:
        spans = _without(spans, (lived.exempt_from, date.max))
    return _months_mostly_in(tuple(spans), first, last)


# Of an agency's people most belonged all the time.
@lru_cache(maxsize=1024)
def _months_mostly_in(spans: tuple[Span, ...], first: date, last: date) -> int:
    months, month = 0, Period.containing(MONTH, first)
    while month.first <= last:
        days = sum((end - start).days + 1 for start, end in _both(spans, [(month.first, month.last)]))
        months += 2 * days >= (month.last - month.first).days + 1
        month = month.next()
    return months


def owed_hours(hours: int, months: int) -> int:
    """Return what somebody owes of the hours of a year who owes them in so many months, rounded up."""
    return -(-hours * months // 12)


def state_of(minutes: int, unknown: int, owed: int, *, over: bool) -> StudyState:
    """Return how somebody stands. minutes: known; unknown: records whose length nobody knows; owed: hours; over: the year is."""
    if not owed:
        return StudyState.NOT_OWED
    if minutes >= 60 * owed:
        return StudyState.MET
    if unknown and (over or not minutes):
        return StudyState.UNKNOWN
    return StudyState.OVERDUE if over else StudyState.OPEN


def behind(minutes: int, unknown: int, due: int) -> bool:
    """Whether somebody has less than was due by now, and nothing of unknown length might change that."""
    return minutes < 60 * due and not unknown


def _both(spans: Iterable[Span], others: Iterable[Span]) -> list[Span]:
    """Return the days that stand in both."""
    others = list(others)
    found = [(max(a, c), min(b, d)) for a, b in spans for c, d in others]
    return sorted(span for span in found if span[0] <= span[1])


def _without(spans: Iterable[Span], gone: Span) -> list[Span]:
    """Return the days of `spans` that are not in `gone`."""
    found = []
    for start, end in spans:
        if gone[1] < start or end < gone[0]:
            found.append((start, end))
            continue
        if start < gone[0]:
            found.append((start, gone[0] - DAY))
        if gone[1] < end:
            found.append((gone[1] + DAY, end))
    return found
