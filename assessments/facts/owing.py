"""Facts of requirements as duties that rest on them are counted by, so that what is owed is reckoned once in a fill."""

from collections.abc import Callable, Sequence
from datetime import date

from assessments.facts.family import last_filled
from assessments.facts.models import Fact
from common.periods import QUARTER, Period
from responsibilities.requirements.kept import periods_within
from responsibilities.requirements.selectors import Requirement, requirements


def requirements_kept(year: Period, as_of: date) -> Callable[[Sequence[int]], list[Requirement]]:
    """Return what reads the Requirements of a year at some places (ids) from the facts, for whoever has filled them for `as_of`.

    A kept one says how many are owed and done, how many of them late, its day and state: all that its duty is counted by.
    What is so far ahead that no facts of it are kept is reckoned.
    """
    kept = [period for period in periods_within(year) if period.first <= last_filled(as_of)]
    ahead = [quarter for quarter in year.parts(QUARTER) if quarter.first > last_filled(as_of)]

    def read(places: Sequence[int]) -> list[Requirement]:
        facts = Fact.objects.filter(organisation__in=places, period__in=[str(period) for period in kept])
        columns = ("organisation", "measure", "period", "own_numerator", "own_denominator", "own_late")
        rows = facts.exclude(state="").order_by().values_list(*columns, "state", "due", "waiting")
        found = [_kept(row) for row in rows]
        for quarter in ahead:
            found += requirements(quarter, organisations=places, as_of=as_of)
        return found

    return read


def _kept(row: tuple) -> Requirement:
    place, measure, period, done, owed, late, state, due, waiting = row
    return Requirement(
        place,
        measure.removeprefix("requirement."),
        Period.parse(period),
        owed or 0,
        due,
        on_time=done - late,
        late=late,
        state=state,
        waiting=waiting,
    )
