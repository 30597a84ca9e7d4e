"""What other subjects count for a requirement: half-yearly reviews of activists, months of dues, amounts fixed.

A row of the rule table names the key of a tally (`tally`), or of the places at which it stands at all (`where`). Each function takes
periods at once and asks a constant number of statements.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from common.periods import MONTH, Period
from members.development.measured import reviews_owed
from members.dues.rules import NOT_DUE, OWED, PAID, PAID_LATE, UNKNOWN, WAIVED
from members.dues.selectors.lives import counted, keeping
from responsibilities.requirements.rule import AMOUNTS, DUES_KEPT, MONTHS_PAID, REVIEWS

Places = Collection[int] | None
# (organisation, period): what it comes to.
Tallies = Mapping[tuple[int, Period], "Tally"]
# Amounts are fixed in the first month (fee-fix-yearly).
_FIX_MONTH = 1


@dataclass(frozen=True)
class Tally:
    """How many are owed, and how many of them done in time and late. due: the last day in time, None: the period's last."""

    expected: int
    on_time: int
    late: int = 0
    due: date | None = None


def _reviews(periods: Sequence[Period], places: Places, as_of: date) -> Tallies:
    """Reviews of activists that fall due in each half-year; due is the earliest that is still open (发展党员工作细则 article 11)."""
    found = {}
    owed = reviews_owed(min(one.first for one in periods), max(one.last for one in periods), places, as_of)
    for place, limits in owed.items():
        for period in periods:
            mine = [one for one in limits if one.due in period]
            if mine:
                late = sum(one.late for one in mine)
                done = sum(one.done is not None for one in mine)
                due = min((one.due for one in mine if one.done is None), default=None)
                found[place, period] = Tally(len(mine), done - late, late, due)
    return found


def _months_paid(periods: Sequence[Period], places: Places, as_of: date) -> Tallies:
    """Members whose dues of each month are asked for, and came; of those who pay by the quarter nothing is asked before it ends."""
    found = {}
    for (place, month), one in counted(periods, places, as_of).items():
        coming = one[NOT_DUE] if as_of <= month.last else 0
        expected = one[PAID] + one[PAID_LATE] + one[OWED] + coming
        if expected:
            found[place, month] = Tally(expected, one[PAID], one[PAID_LATE])
    return found


def _amounts(periods: Sequence[Period], places: Places, as_of: date) -> Tallies:
    """Members who pay in the year's first month, and those of them whose amount is fixed (fee-fix-yearly)."""
    found = {}
    firsts = {Period(MONTH, one.year, _FIX_MONTH): one for one in periods if one.first <= as_of}
    for (place, month), one in counted(list(firsts), places, as_of).items():
        fixed = sum(one[state] for state in (PAID, PAID_LATE, OWED, NOT_DUE, WAIVED))
        if fixed + one[UNKNOWN]:
            found[place, firsts[month]] = Tally(fixed + one[UNKNOWN], fixed, due=month.last)
    return found


def _dues_kept(periods: Sequence[Period], places: Places) -> Mapping[Period, set[int]]:
    return {one: keeping(one.year, places) for one in periods}


TALLIES: dict[str, Callable[[Sequence[Period], Places, date], Tallies]] = {
    REVIEWS: _reviews,
    MONTHS_PAID: _months_paid,
    AMOUNTS: _amounts,
}
WHERE: dict[str, Callable[[Sequence[Period], Places], Mapping[Period, set[int]]]] = {DUES_KEPT: _dues_kept}
