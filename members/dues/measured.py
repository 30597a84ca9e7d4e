"""Dues in facts: member-months that were due, and those whose amount nobody fixed."""

from collections.abc import Collection, Iterator
from datetime import date

from branches.settings import dated
from common.periods import Period
from members.dues.models import DUES_DAY
from members.dues.rules import OWED, PAID, PAID_LATE, UNKNOWN, due_day
from members.dues.selectors.lives import counted

MEMBER_MONTHS, UNRATED = "dues.member-months", "dues.unrated"
# A quarter's month falls due two months later, one between vote and approval with the approval, which comes within six months.
TAIL = 190


def month_counts(
    month: Period, places: Collection[int] | None, as_of: date
) -> Iterator[tuple[int, str, int, int | None, int, int]]:
    """Yield (branch id, measure, numerator, denominator, late, overdue) of a month as it stands on a day.

    MEMBER_MONTHS: paid, late ones included, of those that are due; nothing of who is spared or has no amount. UNRATED: months begun of
    members without an amount: unknown, not owed.
    """
    for (place, _), one in sorted(counted([month], places, as_of).items(), key=lambda pair: pair[0][0]):
        came, owed = one[PAID] + one[PAID_LATE], one[OWED]
        if came or owed:
            yield place, MEMBER_MONTHS, came, came + owed, one[PAID_LATE], owed
        if one[UNKNOWN]:
            yield place, UNRATED, one[UNKNOWN], None, 0, 0


def turns_between(since: date, as_of: date) -> bool:
    """Return whether a month may stand otherwise on `as_of` than on `since` though nobody wrote: one began, or its last day passed."""
    if (since.year, since.month) != (as_of.year, as_of.month):
        return True
    month = Period("month", since.year, since.month)
    last = due_day(month, int(dated.at(dated.timeline(DUES_DAY), month.last)))
    return since <= last < as_of
