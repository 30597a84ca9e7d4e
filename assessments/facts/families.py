"""The measure families the fill engine knows: for a slot, the own values of each organisation."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Q

from assessments.facts import faults_of_committees as committees
from assessments.facts.family import Days, Family, Marks, Measures, Own, Places
from assessments.facts.itemised import Itemised, stock
from assessments.facts.models import Fact
from assessments.facts.parted import Duties, Stages
from common.periods import HALF, MONTH, QUARTER, YEAR, Period
from members.activities.selectors.resolutions import resolution_items
from members.activities.services.natures import NATURE
from members.cadres.marks import SUBJECT as CADRES
from members.cadres.measured import fulltime_counts, post_counts, secretary_counts
from members.cadres.selectors.secretaries import turned_between
from members.care.marks import SUBJECT as CARE
from members.care.measured import month_counts as care_counts
from members.care.selectors.occasions import ANSWERING, reach_of_late
from members.commitments.marks import SUBJECT as COMMITMENTS
from members.commitments.measured import year_counts
from members.corrections.services import SUBJECT as CORRECTIONS
from members.development.services.effects import SUBJECT as DEVELOPMENT
from members.dues.marks import SUBJECT as DUES
from members.dues.measured import TAIL, month_counts, turns_between
from members.education.marks import SUBJECT as EDUCATION
from members.education.marks import concerns_study
from members.education.measured import hours_counts
from members.measures import (
    ATTENDANCE_MEASURES,
    activity_counts,
    attendance_counts,
    joint_counts,
    roster_fault_counts,
    shared_counts,
    study_counts,
)
from members.resources.services.uses import SHARED
from responsibilities.campaigns.measures import acceptance_counts, campaign_record_counts, milestone_counts
from responsibilities.campaigns.models import CAMPAIGN_MILESTONES, CAMPAIGNS_ACCEPTED
from responsibilities.campaigns.ties import SUBJECT as CAMPAIGN
from responsibilities.measures import (
    RESOLUTIONS_DONE,
    fraction,
    item_counts,
    latest_due,
    requirement_rows,
    rules_met_by,
    soonest_said,
    years_told,
)
from responsibilities.policies.marks import POLICIES, RUNS
from responsibilities.policies.measured import (
    receipt_items,
    runs_written,
    step_items,
    versions_written,
)
from responsibilities.practices.marks import SUBJECT as PRACTICE
from responsibilities.practices.measures import adopted_counts, spread_counts
from responsibilities.practices.models import PRACTICES_ADOPTED, PRACTICES_SPREAD
from responsibilities.requirements.models import RequirementState as State
from responsibilities.requirements.turning import away_turned, places_turned
from responsibilities.supervision.models import SUPERVISIONS_ANSWERED
from responsibilities.supervision.selectors.notices import supervision_items
from responsibilities.work.selectors.natures import LINKED, field_counts, tied_counts, way_counts

# The database counts a whole slot sooner than so many organisations one by one.
_WHOLE = 1000


@dataclass(frozen=True)
class Counted(Family):
    """Nothing but counts, summed up the tree by the database (sums.py).

    counts(first, last, places): the statement of own counts. shares: names of measures of which each is a share of the
    sum of all; empty for plain counts.
    """

    counts: Callable = field(kw_only=True)
    shares: tuple[str, ...] = field(default=(), kw_only=True)

    daily = False

    def quicker_whole(self, places: set[int]) -> bool:
        return len(places) > _WHOLE

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

    judge(period, places, as_of): the own values.
    """

    judge: Callable[[Period, Places, date], Iterable[Own]] = field(kw_only=True)

    def own_values(self, period: Period, places: Places, as_of: date) -> Iterable[Own]:
        return self.judge(period, places, as_of)


@dataclass(frozen=True)
class Requirements(Judged):
    """What is owed: a year may still be met in the next spring, and what a spring meets is missing in its own year."""

    by_lots = True

    def turned(self, since: date, as_of: date, periods: list[Period]) -> dict[Period, set[int]] | None:
        places = places_turned(since, as_of)
        if places is None:
            return None
        near = Q(state=State.NOT_DUE, due__lte=as_of + timedelta(days=soonest_said()))
        rows = Fact.objects.filter(near | Q(state=State.DUE_SOON, due__lt=as_of), period__in=[*map(str, periods)])
        found: dict[Period, set[int]] = {period: set(places) for period in periods}
        for period, place in rows.order_by().values_list("period", "organisation"):
            found[Period.parse(period)].add(place)
        return found

    def mended(self, period: Period, places: Places, marks: Marks, as_of: date) -> tuple[Iterable[Own], Measures]:
        kinds = kinds_written(marks)
        measures = None if kinds is None else [row.measure for row in rules_met_by(period, kinds)]
        return _requirements(period, places, as_of, kinds), measures

    def mended_for(self, period: Period) -> Days | Period:
        if period.kind != YEAR:
            return period
        first, last = years_told(period)
        return Days(first, last)

    def tail(self) -> int:
        return latest_due()


