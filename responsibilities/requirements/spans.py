"""Days of a period that somebody lived, held a post for, or was exempt from: pure arithmetic of dated spans."""

from collections.abc import Iterable
from datetime import date
from fractions import Fraction

from common.periods import Period

Span = tuple[date, date]
ALWAYS = date.max


def days_within(period: Period, first: date, last: date) -> int:
    """Return how many days of the period lie between two days, both included."""
    return max(0, (min(last, period.last) - max(first, period.first)).days + 1)


def long_enough(period: Period, first: date, last: date, share: Fraction) -> bool:
    """Return whether at least `share` of the period lies between two days; the whole of it always is."""
    there, whole = days_within(period, first, last), (period.last - period.first).days + 1
    return there > 0 and (there == whole or there >= share * whole)


def left_over(period: Period, spans: Iterable[Span]) -> int:
    """Return how many days of the period lie in none of the spans."""
    rest, day = 0, period.first
    for first, last in sorted(spans):
        if first > period.last:
            break
        if first > day:
            rest += (first - day).days
        if last >= day:
            if last >= period.last:
                return rest
            day = date.fromordinal(last.toordinal() + 1)
    return rest + (period.last - day).days + 1


def freed(period: Period, spans: Iterable[Span], share: Fraction) -> bool:
    """Return whether spans free the whole period: of what they leave, less than `share` remains, or nothing."""
    rest, whole = left_over(period, spans), (period.last - period.first).days + 1
    return rest < whole and (rest == 0 or rest < share * whole)
