"""What the dashboard sets beside the heat map: the quarter before, and the four stages with closure; from facts alone."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, Sum

from assessments.facts.models import Fact
from assessments.home.selectors.agency import to_confirm_in
from assessments.home.selectors.dashboard import periods_due_in
from branches.places.models.organisations import Kind, Organisation, within
from common import clock
from common.operator import Actor
from common.periods import Period
from members.activities.study import tenths
from members.measures import STUDY_MINUTES, STUDY_UNKNOWN
from responsibilities.measures import SYNC_CLOSURE
from responsibilities.requirements.models import RequirementState as State
from responsibilities.work.models import STAGE_SHORT, SyncStageKind
from responsibilities.work.selectors.rates import pending_words

_DONE = (State.MET, State.MET_LATE)


def completion(user: Actor, quarter: Period, *, top: Organisation | None = None) -> float | None:
    """Return in per cent how much is done of what fell due within `quarter`, None where nothing did; in one statement."""
    rows = Fact.objects.filter(family="requirement", due__range=(quarter.first, min(quarter.last, clock.today())))
    rows = (
        rows.filter(period__in=periods_due_in(quarter.year), state__in=(*_DONE, State.OVERDUE))
        .visible_to(user)
        .order_by()
    )
    if top is not None:
        rows = rows.filter(within(top))
    found = rows.aggregate(due=Count("pk"), done=Count("pk", filter=Q(state__in=_DONE)))
    return round(100 * found["done"] / found["due"], 1) if found["due"] else None


@dataclass(frozen=True)
class Study:
    """Hours that branches studied together in a quarter. mean: of one branch, "" where none is known; note: the whole of it."""

    mean: str
    note: str


def study_of(user: Actor, quarter: Period, branches: int, *, top: Organisation | None = None) -> Study:
    """Return the Study of so many branches within reach beside the quarter before; in one statement."""
    last = quarter.previous()
    rows = Fact.objects.filter(
        family="study", measure__in=(STUDY_MINUTES, STUDY_UNKNOWN), organisation__kind=Kind.BRANCH
    )
    rows = rows.filter(period__in=(str(quarter), str(last))).visible_to(user).order_by()
    if top is not None:
        rows = rows.filter(within(top))
    found = {
        (measure, period): number
        for measure, period, number in rows.values_list("measure", "period").annotate(number=Sum("own_numerator"))
    }

    def mean(period: Period) -> str:
        minutes = found.get((STUDY_MINUTES, str(period)))
        return tenths(minutes / 60 / branches) if minutes and branches else ""

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


def stages_of(place: Organisation | None, quarter: Period) -> Stages | None:
    """Return the Stages of a quarter at `place` with all below it, None where nothing was due; in one statement."""
    if place is None:
        return None
    measures = {f"sync.{kind.value}": STAGE_SHORT[kind] for kind in SyncStageKind}
    last = quarter.previous()
    facts = {
        (row.measure, row.period): row
        for row in Fact.objects.filter(
            organisation=place, period__in=(str(quarter), str(last)), measure__in=(*measures, SYNC_CLOSURE)
        )
    }

    def rows(period: Period) -> list[Row]:
        found = [(name, facts.get((measure, str(period)))) for measure, name in measures.items()]
        return [
            Row(name, fact.numerator, fact.late, fact.overdue) if fact else Row(name, 0, 0, 0) for name, fact in found
        ]

    now, before = rows(quarter), rows(last)
    if not any(row.due for row in now):
        return None
    due, closure = sum(row.due for row in before), facts.get((SYNC_CLOSURE, str(quarter)))
    return Stages(
        now,
        closure.numerator if closure else 0,
        (closure.denominator or 0) if closure else 0,
        round(100 * sum(row.same for row in before) / due, 1) if due else None,
        last.short(),
        to_confirm_in(quarter, place),
    )
