"""What moved after a practice was adopted: a measure over full months before and after, beside those that did not adopt.

Read from facts, for many organisations at once, in a constant number of statements; shown, never called a cause.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from assessments.facts.fill import age_and_rebuilding
from assessments.facts.models import Fact, FillState
from branches.places.models.groups import OrganisationGroup
from branches.places.models.organisations import Organisation
from branches.places.selectors.groups import groups_on
from branches.settings import dated
from branches.settings.joining import start_at
from branches.settings.start import agency_start
from common import clock
from common.periods import MONTH, Period, add_months
from responsibilities.practices.kept import OTHERS_FROM, Case, Effect, Figure, Lack, Weak
from responsibilities.practices.models import EFFECT_MONTHS
from responsibilities.practices.rules import percent, ready_on, windows

# Of so many different sets of others, the first are summed; the others stand without.
MOST_WINDOWS = 40


@dataclass(frozen=True)
class Read:
    """How a measure's facts are read. rate: they have a denominator; of_due: what is still to come is no part of it; unit: of a count."""

    rate: bool
    of_due: bool
    unit: str = "%"


@dataclass(frozen=True)
class _Window:
    """Others of one case: of a kind and group, existing all the while, without those that did the same."""

    measure: str
    kind: str
    group: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    first: date
    last: date
    excluded: frozenset[int]


def effects(
    cases: Sequence[Case], read: Mapping[str, Read], *, others: bool = True
) -> dict[tuple[str, int, date], Effect]:
    """Return {Case.key: Effect}. read: how each measure is read; one that is not there is unknown."""
    if not cases:
        return {}
    months = dated.whole(EFFECT_MONTHS)
    age, rebuilding = age_and_rebuilding()
    day = None if age is None or rebuilding else min(clock.day_of(age), clock.today())
    start = agency_start()
    spans = {case.key: windows(case.start, months) for case in cases}
    written = _written(spans.values())
    own = _own(cases, spans)
    found: dict[tuple[str, int, date], Effect] = {}
    for case in cases:
        before, after = spans[case.key]
        lack = _lack(case, (before, after), (day, written, start))
        if lack is None and case.measure not in read:
            lack = Lack.UNKNOWN
        if lack is not None:
            found[case.key] = Effect(lack, ready_on(case.start, months))
            continue
        way = read[case.measure]
        first = _figure(own, case, before, way)
        second = _figure(own, case, after, way)
        if first is None or second is None:
            found[case.key] = Effect(Lack.NOTHING_OWED, ready_on(case.start, months))
            continue
        found[case.key] = Effect(None, ready_on(case.start, months), first, second, unit=way.unit)
    if others:
        _set_beside([case for case in cases if found[case.key].lack is None], spans, read, found)
    return found


def _written(spans: Any) -> set[str]:
    """Return the months, among those asked for, whose facts have been made."""
    asked = {str(month) for before, after in spans for month in (*before, *after)}
    rows = FillState.objects.filter(period__in=asked, state=FillState.State.DONE).order_by()
    return set(rows.values_list("period", flat=True).distinct())


def _lack(
    case: Case, span: tuple[list[Period], list[Period]], known: tuple[date | None, set[str], date]
) -> Lack | None:
    """Return why a case cannot be compared: months to come, from before anything is kept of it, or not made."""
    before, after = span
    day, written, start = known
    if day is None:
        return Lack.UNKNOWN
    if after[-1].last >= day:
        return Lack.MONTHS
    since = max(start_at(case.place, start), case.place.founded or date.min)
    if before[0].first < since or (case.place.archived_on or date.max) < after[-1].last:
        return Lack.NOTHING_OWED
    return None if {str(month) for month in (*before, *after)} <= written else Lack.UNKNOWN


_Own = Mapping[tuple[str, int, str], tuple[int, int, int]]