@dataclass(frozen=True)
class Dues(Judged):
    """Member-months of dues: they turn when a month begins and when its last day in time has passed, some of them months later."""

    by_lots = True

    def turned(self, since: date, as_of: date, periods: list[Period]) -> dict[Period, set[int]] | None:
        return None if turns_between(since, as_of) else {}

    def tail(self) -> int:
        return TAIL


@dataclass(frozen=True)
class Studied(Judged):
    """Hours and classes of a year: a record marks whoever held it, the fill itself the branches of those who were there
    (members/education/marks.py). They turn by the calendar where a membership or post begins or ends, when an induction falls
    due, and when the year is over.
    """

    by_lots = True

    def turned(self, since: date, as_of: date, periods: list[Period]) -> dict[Period, set[int]] | None:
        if any(since <= period.last < as_of for period in periods):
            return None
        places = places_turned(since, as_of)
        if places is None:
            return None
        found = {*places, *turned_between(since, as_of), *away_turned(since, as_of)}
        return {period: set(found) for period in periods}

    def mended(self, period: Period, places: Places, marks: Marks, as_of: date) -> tuple[Iterable[Own], Measures]:
        if all(mark.subject == "activity" and not concerns_study(mark) for mark in marks):
            return [], ()
        return self.own_values(period, places, as_of), None


@dataclass(frozen=True)
class Care(Judged):
    """Occasions of care in the month in which they fall due: a visit before or after it answers them, and nothing else of a record."""

    def mended_for(self, period: Period) -> Days | Period:
        return Days(*reach_of_late(period.first, period.last))

    def mended(self, period: Period, places: Places, marks: Marks, as_of: date) -> tuple[Iterable[Own], Measures]:
        kinds = kinds_written(marks)
        if kinds is not None and kinds.isdisjoint(ANSWERING):
            return (), ()
        return super().mended(period, places, marks, as_of)


def kinds_written(marks: Marks) -> set[str] | None:
    """Return the kinds of record outside which nothing changed by what these marks say; None where anything may have."""
    if any(mark.subject != "activity" or not mark.kinds for mark in marks):
        return None
    return {kind for mark in marks for kind in mark.kinds.split(",")}


def _requirements(period: Period, places: Places, as_of: date, kinds: Collection[str] | None = None) -> Iterable[Own]:
    for row in requirement_rows(period, places, as_of, kinds):
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


def _fractions(measure: str, counts: dict) -> Iterable[Own]:
    for place, (done, owed, late, overdue) in counts.items():
        yield Own(place, measure, done, owed, late, overdue)


def _supervisions(period: Period, places: Places, as_of: date) -> Iterable[Own]:
    return _fractions(SUPERVISIONS_ANSWERED, item_counts(supervision_items(period, places, as_of)))


def _resolutions(period: Period, places: Places, as_of: date) -> Iterable[Own]:
    return _fractions(RESOLUTIONS_DONE, item_counts(resolution_items(period, places, as_of)))


def _study(period: Period, places: Places, as_of: date) -> Iterable[Own]:
    rows = study_counts(period.first, min(period.last, as_of), places, as_of)
    return [Own(place, measure, number) for place, measure, number in rows if number]


def _milestones(period: Period, places: Places, as_of: date) -> Iterable[Own]:
    return _fractions(CAMPAIGN_MILESTONES, milestone_counts(period, places, as_of))


def _accepted(period: Period, places: Places, as_of: date) -> Iterable[Own]:
    return _fractions(CAMPAIGNS_ACCEPTED, acceptance_counts(period, places, as_of))


def _nature_counts(first: date, last: date, organisations: Collection[int] | None = None) -> Any:
    """Ways, fields and joint records in one statement: the same marks concern all three."""
    parts = [count(first, last, organisations) for count in (way_counts, field_counts, joint_counts)]
    return parts[0].union(*parts[1:], all=True)


def _adopted(period: Period, places: Places, as_of: date) -> Iterable[Own]:
    counts = adopted_counts(period, places, as_of)
    return [Own(place, PRACTICES_ADOPTED, number) for place, number in counts.items()]


def _spread(period: Period, places: Places, as_of: date) -> Iterable[Own]:
    counts = spread_counts(period, places, as_of)
    return [Own(place, PRACTICES_SPREAD, number) for place, number in counts.items()]


def _roster(period: Period, places: Places, as_of: date) -> Iterable[Own]:
    day = min(period.last, as_of)
    return [Own(place, measure, number) for place, measure, number in roster_fault_counts(day, places, period.first)]


