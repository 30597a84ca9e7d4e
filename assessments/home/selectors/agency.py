"""The four numbers of the whole with their trend over the year, for leadership: from facts and published results alone."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Sum
from django.db.models.functions import ExtractQuarter
from django.urls import reverse
from django.utils.http import urlencode

from assessments.facts.models import Fact
from assessments.results.models import Assessment, AssessmentState, Result
from assessments.schemes.services import BRANCH_SCHEME
from assessments.scoring.numbers import rounded
from assessments.scoring.totals import COMPLETE
from branches.places.models.organisations import Organisation, within
from common import clock
from common.operator import Actor
from common.periods import MONTH, QUARTER, YEAR, Period
from responsibilities.measures import DUTIES_DONE, SYNC_CLOSURE
from responsibilities.requirements.models import RequirementState as State
from responsibilities.work.judged import JudgedPlace, JudgedPoint
from responsibilities.work.models import SyncStageKind, SyncState
from responsibilities.work.selectors.rates import pending_words

_DONE = (State.MET, State.MET_LATE)
_DUE = (*_DONE, State.OVERDUE)
_SYNC = tuple(f"sync.{kind.value}" for kind in SyncStageKind)
# Less than half a tenth is no change that a figure of one decimal shows.
SAME = 0.05


@dataclass(frozen=True)
class Figure:
    """One number: its value in `unit`, None where nothing was due; trend: [(name of the period, value)], the running one last.

    before: name of the period it is compared with, "" where there is none. note: numerator and denominator in words.
    """

    label: str
    value: float | None
    note: str
    url: str
    unit: str = "%"
    trend: tuple[tuple[str, float], ...] = ()
    change: float | None = None
    before: str = ""

    @property
    def turn(self) -> str:
        """up, down or same; "" where there is nothing to compare with."""
        if self.change is None:
            return ""
        return "same" if abs(self.change) < SAME else "up" if self.change > 0 else "down"

    @property
    def said(self) -> str:
        """The trend in words, for those who do not see the line."""
        return "，".join(f"{name} {value:.1f}" for name, value in self.trend)


def _percent(part: int, whole: int) -> float | None:
    return 100 * part / whole if whole else None


def _figure(
    label: str, note: str, url: str, quarters: Sequence[tuple[str, float | None]], now: float | None, unit: str = "%"
) -> Figure:
    """Return the Figure whose running value is `now`, after the quarters of the year before it."""
    known = [(name, value) for name, value in quarters if value is not None]
    change = now - known[-1][1] if known and now is not None else None
    trend = tuple(known) + ((("今", now),) if now is not None else ())
    return Figure(label, now, note, url, unit, trend, change, known[-1][0] if known else "")


def agency_figures(user: Actor, place: Organisation, today: date | None = None) -> list[Figure]:
    """Return the four Figures of `place` with all below it, in four statements: life, synchronisation, duties, points."""
    today = today or clock.today()
    year, this = Period.containing(YEAR, today), Period.containing(QUARTER, today)
    before = [part for part in year.parts(QUARTER) if part.last < this.first]
    facts = _facts(place, [year, *before])
    return [
        _life(user, year, this, before, today),
        _sync(place, facts, year, before),
        _duties(facts, year, before),
        _points(user, year),
    ]


def _facts(place: Organisation, periods: list[Period]) -> dict[tuple[str, str], Fact]:
    rows = Fact.objects.filter(organisation=place, period__in=[str(row) for row in periods])
    rows = rows.filter(measure__in=(*_SYNC, SYNC_CLOSURE, DUTIES_DONE))
    return {(row.measure, row.period): row for row in rows}


def _life(user: Actor, year: Period, this: Period, before: list[Period], today: date) -> Figure:
    """What organisations owed by today: months and quarters in their quarter, what is owed once a year in that of its day."""
    of = {str(part): str(quarter) for quarter in (*before, this) for part in (quarter, *quarter.parts(MONTH))}
    rows = Fact.objects.visible_to(user).filter(family="requirement", period__in=[*of, str(year)], due__lte=today)
    rows = rows.filter(state__in=_DUE).order_by().annotate(quarter=ExtractQuarter("due"))
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for period, quarter, state, number in rows.values_list("period", "quarter", "state").annotate(number=Count("pk")):
        counts[of.get(period, f"{year}Q{quarter}")][state] += number

    def share(quarter: Period) -> float | None:
        found = counts[str(quarter)]
        return _percent(sum(found[state] for state in _DONE), sum(found.values()))

    found = counts[str(this)]
    done, overdue = sum(found[state] for state in _DONE), found[State.OVERDUE]
    note = f"已到期 {done + overdue} 项，落实 {done} 项" + (f"，逾期 {overdue} 项" if overdue else "")
    return _figure(
        f"组织生活落实率　{this.short()}至今",
        note if done + overdue else "本季还没有到期的事项",
        reverse("dashboard"),
        [(row.short(), share(row)) for row in before],
        share(this),
    )


def to_confirm_in(period: Period, place: Organisation) -> int:
    """Return how many stages of a period at `place` and below stand open until their evidence is confirmed: in no rate."""
    rows = JudgedPoint.objects.filter(state=SyncState.TO_CONFIRM, carried=True, left_out=False)
    rows = rows.filter(day__range=(period.first, period.last))
    return int(rows.filter(pk__in=JudgedPlace.objects.filter(within(place)).values("point")).count())


def _sync(place: Organisation, facts: dict[tuple[str, str], Fact], year: Period, before: list[Period]) -> Figure:
    def sums(period: Period) -> tuple[int, int]:
        rows = [facts[measure, str(period)] for measure in _SYNC if (measure, str(period)) in facts]
        return sum(row.numerator for row in rows), sum(row.denominator or 0 for row in rows)

    same, due = sums(year)
    closure = facts.get((SYNC_CLOSURE, str(year)))
    note = (f"{due} 处同步 {same} 处" if due else "还没有到期的环节") + pending_words(to_confirm_in(year, place))
    if closure is not None and closure.denominator:
        note += f"；到考核 {closure.denominator} 项，闭环 {closure.numerator} 项"
    return _figure(
        "四同步同步率　本年累计", note, reverse("sync_board"), _year_so_far(before, sums), _percent(same, due)
    )


def _duties(facts: dict[tuple[str, str], Fact], year: Period, before: list[Period]) -> Figure:
    """Of what fell due: what is still to come stands in the fact's denominator and in no rate."""

    def sums(period: Period) -> tuple[int, int]:
        fact = facts.get((DUTIES_DONE, str(period)))
        return (fact.numerator, fact.numerator + fact.overdue) if fact else (0, 0)

    done, due = sums(year)
    note = f"到期 {due} 项次，落实 {done} 项次" + (f"，逾期 {due - done}" if due > done else "")
    return _figure(
        "责任落实率　本年累计",
        note if due else "还没有到期的责任事项",
        reverse("duty_list"),
        _year_so_far(before, sums),
        _percent(done, due),
    )