def _own(cases: Sequence[Case], spans: Mapping[Any, tuple[list[Period], list[Period]]]) -> _Own:
    """Return {(measure, organisation, month): (numerator, denominator, overdue)} of the organisations of the cases."""
    months = {str(month) for before, after in spans.values() for month in (*before, *after)}
    rows = Fact.objects.filter(
        measure__in={case.measure for case in cases},
        organisation__in={case.place.pk for case in cases},
        period__in=months,
    ).order_by()
    columns = ("measure", "organisation", "period", "numerator", "denominator", "overdue")
    return {
        (measure, place, period): (numerator, denominator or 0, overdue)
        for measure, place, period, numerator, denominator, overdue in rows.values_list(*columns)
    }


def _figure(own: _Own, case: Case, months: Sequence[Period], read: Read) -> Figure | None:
    """Return the sum of the months, None where a rate was owed nothing in them. No fact of a count is no occurrence."""
    rows = [own.get((case.measure, case.place.pk, str(month)), (0, 0, 0)) for month in months]
    numerator = sum(row[0] for row in rows)
    if not read.rate:
        return Figure(numerator, None)
    denominator = numerator + sum(row[2] for row in rows) if read.of_due else sum(row[1] for row in rows)
    return Figure(numerator, denominator) if denominator else None


# ---- those that did not adopt


def _set_beside(
    cases: Sequence[Case],
    spans: Mapping[Any, tuple[list[Period], list[Period]]],
    read: Mapping[str, Read],
    found: dict[tuple[str, int, date], Effect],
) -> None:
    """Put the others of each case into its Effect."""
    groups = _groups_of({case.key: (case, spans[case.key][1][-1].last) for case in cases})
    of_case = {case.key: _window(case, spans[case.key], groups[case.key]) for case in cases}
    asked = list(dict.fromkeys(of_case.values()))[:MOST_WINDOWS]
    sums = _sums(asked)
    for key, window in of_case.items():
        if window not in sums:
            continue
        places, before, after = sums[window]
        way, effect = read[window.measure], found[key]
        first, second = _of_sum(before, places, way), _of_sum(after, places, way)
        if places < OTHERS_FROM or first is None or second is None:
            first = second = None
        found[key] = Effect(
            None,
            effect.ready,
            effect.before,
            effect.after,
            places,
            first,
            second,
            effect.unit,
            (*window.before, *window.after),
        )


def _groups_of(cases: Mapping[Any, tuple[Case, date]]) -> dict[Any, str]:
    """Return {Case.key: the comparison group of its organisation on the last day of its months}; one statement."""
    places = {case.place.pk for case, _ in cases.values()}
    rows = OrganisationGroup.objects.filter(organisation__in=places).order_by("starts", "pk")
    dated_groups: dict[int, list[tuple[date, str]]] = defaultdict(list)
    for place, starts, group in rows.values_list("organisation", "starts", "group"):
        dated_groups[place].append((starts, group))
    return {
        key: next((group for starts, group in reversed(dated_groups[case.place.pk]) if starts <= last), "")
        for key, (case, last) in cases.items()
    }


def _window(case: Case, span: tuple[list[Period], list[Period]], group: str) -> _Window:
    before, after = span
    return _Window(
        case.measure,
        case.place.kind,
        group,
        tuple(map(str, before)),
        tuple(map(str, after)),
        before[0].first,
        after[-1].last,
        case.excluded | {case.place.pk},
    )


def _others(window: _Window) -> Any:
    """Return the organisations that one case is set beside."""
    latest = OrganisationGroup.objects.filter(organisation=OuterRef("pk"), starts__lte=window.last)
    group = Coalesce(Subquery(latest.order_by("-starts", "-pk").values("group")[:1]), Value(""))
    rows = Organisation.objects.order_by().filter(kind=window.kind).exclude(pk__in=window.excluded)
    rows = rows.filter(Q(founded__isnull=True) | Q(founded__lte=window.first))
    rows = rows.filter(Q(kept_from__isnull=True) | Q(kept_from__lte=window.first))
    rows = rows.filter(Q(archived_on__isnull=True) | Q(archived_on__gte=window.last))
    return rows.annotate(compared=group).filter(compared=window.group)


