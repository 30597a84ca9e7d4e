"""When a step of a run falls due, and how it stands; when an organisation ought to have taken note. Needs no database."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from common.workdays import UnknownYear, is_workday

# Days before its due day on which a step is said to be near.
NEAR = 3

NOT_DUE, DUE_SOON, OVERDUE, UNDETERMINED = "not_due", "due_soon", "overdue", "undetermined"
DONE, DONE_LATE, SKIPPED, CANCELLED = "done", "done_late", "skipped", "cancelled"
SETTLED = frozenset({DONE, DONE_LATE, SKIPPED})
OWED = frozenset({DUE_SOON, OVERDUE, UNDETERMINED})
NO_DAYS = "时限待定：制度没有写明几个工作日。"


@dataclass(frozen=True)
class Point:
    """What judges a step. days: working days, None where the policy does not say. done_on, skipped_on: how it was settled."""

    days: int | None
    counted_from: str = "previous"
    optional: bool = False
    done_on: date | None = None
    skipped_on: date | None = None


@dataclass(frozen=True)
class Judged:
    """A step as it stands. due: None while it cannot be said; why: then the sentence, "" where the step before is not done."""

    state: str
    due: date | None = None
    why: str = ""

    @property
    def settled(self) -> bool:
        return self.state in SETTLED

    @property
    def begun(self) -> bool:
        """Whether its days run, or ran: the step from which they are counted is settled."""
        return self.state != NOT_DUE or self.due is not None

    def days_late(self, today: date) -> int:
        """Calendar days past the due day while it is not done, else 0."""
        return (today - self.due).days if self.state == OVERDUE and self.due is not None else 0


@lru_cache(maxsize=8192)
def due_after(base: date, days: int) -> tuple[date | None, str]:
    """Return (the last of `days` working days after `base`, ""), of 0 days `base` itself.

    (None, sentence) where that needs a year whose holidays are not published yet.
    """
    day = base
    for _ in range(days):
        day += timedelta(days=1)
        try:
            while not is_workday(day):
                day += timedelta(days=1)
        except UnknownYear:
            return None, f"时限待定：{day.year}年节假日安排尚未收录。"
    return day, ""


@lru_cache(maxsize=8192)
def workdays_between(first: date, last: date) -> int | None:
    """Return how many working days lie after `first`, up to `last`; None where a year's holidays are not published."""
    try:
        return sum(is_workday(first + timedelta(days=day)) for day in range(1, (last - first).days + 1))
    except UnknownYear:
        return None


def judge(opened_on: date, points: Iterable[Point], today: date, cancelled_on: date | None = None) -> list[Judged]:
    """Return the Judged of each step of a run, in order.

    A step counted from the one before it has no due day until that one is settled; an optional one that was passed over
    is stepped across. What was not settled when the run was cancelled is cancelled.
    """
    found: list[Judged] = []
    base: date | None = opened_on
    for point in points:
        start = opened_on if point.counted_from == "trigger" else base
        due, why = _due(start, point.days)
        found.append(Judged(_state(point, start, due, today, cancelled_on), due, why))
        settled = point.done_on or point.skipped_on
        if settled is not None:
            base = max(settled, opened_on)
        elif not point.optional:
            base = None
    return found


def _due(start: date | None, days: int | None) -> tuple[date | None, str]:
    if start is None:
        return None, ""
    return (None, NO_DAYS) if days is None else due_after(start, days)


def _state(point: Point, start: date | None, due: date | None, today: date, cancelled_on: date | None) -> str:
    if point.skipped_on is not None:
        return SKIPPED
    if point.done_on is not None:
        return DONE_LATE if due is not None and point.done_on > due else DONE
    if cancelled_on is not None:
        return CANCELLED
    if start is None:
        return NOT_DUE
    if due is None:
        return UNDETERMINED
    if today > due:
        # What need not be done is never late.
        return NOT_DUE if point.optional else OVERDUE
    return DUE_SOON if (due - today).days <= NEAR else NOT_DUE


def is_closed(points: Iterable[tuple[bool, Judged]]) -> bool:
    """Whether a run is closed: every step that is not optional is done or skipped. points: (optional, Judged)."""
    return all(optional or judged.settled for optional, judged in points)


def closed_on(opened_on: date, steps: Iterable[tuple[bool, Judged, date | None]]) -> date | None:
    """Return the day on which a run was closed: that of its last step that must be done; None while one is open.

    steps: (optional, how it stands, day on which it was settled). What need not be done puts nothing off.
    """
    needed = [(judged, day) for optional, judged, day in steps if not optional]
    if not all(judged.settled for judged, _ in needed):
        return None
    return max((day for _, day in needed if day is not None), default=opened_on)


def receipt_state(due: date | None, noted_on: date | None, today: date) -> str:
    """Return how a receipt stands: done, done_late, due_soon, overdue, undetermined."""
    if noted_on is not None:
        return DONE_LATE if due is not None and noted_on > due else DONE
    if due is None:
        return UNDETERMINED
    return OVERDUE if today > due else DUE_SOON
