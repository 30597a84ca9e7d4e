"""The measure families the fill engine knows: for a slot, the own values of each organisation."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from branches.periods import HALF, MONTH, QUARTER, YEAR
from members.measures import ATTENDANCE_MEASURES, activity_counts, attendance_counts
from responsibilities.measures import fraction, requirement_rows


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
class Family:
    """key: name. subjects: change marks that concern it. leaf(period, organisations, as_of) → iterable of Own.

    kinds: slots that the leaf function fills. summed: longer slots, made by adding months. daily: open slots change
    with the date alone. counts(first, last, organisations): the statement of own counts, for families that are nothing
    but counts; their slots are summed up the tree by the database (assessments/sums.py). measures: of a family of
    shares, all names; each is a share of their sum.
    """

    key: str
    subjects: frozenset
    leaf: Callable
    kinds: tuple
    summed: tuple = ()
    daily: bool = False
    counts: Callable | None = None
    measures: tuple = ()


def _activities(period, organisations, as_of):
    for place, measure, number in activity_counts(period.first, min(period.last, as_of), organisations):
        yield Own(place, measure, number)


def _attendance(period, organisations, as_of):
    rows = list(attendance_counts(period.first, min(period.last, as_of), organisations))
    totals, counted = {}, {}
    for place, measure, number in rows:
        totals[place] = totals.get(place, 0) + number
        counted[place, measure] = number
    # Every state of an organisation that has any: the share of one state is of all persons, here and up the tree.
    for place, total in totals.items():
        for measure in ATTENDANCE_MEASURES:
            yield Own(place, measure, counted.get((place, measure), 0), total)


def _requirements(period, organisations, as_of):
    for row in requirement_rows(period, organisations, as_of):
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


FAMILIES = (
    Family(
        "activities",
        frozenset({"activity"}),
        _activities,
        (MONTH,),
        (QUARTER, HALF, YEAR),
        counts=activity_counts,
    ),
    Family(
        "attendance",
        frozenset({"activity"}),
        _attendance,
        (MONTH,),
        (QUARTER, HALF, YEAR),
        counts=attendance_counts,
        measures=tuple(ATTENDANCE_MEASURES),
    ),
    Family(
        "requirement",
        frozenset({"activity", "membership", "post", "exemption", "setting"}),
        _requirements,
        (MONTH, QUARTER, YEAR),
        daily=True,
    ),
)
