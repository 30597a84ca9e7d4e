"""The limits that ran in a case, as they are counted: until when a step was owed, and when it was done."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from common.periods import add_months
from members.development.checks import asks
from members.development.file import CaseFile
from members.development.standing import DONE, DONE_LATE, PAPER, SKIPPED, CaseStanding, StepView
from members.development.steps import Check


@dataclass(frozen=True)
class Limit:
    """A step with its last day in time. done: when it took effect, None while it has not."""

    key: str
    due: date
    done: date | None

    @property
    def late(self) -> bool:
        return self.done is not None and self.done > self.due


def limits(file: CaseFile, standing: CaseStanding, today: date) -> list[Limit]:
    """Return the limits of a case, in the order of its steps.

    today: the day on which it is judged, of a case that is over its last one; what would have been due later is no limit then.
    """
    found = [Limit("6", due, day) for due, day in standing.of("6").reviews]
    found += _within(file, standing, today)
    return [one for one in found if file.closed_on is None or one.done is not None or one.due < file.closed_on]


def _within(file: CaseFile, standing: CaseStanding, today: date) -> Iterator[Limit]:
    views = {view.step.key: view for view in standing.steps}
    for view in standing.steps:
        for check in view.step.checks:
            if check.check == "within" and view.state not in (PAPER, SKIPPED):
                yield from _limit(file, view, views[check.of], check, today)


def _limit(file: CaseFile, view: StepView, of: StepView, check: Check, today: date) -> Iterator[Limit]:
    since = of.entry.day if of.stood and of.entry is not None else None
    stands = view.state in (DONE, DONE_LATE)
    day = view.entry.day if stands and view.entry is not None else None
    if since is None or not asks(check, day or today):
        return
    due = add_months(since, check.months)
    # What had passed before the case was taken over rests on paper.
    if file.taken_over_on is None or due >= file.taken_over_on:
        yield Limit(view.step.key, due, day)
