"""Steps of runs as they stand: one reading of them for pages, waiting lists and measures."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from django.db.models import F, Q, QuerySet

from branches.access.models import User
from common import clock
from members.activities.models import COUNTING_STATES, Activity, ActivityJudgement, ActivityKind
from members.activities.ties import uncounted_words
from responsibilities.policies.models import PolicyRun, RunStep, StepRecord, kinds_in
from responsibilities.policies.rules import (
    CANCELLED,
    DUE_SOON,
    OVERDUE,
    SKIPPED,
    Judged,
    Point,
    closed_on,
    is_closed,
    judge,
    workdays_between,
)
from responsibilities.policies.seats import seat_words


class Line(NamedTuple):
    """One step of a run with what was said of it, as plain values: a year of an agency has tens of thousands."""

    pk: int
    run: int
    organisation: int
    opened_on: date
    cancelled_on: date | None
    days: int | None
    counted_from: str
    optional: bool
    done_on: date | None
    skipped_on: date | None
    version: int
    policy: int
    # The record that closed it.
    activity: int | None = None

    def point(self) -> Point:
        return Point(self.days, self.counted_from, self.optional, self.done_on, self.skipped_on)


_COLUMNS = (
    "pk",
    "run_id",
    "organisation_id",
    "run__opened_on",
    "run__cancelled_on",
    "step__days",
    "step__counted_from",
    "step__optional",
    "done_on",
    "skipped_on",
    "run__version_id",
    "run__version__policy_id",
)


def closed_by(steps: QuerySet[RunStep], as_of: date) -> dict[int, tuple[date, int]]:
    """Return {step of a run: (day, id of the record that closed it)}: the first that counts, of a kind that it yields.

    A record counts once another has confirmed it there, and it is valid for the organisation at which the step waits.
    """
    counting = StepRecord.objects.counting().filter(
        step__in=steps.order_by().values("pk"),
        activity__day__lte=as_of,
        activity__judgements__valid=True,
        activity__judgements__organisation=F("step__organisation"),
    )
    columns = ("step", "activity__day", "activity", "activity__judgements__kind", "step__step__yields")
    found: dict[int, tuple[date, int]] = {}
    for step, day, record, kind, yields in counting.order_by().values_list(*columns):
        if kind in kinds_in(yields):
            found[step] = min(found.get(step, (day, record)), (day, record))
    return found


def lines_of(runs: QuerySet[PolicyRun], as_of: date) -> dict[int, list[Line]]:
    """Return {run id: its Lines in order} of runs, with the days on which records closed steps; two statements."""
    steps = RunStep.objects.filter(run__in=runs.order_by().values("pk"))
    found: dict[int, list[Line]] = {}
    rows = [Line(*row) for row in steps.order_by("run", "step__order").values_list(*_COLUMNS)]
    closed = closed_by(steps, as_of) if rows else {}
    for line in rows:
        if line.skipped_on is not None and line.skipped_on > as_of:
            line = line._replace(skipped_on=None)
        by_record = closed.get(line.pk)
        if by_record is not None and line.skipped_on is None:
            done = min(by_record[0], line.done_on) if line.done_on else by_record[0]
            line = line._replace(done_on=done, activity=by_record[1])
        elif line.done_on is not None and line.done_on > as_of:
            line = line._replace(done_on=None)
        found.setdefault(line.run, []).append(line)
    return found


def judged_lines(runs: QuerySet[PolicyRun], as_of: date) -> dict[int, list[tuple[Line, Judged]]]:
    """Return {run id: [(Line, how it stands)]} of runs as of a day."""
    found = {}
    for run, lines in lines_of(runs, as_of).items():
        cancelled = lines[0].cancelled_on
        ended = cancelled if cancelled is not None and cancelled <= as_of else None
        found[run] = list(
            zip(lines, judge(lines[0].opened_on, (line.point() for line in lines), as_of, ended), strict=True)
        )
    return found


def missed(line: Line, judged: Judged) -> bool:
    """Whether a step that must be done was let go only after its day: skipped, or left of a run that was cancelled.

    That it need not be done any more takes no miss away.
    """
    if judged.due is None or line.optional:
        return False
    gone = {SKIPPED: line.skipped_on, CANCELLED: line.cancelled_on}.get(judged.state)
    return gone is not None and gone > judged.due


@dataclass
class StepView:
    """A step of a run for a page. note: why a tied record does not count yet; activity: id of the record that closed it."""

    row: RunStep
    judged: Judged
    done_on: date | None
    activity: int | None = None
    note: str = ""
    tied: list[StepRecord] = field(default_factory=list)

    @property
    def state(self) -> str:
        return self.judged.state

    @property
    def late(self) -> int:
        return self.judged.days_late(clock.today())

    @property
    def who(self) -> str:
        """Who has it, and where it waits."""
        return f"{self.row.organisation.label}　{seat_words(self.row.step.seat, self.row.holder)}"

    @property
    def vacant(self) -> str:
        """「{组织}目前无人担任{席位}」, "" where somebody did."""
        place = self.row.vacant_at
        return f"{place.label}目前无人担任{seat_words(self.row.step.seat)}" if place is not None else ""

    @property
    def open(self) -> bool:
        return not self.judged.settled and self.state != "cancelled"

    @property
    def ready(self) -> bool:
        """Whether it may be done now: the step from which its days are counted is settled."""
        return self.open and self.judged.begun


@dataclass
class RunView:
    """A run for a page. closed_on: the day of its last step that must be done, None while it is open or was cancelled."""

    run: PolicyRun
    steps: list[StepView]

    @property
    def closed(self) -> bool:
        return is_closed((view.row.step.optional, view.judged) for view in self.steps)

    @property
    def closed_on(self) -> date | None:
        if self.run.cancelled_on is not None:
            return None
        steps = ((view.row.step.optional, view.judged, view.done_on or view.row.skipped_on) for view in self.steps)
        return closed_on(self.run.opened_on, steps)

    @property
    def took(self) -> int | None:
        """Working days from its beginning to its end; None while it is open, was cancelled, or nobody can say."""
        return None if self.closed_on is None else workdays_between(self.run.opened_on, self.closed_on)

    @property
    def state(self) -> str:
        """open, overdue (a step is), closed, cancelled."""
        if self.run.cancelled_on is not None:
            return "cancelled"
        if self.closed:
            return "closed"
        return "overdue" if self.late else "open"

    @property
    def late(self) -> int:
        """Days by which its latest step is overdue."""
        return max((view.late for view in self.steps), default=0)

    @property
    def waiting(self) -> list[StepView]:
        """The steps that wait now: of a procedure whose days are counted from its beginning several at once."""
        return [view for view in self.steps if view.ready and not view.row.step.optional]

    @property
    def next(self) -> StepView | None:
        """The step that waits now; of several the one that is latest."""
        return max(self.waiting, key=lambda view: view.late, default=None)

    @property
    def records(self) -> list[Activity]:
        """The records that closed its steps, each once."""
        found = {
            tie.activity_id: tie.activity
            for view in self.steps
            for tie in view.tied
            if tie.activity_id == view.activity
        }
        return list(found.values())

    @property
    def in_time(self) -> tuple[int, int]:
        """(steps done in time, steps done or overdue), as they are counted: those of which a day can be said."""
        states = [view.state for view in self.steps if view.judged.due is not None]
        return states.count("done"), sum(state in ("done", "done_late", "overdue") for state in states)


def run_views(runs: QuerySet[PolicyRun] | Iterable[PolicyRun], today: date | None = None) -> list[RunView]:
    """Return the RunViews of runs, in their order; a constant number of statements."""
    today = today or clock.today()
    listed = list(runs)
    if not listed:
        return []
    keys = [run.pk for run in listed]
    judged = judged_lines(PolicyRun.objects.filter(pk__in=keys), today)
    rows = RunStep.objects.filter(run__in=keys).select_related(
        "step", "organisation__parent", "holder", "vacant_at__parent", "done_by"
    )
    by_key = {row.pk: row for row in rows}
    waiting = _tied(keys)
    found = []
    for run in listed:
        views = []
        for line, one in judged.get(run.pk, []):
            tied = waiting.get(line.pk, [])
            note = "" if one.settled else next(iter(_notes(tied)), "")
            views.append(StepView(by_key[line.pk], one, line.done_on, line.activity, note, tied))
        found.append(RunView(run, views))
    return found


def records_opened(user: User, views: Iterable[RunView]) -> set[int]:
    """Return those of the records that closed steps of these runs (ids) which `user` may open; one statement."""
    keys = {record.pk for view in views for record in view.records}
    rows = Activity.objects.visible_to(user).filter(pk__in=keys).order_by()
    return set(rows.values_list("pk", flat=True)) if keys else set()


def _tied(runs: list[int]) -> dict[int, list[StepRecord]]:
    rows = StepRecord.objects.active().filter(step__run__in=runs).with_confirmed()
    rows = rows.select_related("activity__organisation__parent", "step").prefetch_related(
        "activity__kinds", "activity__judgements"
    )
    found: dict[int, list[StepRecord]] = {}
    for row in rows:
        found.setdefault(row.step_id, []).append(row)
    return found


def _notes(tied: list[StepRecord]) -> list[str]:
    return [words for row in tied if (words := uncounted(row))]


def pressing(runs: QuerySet[PolicyRun]) -> list[tuple[RunStep, Judged]]:
    """Return [(step, how it stands)] of the steps of runs that must be done and whose day is near or past, the latest first.

    Four statements, whatever the number of runs.
    """
    today = clock.today()
    near = {
        line.pk: judged
        for steps in judged_lines(runs.standing(), today).values()  # type: ignore[attr-defined]
        for line, judged in steps
        if not line.optional and judged.state in (DUE_SOON, OVERDUE)
    }
    rows = RunStep.objects.select_related("run__organisation__parent", "step", "organisation__parent", "holder")
    found = [(row, near[row.pk]) for row in rows.filter(pk__in=near).order_by("pk")]
    return sorted(found, key=lambda one: one[1].due or today)


# Records among which the one that shows a step is chosen, the latest first.
MOST_RECORDS = 100


def fitting_records(user: User, step: RunStep) -> QuerySet[Activity]:
    """Return the records that `user` may tie to a step: of where it waits, since its run began, of a kind that it yields,
    submitted or accepted, not tied to it yet.
    """
    tied = StepRecord.objects.active().filter(step=step).order_by()
    kinds = ActivityKind.objects.order_by().filter(kind__in=step.step.kinds)
    rows = Activity.objects.visible_to(user).filter(
        pk__in=kinds.values("activity"),
        organisation=step.organisation_id,
        day__gte=step.run.opened_on,
        state__in=COUNTING_STATES,
    )
    latest = rows.exclude(pk__in=tied.values("activity")).order_by("-day", "-pk").values("pk")[:MOST_RECORDS]
    found = Activity.objects.filter(pk__in=latest)
    return found.select_related("organisation__parent").prefetch_related("kinds").order_by("-day", "-pk")


def uncounted(row: StepRecord) -> str:
    """Return 「已关联，未计入：…」 of a tie with `is_confirmed`, "" where it counts."""
    judged: list[ActivityJudgement] = [
        one for one in row.activity.judgements.all() if one.organisation_id == row.step.organisation_id
    ]
    return uncounted_words(row.activity, judged, is_confirmed=row.is_confirmed)


def open_runs(runs: QuerySet[PolicyRun], as_of: date | None = None) -> QuerySet[PolicyRun]:
    """Leave out the runs that were cancelled or closed: every step that must be done is settled, by a person or by records.

    The one answer to "which runs go on"; three statements before the returned one.
    """
    left = RunStep.objects.order_by().filter(Q(step__optional=False), done_on__isnull=True, skipped_on__isnull=True)
    standing = runs.standing().filter(pk__in=left.values("run"))  # type: ignore[attr-defined]
    judged = judged_lines(standing, as_of or clock.today())
    going = [run for run, steps in judged.items() if not is_closed((line.optional, one) for line, one in steps)]
    return runs.filter(pk__in=going)
