"""Care in facts: occasions that fell due in a month, and how many of them a visit or a talk answered."""

from collections.abc import Collection, Iterator
from datetime import date

from common.periods import Period
from members.care.rules import ANSWERED, LATE, OVERDUE, is_few, sum_is_told
from members.care.selectors.occasions import Placed, least_told, occasions

CARE_ANSWERED = "care.answered"
_REACHED = (ANSWERED, LATE, OVERDUE)


def month_counts(
    month: Period, places: Collection[int] | None, as_of: date
) -> Iterator[tuple[int, str, int, int | None, int, int]]:
    """Yield (branch id, measure, numerator, denominator, late, overdue) of a month as it stands on a day.

    Answered, late ones included, of those that are answered or past their day; nothing of what is still to come.
    """
    counts: dict[int, list[int]] = {}
    for one in occasions(month.first, month.last, places, as_of):
        state = one.occasion.state
        if state in _REACHED:
            number = counts.setdefault(one.branch, [0, 0, 0])
            number[0] += state != OVERDUE
            number[1] += state == LATE
            number[2] += state == OVERDUE
    for place, (done, late, overdue) in sorted(counts.items()):
        yield place, CARE_ANSWERED, done, done + overdue, late, overdue


def sum_told(period: Period, as_of: date) -> bool:
    """Whether the whole agency's count of a period is told: it says nothing of branches whose own numbers are not (rules.sum_is_told)."""
    by_branch: dict[int, list[Placed]] = {}
    for one in occasions(period.first, period.last, None, as_of):
        if one.occasion.state in _REACHED:
            by_branch.setdefault(one.branch, []).append(one)
    return sum_is_told([len(rows) for rows in by_branch.values() if is_few(least_told(rows))])
