"""The measure families the fill engine knows: for a slot, the own values of each organisation."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import ClassVar

from assessments.facts.tree_on import once_each, parents_on
from branches.jobs.models import ChangeMark
from branches.places.models.organisations import Kind, Organisation
from branches.settings import dated as dated_settings
from common.periods import HALF, MONTH, QUARTER, YEAR, Period
from members.activities.selectors.resolutions import resolution_items
from members.measures import (
    ATTENDANCE_MEASURES,
    activity_counts,
    attendance_counts,
    resolution_days_touched,
    study_counts,
)
from responsibilities.measures import (
    DUTIES_DONE,
    RESOLUTIONS_DONE,
    carriers_proved_by,
    duty_counts,
    fraction,
    item_counts,
    latest_due,
    requirement_rows,
    sync_days_touched,
    sync_shares,
    years_told,
)
from responsibilities.supervision.models import SUPERVISIONS_ANSWERED
from responsibilities.supervision.selectors.notices import supervision_items

# Ids of organisations; None: all.
Places = Collection[int] | None
Marks = list[ChangeMark]
OwnValues = Callable[[Period, Places], Iterable["Own"]]


@dataclass
class Own:
    """An organisation's own value of a measure in a slot, before anything below it is added."""

    organisation: int
    measure: str
    numerator: int
    denominator: int | None = None
    late: int = 0
    overdue: int = 0
    state: str = ""
    due: date | None = None
    waiting: bool = False
    returned: int | None = None


@dataclass(frozen=True)
class Days:
    """Days from first to last, both included, where they make no period of the calendar."""

    first: date
    last: date


@dataclass(frozen=True)
class Family:
    """A family of measures as the fill engine sees it; each kind below says how its own values come about.

    key: name. subjects: of the change marks that concern it. kinds: slots that are filled from the records. summed: longer
    slots, made by adding months.
    """

    key: str
    subjects: frozenset[str]
    kinds: tuple[str, ...]
    summed: tuple[str, ...] = ()

    # Open slots change with the date alone.
    daily: ClassVar[bool] = True
    # A mark fills its slots anew as a whole, because a value may stand at an organisation that the mark does not name.
    whole: ClassVar[bool] = False

    def own_values(self, period: Period, places: Places, as_of: date) -> Iterable[Own]:
        """Return the own values of `places` (all when None) in `period`, judged on `as_of`."""
        raise NotImplementedError

    def opened(self, as_of: date) -> OwnValues:
        """Return `own_values` for one fill; what is read once for many slots is kept in it."""
        return lambda period, places: self.own_values(period, places, as_of)

    def widened(self, as_of: date) -> Callable[[frozenset[int]], set[int]]:
        """Return the function from changed organisations to those whose own values may rest on what changed there."""
        return set

    def mended_for(self, period: Period) -> "Days | Period":
        """Return the days whose changes the slot `period` is mended for."""
        return period

    def days_touched(self, marks: Marks) -> Collection[date]:
        """Return the days that marks of other subjects concern too."""
        return ()

    def tail(self) -> int:
        """Return how many days after its end a slot still changes with the date alone."""
        return 0


@dataclass(frozen=True)
class Counted(Family):
    """Nothing but counts, summed up the tree by the database (sums.py).

    counts(first, last, places): the statement of own counts. shares: names of measures of which each is a share of the
    sum of all; empty for plain counts.
    """

    counts: Callable = field(kw_only=True)
    shares: tuple[str, ...] = field(default=(), kw_only=True)

    daily = False

    def own_values(self, period: Period, places: Places, as_of: date) -> Iterable[Own]:
        counted = {
            (place, measure): number
            for place, measure, number in self.counts(period.first, min(period.last, as_of), places)
        }
        if not self.shares:
            return [Own(place, measure, number) for (place, measure), number in counted.items()]
        totals: dict[int, int] = {}
        for (place, _), number in counted.items():
            totals[place] = totals.get(place, 0) + number
        # Every state of an organisation that has any: the share of one state is of all persons, here and up the tree.
        return [
            Own(place, measure, counted.get((place, measure), 0), total)
            for place, total in totals.items()
            for measure in self.shares
        ]


@dataclass(frozen=True)
class Judged(Family):
    """A value for each place and measure, judged by a day.

    judge(period, places, as_of): the own values. touched(marks): see `days_touched`.
    """

    judge: Callable[[Period, Places, date], Iterable[Own]] = field(kw_only=True)
    touched: Callable[[Marks], Collection[date]] | None = field(default=None, kw_only=True)

    def own_values(self, period: Period, places: Places, as_of: date) -> Iterable[Own]:
        return self.judge(period, places, as_of)

    def days_touched(self, marks: Marks) -> Collection[date]:
        return self.touched(marks) if self.touched else ()


@dataclass(frozen=True)
class Requirements(Judged):
    """What is owed: a year may still be met in the next spring, and what a spring meets is missing in its own year."""

    def mended_for(self, period: Period) -> Days | Period:
        if period.kind != YEAR:
            return period
        first, last = years_told(period)
        return Days(first, last)

    def tail(self) -> int:
        return latest_due()


