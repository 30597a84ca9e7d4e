"""What the dashboard sets beside the heat map: the quarter before, what is overdue from before, study, and the four stages with
closure; from facts alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import BigIntegerField, Count, F, QuerySet, Sum

from assessments.facts.models import Fact
from assessments.home.selectors.agency import to_confirm_at
from assessments.home.selectors.dashboard import columns, periods_due_in
from branches.places.models.organisations import Kind, Organisation, within
from common import clock
from common.operator import Actor
from common.periods import Period
from common.together import Rows, read_together
from members.activities.study import tenths
from members.measures import STUDY_MINUTES, STUDY_UNKNOWN
from responsibilities.measures import SYNC_CLOSURE
from responsibilities.requirements.models import RequirementState as State
from responsibilities.work.models import STAGE_SHORT, SyncStageKind
from responsibilities.work.selectors.rates import pending_words

_DONE = (State.MET, State.MET_LATE)


def _fell_due(user: Actor, quarter: Period, top: Organisation | None) -> QuerySet[Fact, Any]:
    """Return (state, how many) of what fell due within `quarter`."""
    rows = Fact.objects.filter(due__range=(quarter.first, min(quarter.last, clock.today())))
    rows = rows.filter(period__in=periods_due_in(quarter.year), state__in=(*_DONE, State.OVERDUE))
    return _by_state(user, rows, top)


def _by_state(user: Actor, rows: Any, top: Organisation | None) -> QuerySet[Fact, Any]:
    """Return (state, how many) of facts within reach, from their index alone; only requirements have a state."""
    rows = rows.exclude(state="").visible_to(user)
    if top is not None:
        rows = rows.filter(within(top))
    return rows.order_by().values_list("state").annotate(number=Count("organisation"))


def _earlier(user: Actor, quarter: Period, top: Organisation | None) -> QuerySet[Fact, Any]:
    """Return (state, how many) of the requirements of the year that fell due before the quarter and are overdue, which its map
    does not show.
    """
    shown = {str(column.period) for column in columns(quarter)}
    rows = Fact.objects.filter(state=State.OVERDUE, due__lt=quarter.first, due__year=quarter.year)
    return _by_state(user, rows.filter(period__in=set(periods_due_in(quarter.year)) - shown), top)


def overdue_before(user: Actor, quarter: Period, *, top: Organisation | None = None) -> int:
    """Return how many requirements of the year fell due before the quarter and are still overdue; in one statement."""
    return sum(number for _, number in _earlier(user, quarter, top))


def _share(rows: Iterable[tuple[str, int]]) -> float | None:
    numbers = dict(rows)
    due = sum(numbers.values())
    return round(100 * sum(numbers.get(state, 0) for state in _DONE) / due, 1) if due else None


def completion(user: Actor, quarter: Period, *, top: Organisation | None = None) -> float | None:
    """Return in per cent how much is done of what fell due within `quarter`, None where nothing did; in one statement."""
    return _share(_fell_due(user, quarter, top))


@dataclass(frozen=True)
class Study:
    """Hours that branches studied together in a quarter. mean: of one branch, "" where none is known; note: the whole of it."""

    mean: str
    note: str


def _studied(user: Actor, quarter: Period, top: Organisation | None) -> QuerySet[Fact, Any]:
    """Return (measure, period, sum) of what branches studied in a quarter and in the one before."""
    branches = Organisation.objects.visible_to(user).filter(kind=Kind.BRANCH).order_by()
    if top is not None:
        branches = branches.within(top)
    rows = Fact.objects.filter(family="study", measure__in=(STUDY_MINUTES, STUDY_UNKNOWN)).order_by()
    rows = rows.filter(period__in=(str(quarter), str(quarter.previous())))
    # Found by their slot, of which most is asked for: as a sum the place is no column that each could be looked up by.
    rows = rows.alias(place=F("organisation_id") + 0).filter(place__in=branches.values("pk"))
    return rows.values_list("measure", "period").annotate(number=Sum("own_numerator", output_field=BigIntegerField()))


def study_of(user: Actor, quarter: Period, branches: int, *, top: Organisation | None = None) -> Study:
    """Return the Study of so many branches within reach beside the quarter before; in one statement."""
    return _study(_studied(user, quarter, top), quarter, branches)


def _study(rows: Iterable[tuple[str, str, int]], quarter: Period, branches: int) -> Study:
    last, found = quarter.previous(), {(measure, period): number for measure, period, number in rows}

    def mean(period: Period) -> str:
        minutes = found.get((STUDY_MINUTES, str(period)))
        return tenths(minutes // branches) if minutes and branches else ""

    words = ["平均每个支部；" if branches > 1 else "", f"{last.short()} {mean(last)} 学时；" if mean(last) else ""]
    if silent := found.get((STUDY_UNKNOWN, str(quarter))):
        words.append(f"{silent} 条记录没有起止时间，学时未知")
    return Study(mean(quarter), "".join(words).removesuffix("；"))


@dataclass(frozen=True)
class Row:
    """One stage: of those due how many are synchronised; parts: of its bar."""

    name: str
    same: int
    lagging: int
    missing: int

    @property
    def due(self) -> int:
        return self.same + self.lagging + self.missing

    @property
    def parts(self) -> list[dict[str, Any]]:
        words = ((self.same, "ok", "同步"), (self.lagging, "soon", "滞后"), (self.missing, "late", "缺失"))
        return [{"value": number, "tone": tone, "label": label} for number, tone, label in words if number]


@dataclass(frozen=True)
class Stages:
    """The four stages of a quarter at one place. closed, items: of the work that has come to 考核. before: rate of the quarter
    before in per cent, None where nothing was due."""

    rows: list[Row]
    closed: int
    items: int
    before: float | None
    last: str
    waiting: int = 0

    @property
    def widest(self) -> int:
        return max(row.due for row in self.rows)

    @property
    def lagging(self) -> int:
        return sum(row.lagging for row in self.rows)

    @property
    def missing(self) -> int:
        return sum(row.missing for row in self.rows)

    @property
    def words(self) -> str:
        same, due = sum(row.same for row in self.rows), sum(row.due for row in self.rows)
        said = f"同步率 {round(100 * same / due, 1)}%{pending_words(self.waiting)}"
        return said if self.before is None else f"{said}，{self.last} {self.before}%"


_STAGES = {f"sync.{kind.value}": STAGE_SHORT[kind] for kind in SyncStageKind}
_NUMBERS = ("numerator", "denominator", "late", "overdue")


def _staged(place: Organisation, quarter: Period) -> dict[str, QuerySet[Any, Any]]:
    """Return what `_stages` is made of: the facts of a quarter and the one before, and what waits to be confirmed."""
    facts = Fact.objects.filter(organisation=place, period__in=(str(quarter), str(quarter.previous())))
    facts = facts.filter(measure__in=(*_STAGES, SYNC_CLOSURE)).order_by()
    waiting = to_confirm_at(quarter, place).values_list("state").annotate(number=Count("pk"))
    return {"stages": facts.values_list("measure", "period", *_NUMBERS), "waiting": waiting}


def stages_of(place: Organisation | None, quarter: Period) -> Stages | None:
    """Return the Stages of a quarter at `place` with all below it, None where nothing was due; in one statement."""
    return None if place is None else _stages(read_together(_staged(place, quarter)), quarter)


def _stages(found: Mapping[str, Rows], quarter: Period) -> Stages | None:
    facts = {(measure, period): numbers for measure, period, *numbers in found["stages"]}
    last = quarter.previous()

    def rows(period: Period) -> list[Row]:
        numbers = [(name, facts.get((measure, str(period)), (0, 0, 0, 0))) for measure, name in _STAGES.items()]
        return [Row(name, same, late, overdue) for name, (same, _, late, overdue) in numbers]

    now, before = rows(quarter), rows(last)
    if not any(row.due for row in now):
        return None
    due = sum(row.due for row in before)
    closed, items, *_ = facts.get((SYNC_CLOSURE, str(quarter)), (0, 0))
    return Stages(
        now,
        closed,
        items or 0,
        round(100 * sum(row.same for row in before) / due, 1) if due else None,
        last.short(),
        sum(number for _, number in found["waiting"]),
    )


@dataclass(frozen=True)
class Beside:
    """What stands beside the map. before: `completion` of the quarter before; earlier: `overdue_before`."""

    before: float | None
    earlier: int
    study: Study
    stages: Stages | None


def reads_beside(
    user: Actor, quarter: Period, *, place: Organisation | None, top: Organisation | None = None
) -> dict[str, QuerySet[Any, Any]]:
    """Return the few rows that `beside_map` is made of, for the page to read along with others (`read_together`)."""
    return {
        "before": _fell_due(user, quarter.previous(), top),
        "earlier": _earlier(user, quarter, top),
        "study": _studied(user, quarter, top),
        **(_staged(place, quarter) if place is not None else {}),
    }


def beside_map(found: Mapping[str, Rows], quarter: Period, branches: int) -> Beside:
    """Return `completion` of the quarter before, `overdue_before`, `study_of` so many branches and `stages_of` the place.

    found: what `reads_beside` gave.
    """
    return Beside(
        _share(found["before"]),
        sum(number for _, number in found["earlier"]),
        _study(found["study"], quarter, branches),
        _stages(found, quarter) if "stages" in found else None,
    )