def _dues(period: Period, places: Places, as_of: date) -> Iterable[Own]:
    return [Own(*row) for row in month_counts(period, places, as_of)]


def _studied(period: Period, places: Places, as_of: date) -> Iterable[Own]:
    return [Own(*row) for row in hours_counts(period, places, as_of)]


def _posts(period: Period, places: Places, as_of: date) -> Iterable[Own]:
    rows = (*post_counts(period, places, as_of), *secretary_counts(period, places, as_of))
    return [Own(*row) for row in rows]


def _staff(period: Period, places: Places, as_of: date) -> Iterable[Own]:
    return [Own(*row) for row in fulltime_counts(period, places, as_of)]


def _care(period: Period, places: Places, as_of: date) -> Iterable[Own]:
    return [Own(*row) for row in care_counts(period, places, as_of)]


def _commitments(period: Period, places: Places, as_of: date) -> Iterable[Own]:
    return [Own(*row) for row in year_counts(period.year, places, as_of)]


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
    Counted("shared", frozenset({SHARED}), (MONTH,), _LONGER, counts=shared_counts),
    Counted("nature", frozenset({"activity", NATURE}), (MONTH,), _LONGER, counts=_nature_counts),
    Counted("linked", frozenset({"activity", "work"}), (MONTH,), _LONGER, counts=tied_counts, shares=(LINKED,)),
    Requirements(
        "requirement",
        frozenset({"activity", "membership", "post", "exemption", "setting"}),
        (MONTH, QUARTER, YEAR),
        judge=_requirements,
    ),
    Counted("campaign_record", frozenset({CAMPAIGN}), (MONTH,), _LONGER, counts=campaign_record_counts),
    Judged("campaign", frozenset({CAMPAIGN}), (MONTH,), _LONGER, judge=_milestones),
    Judged("campaign_accepted", frozenset({CAMPAIGN}), (YEAR,), judge=_accepted),
    Judged("practice", frozenset({PRACTICE}), (MONTH,), _LONGER, judge=_adopted),
    Judged("practice_spread", frozenset({PRACTICE}), (YEAR,), judge=_spread),
    Stages("sync", frozenset({"work", "activity"}), (MONTH,), _LONGER),
    Duties(
        "duty",
        frozenset(
            {
                *("duty", "activity", "membership", "post", "appointment", "exemption", "term"),
                *("coverage", "work", "supervision", RUNS, DEVELOPMENT, DUES, CARE, COMMITMENTS),
            }
        ),
        (QUARTER, YEAR),
    ),
    Judged("supervision", frozenset({"supervision"}), (MONTH,), _LONGER, judge=_supervisions),
    Itemised(
        "policy_step",
        frozenset({RUNS, "activity"}),
        (MONTH,),
        _LONGER,
        items=step_items,
        written=runs_written,
    ),
    Itemised(
        "policy_receipt",
        frozenset({POLICIES, "activity"}),
        (MONTH,),
        _LONGER,
        items=receipt_items,
        written=versions_written,
    ),
    Itemised(
        "development",
        frozenset({DEVELOPMENT, "activity", "membership", "exemption"}),
        (MONTH,),
        _LONGER,
        items=committees.development,
        written=committees.development_written,
    ),
    Itemised(
        "dues_fault",
        frozenset({DUES, "activity", "exemption"}),
        (MONTH,),
        _LONGER,
        items=committees.dues,
        written=committees.dues_written,
    ),
    # A stock: judged on the last day of each slot, never summed over months.
    Judged("policy", frozenset({POLICIES}), (MONTH, *_LONGER), judge=stock),
    # A stock as well: who should have been transferred by that day; what was found to be kept wrongly belongs to the slot of that decision.
    Judged("roster", frozenset({"membership", "setting", CORRECTIONS}), (MONTH, *_LONGER), judge=_roster),
    Dues("dues", frozenset({DUES, "membership", "setting"}), (MONTH,), _LONGER, judge=_dues),
    Studied("education", frozenset({EDUCATION, "activity", "membership", "setting"}), (YEAR,), judge=_studied),
    Studied("cadres", frozenset({EDUCATION, "activity", "membership", "post", "setting"}), (YEAR,), judge=_posts),
    # A stock: of the year's last day, or of today before it.
    Judged("staff", frozenset({CADRES, "post"}), (YEAR,), judge=_staff),
    Care("care", frozenset({CARE, "activity", "membership", "setting"}), (MONTH,), _LONGER, judge=_care),
    Judged("commitments", frozenset({COMMITMENTS, "membership", "setting"}), (YEAR,), judge=_commitments),
    Judged("study", frozenset({"activity", "setting"}), (MONTH,), _LONGER, judge=_study),
    Judged("resolution", frozenset({"resolution"}), (MONTH,), _LONGER, judge=_resolutions),
)