def _year_so_far(
    quarters: Sequence[Period], sums: Callable[[Period], tuple[int, int]]
) -> list[tuple[str, float | None]]:
    """Return what the year came to by the end of each quarter: the running year is set beside no single quarter."""
    done = due = 0
    found: list[tuple[str, float | None]] = []
    for row in quarters:
        some, of = sums(row)
        done, due = done + some, due + of
        found.append((f"{row.short()}末", _percent(done, due)))
    return found


def _points(user: Actor, year: Period) -> Figure:
    """The mean of the latest published version of each quarter, each result being points of a hundred."""
    label = "支部平均得分率"
    rows = (
        Assessment.objects.filter(scheme__key=BRANCH_SCHEME, state=AssessmentState.PUBLISHED)
        .filter(period__in=[str(part) for part in year.parts(QUARTER)])
        .select_related("scheme")
        .order_by("pk")
    )
    latest = {row.period: row for row in rows}
    sums = Result.objects.filter(assessment__in=latest.values(), state=COMPLETE).order_by("assessment__period")
    # The mean as it is shown everywhere: its change is the difference of the two shown.
    found = [
        (Period.parse(period), latest[period].scheme.counting, float(rounded(whole / number)), number)
        for period, whole, number in sums.values_list("assessment__period").annotate(Sum("total"), Count("pk"))
    ]
    if not found:
        return Figure(label, None, "今年还没有发布过考核结果", reverse("score_list"), unit="分")
    period, counting, mean, number = found[-1]
    # Points of two versions that count otherwise are no change of the branches.
    alike = [row for row in found if row[1] == counting]
    change = round(mean - alike[-2][2], 1) if len(alike) > 1 else None
    return Figure(
        f"{label}　{period.short()}",
        mean,
        f"{number} 个支部的平均",
        f"{reverse('score_list')}?{urlencode({'period': str(period)})}",
        "分",
        tuple((row.short(), value) for row, _, value, _ in alike),
        change,
        alike[-2][0].short() if len(alike) > 1 else "",
    )
