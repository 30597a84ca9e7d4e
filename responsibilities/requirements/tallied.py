"""What other subjects count for a requirement: half-yearly reviews of activists, months of dues, their collection, amounts fixed.

A row of the rule table names the key of a tally (`tally`), or of the places at which it stands at all (`where`). Each tally takes
periods at once and asks a constant number of statements.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from common.periods import MONTH, Period
from members.development.measured import reviews_owed
from members.dues.rules import NOT_DUE, OWED, PAID, PAID_LATE, UNKNOWN, WAIVED
from members.dues.selectors.lives import Counts, any_rate, counted, keeping_reads
from responsibilities.requirements.reads import Rows, Statement
from responsibilities.requirements.rule import AMOUNTS, COLLECTED, DUES_KEPT, MONTHS_PAID, REVIEWS, RequirementRule

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


class TallyRead:
    """What is asked of some places (ids; all when None) as it stands on a day, by rules with their periods.

    What is small is read along with all else that a reckoning reads: `reads` gives its statements, `take` is given their rows.
    """

    def __init__(self, asked: Iterable[tuple[RequirementRule, Period]], places: Places, as_of: date):
        self.places, self.as_of = places, as_of
        self._periods: dict[str, list[Period]] = {}
        self._years: set[int] = set()
        self._months: set[Period] = set()
        for rule, period in asked:
            if rule.tally or rule.where:
                self._periods.setdefault(rule.rule, []).append(period)
            if rule.where == DUES_KEPT:
                self._years.add(period.year)
            elif rule.tally in (MONTHS_PAID, COLLECTED):
                self._months.add(period)
            elif rule.tally == AMOUNTS:
                self._months.update(_first_months([period], as_of))
        self._rated = False
        self._keeping: dict[int, set[int]] = {}
        self._dues: dict[tuple[int, Period], Counts] | None = None

    def reads(self) -> dict[str, Statement]:
        """Return {name: statement} that bring few rows."""
        found: dict[str, Statement] = {"any rate": any_rate()} if self._months else {}
        for year in sorted(self._years):
            found |= {f"dues {year} {name}": rows for name, rows in keeping_reads(year, self.places).items()}
        return found

    def take(self, found: Mapping[str, Any]) -> None:
        """Take the rows of `reads`."""
        self._rated = any(True for _ in found.get("any rate", ()))
        for year in self._years:
            mine: Iterable[Rows] = (rows for name, rows in found.items() if name.startswith(f"dues {year} "))
            self._keeping[year] = {pk for rows in mine for (pk,) in rows}

    def periods(self, rule: RequirementRule) -> Sequence[Period]:
        """Return the periods in which a rule is asked for."""
        return self._periods.get(rule.rule, ())

    def keeps_dues(self, place: int, period: Period) -> bool:
        """Whether dues are kept at an organisation in the year of a period."""
        return place in self._keeping[period.year]

    def dues(self, months: Collection[Period]) -> Iterator[tuple[int, Period, Counts]]:
        """Yield (branch id, month, Counts) of the member-months of dues. Several rules ask about them: read once for all."""
        if self._dues is None:
            all_months = sorted(self._months, key=lambda one: one.first)
            self._dues = counted(all_months, self.places, self.as_of, kept=self._rated)
        for (place, month), one in self._dues.items():
            if month in months:
                yield place, month, one


def _first_months(periods: Iterable[Period], as_of: date) -> dict[Period, Period]:
    """Return {month in which the amounts of a year are fixed: the year}, of years that have begun."""
    return {Period(MONTH, one.year, _FIX_MONTH): one for one in periods if one.first <= as_of}


def _reviews(periods: Sequence[Period], read: TallyRead) -> Tallies:
    """Reviews of activists that fall due in each half-year; due is the earliest that is still open (发展党员工作细则 article 11)."""
    found = {}
    owed = reviews_owed(min(one.first for one in periods), max(one.last for one in periods), read.places, read.as_of)
    for place, limits in owed.items():
        for period in periods:
            mine = [one for one in limits if one.due in period]
            if mine:
                late = sum(one.late for one in mine)
                done = sum(one.done is not None for one in mine)
                due = min((one.due for one in mine if one.done is None), default=None)
                found[place, period] = Tally(len(mine), done - late, late, due)
    return found


def _asked_for(periods: Sequence[Period], read: TallyRead) -> Iterator[tuple[int, Period, Counts, int]]:
    """Yield (branch id, month, its Counts, how many members' dues of it are asked for) where anybody's are.

    Of those who pay by the quarter nothing is asked before it ends.
    """
    for place, month, one in read.dues(periods):
        coming = one[NOT_DUE] if read.as_of <= month.last else 0
        expected = one[PAID] + one[PAID_LATE] + one[OWED] + coming
        if expected:
            yield place, month, one, expected


def _months_paid(periods: Sequence[Period], read: TallyRead) -> Tallies:
    """Members whose dues of each month are asked for, and came."""
    asked = _asked_for(periods, read)
    return {(place, month): Tally(expected, one[PAID], one[PAID_LATE]) for place, month, one, expected in asked}


def _collected(periods: Sequence[Period], read: TallyRead) -> Tallies:
    """Months whose dues are asked for, each once: collected when anybody's came, late when none of them came in time."""
    found = {}
    for place, month, one, _ in _asked_for(periods, read):
        on_time = min(one[PAID], 1)
        found[place, month] = Tally(1, on_time, min(one[PAID_LATE], 1 - on_time))
    return found


def _amounts(periods: Sequence[Period], read: TallyRead) -> Tallies:
    """Members who pay in the year's first month, and those of them whose amount is fixed (fee-fix-yearly)."""
    found = {}
    firsts = _first_months(periods, read.as_of)
    for place, month, one in read.dues(firsts):
        fixed = sum(one[state] for state in (PAID, PAID_LATE, OWED, NOT_DUE, WAIVED))
        if fixed + one[UNKNOWN]:
            found[place, firsts[month]] = Tally(fixed + one[UNKNOWN], fixed, due=month.last)
    return found


TALLIES: dict[str, Callable[[Sequence[Period], TallyRead], Tallies]] = {
    REVIEWS: _reviews,
    MONTHS_PAID: _months_paid,
    COLLECTED: _collected,
    AMOUNTS: _amounts,
}
WHERE: dict[str, Callable[[TallyRead, int, Period], bool]] = {DUES_KEPT: TallyRead.keeps_dues}