@dataclass(frozen=True)
class Stages(Family):
    """Stages of business work: one that several branches carry counts once at each, and once at whatever stands above."""

    whole = True

    def own_values(self, period: Period, places: Places, as_of: date) -> Iterable[Own]:
        parents = parents_on(min(period.last, as_of))
        own: dict[tuple[int, str], Own] = {}
        for share in sync_shares(period, as_of):
            for place, number in once_each(share.places, parents).items():
                row = own.setdefault((place, share.measure), Own(place, share.measure, 0, None if share.counted else 0))
                row.numerator += number * share.numerator
                if not share.counted:
                    row.denominator = (row.denominator or 0) + number
                row.late += number * share.late
                row.overdue += number * share.overdue
        return own.values()

    def days_touched(self, marks: Marks) -> Collection[date]:
        return sync_days_touched(_records(marks))

    def tail(self) -> int:
        return max(int(value) for _, value in dated_settings.timeline("sync_tolerance_days"))


@dataclass(frozen=True)
class Duties(Family):
    """Duties of the lists: what is due in a quarter is known only once the year is judged, so a year is judged at once."""

    def opened(self, as_of: date) -> OwnValues:
        @cache
        def year(number: int, places: frozenset[int] | None) -> dict[Period, list[Own]]:
            slots = [slot for kind in self.kinds for slot in Period(YEAR, number).parts(kind)]
            counts = duty_counts(slots, places, as_of)
            return {period: list(_fractions(DUTIES_DONE, there)) for period, there in counts.items()}

        return lambda period, places: year(period.year, None if places is None else frozenset(places))[period]

    def own_values(self, period: Period, places: Places, as_of: date) -> Iterable[Own]:
        return self.opened(as_of)(period, places)

    def widened(self, as_of: date) -> Callable[[frozenset[int]], set[int]]:
        return cache(lambda places: _where_duties_rest_on(places, as_of))

    def mended_for(self, period: Period) -> Period:
        return Period(YEAR, period.year)


def _requirements(period: Period, places: Places, as_of: date) -> Iterable[Own]:
    for row in requirement_rows(period, places, as_of):
        numerator, denominator, late, overdue = fraction(row)
        yield Own(
            row.organisation,
            row.row.measure,
            numerator,
            denominator,
            late,
            overdue,
            row.state,
            row.due,
            row.waiting,
            row.returned,
        )


def _records(marks: Marks) -> Marks:
    return [mark for mark in marks if mark.subject == "activity"]


def _days_of_resolutions(marks: Marks) -> Collection[date]:
    return resolution_days_touched(_records(marks))


def _fractions(measure: str, counts: dict) -> Iterable[Own]:
    for place, (done, owed, late, overdue) in counts.items():
        yield Own(place, measure, done, owed, late, overdue)


def _where_duties_rest_on(places: frozenset[int], as_of: date) -> set[int]:
    """Return the organisations whose duties may rest on what changed at `places`.

    Those further up count what happens below; a branch counts the stages of the work it carries, whoever recorded the
    proof, and debriefing meetings of a committee or the Party group that its people attended.
    """
    upper = set(Organisation.objects.filter(kind__in=(Kind.PARTY_GROUP, Kind.COMMITTEE)).values_list("pk", flat=True))
    if upper & places:
        return set(Organisation.objects.values_list("pk", flat=True))
    parents, resting = parents_on(as_of), set(upper)
    for place in places | carriers_proved_by(places):
        step: int | None = place
        while step is not None and step not in resting:
            resting.add(step)
            step = parents.get(step)
    return resting


def _supervisions(period: Period, places: Places, as_of: date) -> Iterable[Own]:
    return _fractions(SUPERVISIONS_ANSWERED, item_counts(supervision_items(period, places, as_of)))


def _resolutions(period: Period, places: Places, as_of: date) -> Iterable[Own]:
    return _fractions(RESOLUTIONS_DONE, item_counts(resolution_items(period, places, as_of)))


def _study(period: Period, places: Places, as_of: date) -> Iterable[Own]:
    rows = study_counts(period.first, min(period.last, as_of), places, as_of)
    return [Own(place, measure, number) for place, measure, number in rows if number]


_LONGER = (QUARTER, HALF, YEAR)
FAMILIES: tuple[Family, ...] = (
    Counted("activities", frozenset({"activity"}), (MONTH,), _LONGER, counts=activity_counts),
    Counted(
        "attendance",
        frozenset({"activity"}),
        (MONTH,),
        _LONGER,
        counts=attendance_counts,
        shares=tuple(ATTENDANCE_MEASURES),
    ),
    Requirements(
        "requirement",
        frozenset({"activity", "membership", "post", "exemption", "setting"}),
        (MONTH, QUARTER, YEAR),
        judge=_requirements,
    ),
    Stages("sync", frozenset({"work"}), (MONTH,), _LONGER),
    Duties(
        "duty",
        frozenset(
            {
                *("duty", "activity", "membership", "post", "appointment", "exemption", "term"),
                *("coverage", "work", "supervision"),
            }
        ),
        (QUARTER, YEAR),
    ),
    Judged("supervision", frozenset({"supervision"}), (MONTH,), _LONGER, judge=_supervisions),
    Judged("study", frozenset({"activity", "setting"}), (MONTH,), _LONGER, judge=_study),
    Judged("resolution", frozenset({"activity"}), (MONTH,), _LONGER, judge=_resolutions, touched=_days_of_resolutions),
)
