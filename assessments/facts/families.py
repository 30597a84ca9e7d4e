"""The measure families the fill engine knows: for a slot, the own values of each organisation."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache

from assessments.facts.tree_on import once_each, parents_on
from branches.places.models.organisations import Kind, Organisation
from branches.settings import dated as dated_settings
from common.periods import HALF, MONTH, QUARTER, YEAR, Period
from members.activities.selectors.resolutions import resolution_items
from members.measures import ATTENDANCE_MEASURES, activity_counts, attendance_counts, resolution_days_touched
from responsibilities.measures import (
    DUTIES_DONE,
    RESOLUTIONS_DONE,
    SUPERVISIONS_ANSWERED,
    carriers_proved_by,
    duty_counts,
    fraction,
    item_counts,
    requirement_rows,
    sync_days_touched,
    sync_shares,
)
from responsibilities.supervision.selectors.notices import supervision_items


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

    yearly: instead, leaf(periods, organisations, as_of) → {Period: iterable of Own} for all slots of a year, as what is
    due in a quarter is known only once the year is judged. kinds: slots that the leaf function fills. summed: longer
    slots, made by adding months. daily: open slots change with the date alone. counts(first, last, organisations): the
    statement of own counts, for families that are nothing but counts; their slots are summed up the tree by the database
    (assessments/sums.py). measures: of a family of shares, all names; each is a share of their sum. whole: a mark of its
    subjects fills its slots anew as a whole, because a value may stand at an organisation that the mark does not name.
    further(marks): days that marks of other subjects concern too. wider(places, as_of): {organisation id} whose own values
    may rest on what changed at `places`; they are computed anew with them. tail(): how many days after its end a slot still
    changes with the date alone.
    """

    key: str
    subjects: frozenset
    leaf: Callable
    kinds: tuple
    summed: tuple = ()
    daily: bool = False
    counts: Callable | None = None
    measures: tuple = ()
    whole: bool = False
    further: Callable | None = None
    wider: Callable | None = None
    tail: Callable | None = None
    yearly: bool = False

    def opened(self, as_of):
        """Return the leaf function of one fill, (period, organisations) → iterable of Own; a year is judged once in it."""
        if not self.yearly:
            return lambda period, organisations: self.leaf(period, organisations, as_of)

        @cache
        def year(number, organisations):
            slots = [slot for kind in self.kinds for slot in Period(YEAR, number).parts(kind)]
            return self.leaf(slots, organisations, as_of)

        return lambda period, organisations: year(period.year, organisations and frozenset(organisations))[period]

    def widened(self, as_of):
        """Return the function from changed organisations (a frozenset of ids) to those to compute anew; asked once for each."""
        return cache(lambda places: self.wider(set(places), as_of) if self.wider else set(places))

    def reach(self, period):
        """Return the Period whose changes a slot is mended for."""
        return Period(YEAR, period.year) if self.yearly else period


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


def _sync(period, organisations, as_of):
    """Stages carried by several branches: one at each of them, one at whatever stands above them."""
    parents, own = parents_on(min(period.last, as_of)), {}
    for share in sync_shares(period, as_of):
        for place, number in once_each(share.places, parents).items():
            row = own.setdefault((place, share.measure), Own(place, share.measure, 0, None if share.counted else 0))
            row.numerator += number * share.numerator
            if not share.counted:
                row.denominator += number
            row.late += number * share.late
            row.overdue += number * share.overdue
    return own.values()


def _records(marks):
    return [mark for mark in marks if mark.subject == "activity"]


def _further_sync(marks):
    return sync_days_touched(_records(marks))


def _further_resolutions(marks):
    return resolution_days_touched(_records(marks))


def _counted(measure, counts):
    for place, (done, owed, late, overdue) in counts.items():
        yield Own(place, measure, done, owed, late, overdue)


def _wider_duties(places, as_of):
    """Where duties may rest on what changed at `places` (ids).

    Those further up count what happens below; a branch counts the stages of the work it carries, whoever recorded the
    proof, and debriefing meetings of a committee or the Party group that its people attended.
    """
    upper = set(Organisation.objects.filter(kind__in=(Kind.PARTY_GROUP, Kind.COMMITTEE)).values_list("pk", flat=True))
    if upper & places:
        return set(Organisation.objects.values_list("pk", flat=True))
    parents, wanted = parents_on(as_of), set(upper)
    for place in places | carriers_proved_by(places):
        while place is not None and place not in wanted:
            wanted.add(place)
            place = parents.get(place)
    return wanted


def _duties(periods, organisations, as_of):
    counts = duty_counts(periods, organisations, as_of)
    return {period: list(_counted(DUTIES_DONE, there)) for period, there in counts.items()}


def _supervisions(period, organisations, as_of):
    return _counted(SUPERVISIONS_ANSWERED, item_counts(supervision_items(period, organisations, as_of)))


def _resolutions(period, organisations, as_of):
    return _counted(RESOLUTIONS_DONE, item_counts(resolution_items(period, organisations, as_of)))


def _sync_tail():
    return max(int(value) for _, value in dated_settings.timeline("sync_tolerance_days"))


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
    Family(
        "sync",
        frozenset({"work"}),
        _sync,
        (MONTH,),
        (QUARTER, HALF, YEAR),
        daily=True,
        whole=True,
        further=_further_sync,
        tail=_sync_tail,
    ),
    Family(
        "duty",
        frozenset(
            {
                *("duty", "activity", "membership", "post", "appointment", "exemption", "term"),
                *("coverage", "work", "supervision"),
            }
        ),
        _duties,
        (QUARTER, YEAR),
        daily=True,
        wider=_wider_duties,
        yearly=True,
    ),
    Family("supervision", frozenset({"supervision"}), _supervisions, (MONTH,), (QUARTER, HALF, YEAR), daily=True),
    Family(
        "resolution",
        frozenset({"activity"}),
        _resolutions,
        (MONTH,),
        (QUARTER, HALF, YEAR),
        daily=True,
        further=_further_resolutions,
    ),
)