_Sum = tuple[int, int, int]


def _sums(asked: Sequence[_Window]) -> dict[_Window, tuple[int, _Sum, _Sum]]:
    """Return {window: (how many others, their sums before, and after)}, each (numerator, denominator, overdue).

    One statement counts them, another sums, whatever their number: each window is a condition of its own.
    """
    if not asked:
        return {}
    sums: dict[str, Any] = {}
    for place, window in enumerate(asked):
        there = Q(measure=window.measure, organisation__in=_others(window).values("pk"))
        for name, months in (("before", window.before), ("after", window.after)):
            for column in ("numerator", "denominator", "overdue"):
                sums[f"{name}_{column}_{place}"] = Sum(column, filter=there & Q(period__in=months), default=0)
    written = {month for window in asked for month in (*window.before, *window.after)}
    rows = Fact.objects.filter(measure__in={window.measure for window in asked}, period__in=written).order_by()
    # Facts are found by their organisation.
    rows = rows.filter(organisation__kind__in={window.kind for window in asked})
    summed = rows.aggregate(**sums)
    counts = Organisation.objects.order_by().aggregate(
        **{
            f"n{place}": Count("pk", filter=Q(pk__in=_others(window).values("pk")))
            for place, window in enumerate(asked)
        }
    )

    def of(place: int, name: str) -> _Sum:
        numerator, denominator, overdue = (
            summed[f"{name}_{column}_{place}"] for column in ("numerator", "denominator", "overdue")
        )
        return numerator, denominator, overdue

    return {
        window: (counts[f"n{place}"], of(place, "before"), of(place, "after")) for place, window in enumerate(asked)
    }


def _of_sum(row: _Sum, places: int, read: Read) -> Figure | None:
    numerator, denominator, overdue = row
    if not read.rate:
        return Figure(numerator, None, places)
    whole = numerator + overdue if read.of_due else denominator
    return Figure(numerator, whole, places) if whole else None


# ---- weak figures


def weak(
    place: Organisation, measures: Collection[str], read: Mapping[str, Read], names: Mapping[str, str]
) -> list[Weak]:
    """Return the rates at `place` that lie below those of its group over the last full months, the farthest first."""
    age, rebuilding = age_and_rebuilding()
    rates = [measure for measure in measures if measure in read and read[measure].rate]
    if age is None or rebuilding or not rates:
        return []
    today = clock.today()
    first = today.replace(day=1)
    months = [
        str(Period.containing(MONTH, add_months(first, -number))) for number in range(1, dated.whole(EFFECT_MONTHS) + 1)
    ]
    group = groups_on(today, [place.pk]).get(place.pk, "")
    others = _others(_Window("", place.kind, group, (), (), first, today, frozenset({place.pk})))
    own = Q(organisation=place.pk)
    beside = Q(organisation__in=others.values("pk"))
    sums: dict[str, Any] = {
        f"{name}_{column}": Sum(column, filter=condition, default=0)
        for name, condition in (("own", own), ("others", beside))
        for column in ("numerator", "denominator", "overdue")
    }
    rows: Any = Fact.objects.filter(own | beside, measure__in=rates, period__in=months).order_by()
    number = Count("organisation", filter=beside, distinct=True)
    found = []
    for row in rows.values("measure").annotate(**sums, places=number):
        way = read[row["measure"]]
        mine, theirs = (
            _of_sum((row[f"{name}_numerator"], row[f"{name}_denominator"], row[f"{name}_overdue"]), 1, way)
            for name in ("own", "others")
        )
        if mine is None or theirs is None or row["places"] < OTHERS_FROM:
            continue
        if percent(mine) < percent(theirs):
            found.append(Weak(row["measure"], names[row["measure"]], percent(mine), percent(theirs)))
    return sorted(found, key=lambda one: (one.own - one.middle, one.measure))
