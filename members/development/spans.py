"""Steps of a case that no single entry ends: the reviews of an activist and the time of a probation."""

from dataclasses import replace
from datetime import date, timedelta

from common.periods import add_months
from members.development.ahead import dated_view
from members.development.file import CaseFile, Entry
from members.development.reached import Reached, last_entry
from members.development.standing import DONE, DONE_LATE, LATER, NOT_DUE, READY, Fault, StepView
from members.development.steps import TEXT_OF_2026, WARN, Step

REVIEW_MONTHS = 6


def reviews_of(at: Reached, step: Step) -> StepView:
    """Reviews of an activist, every half year from 3 on until he is listed; time before a move counts (第十一、十二条)."""
    if "5" not in at.stood and "3" not in at.stood:
        return StepView(step, LATER)
    begun = at.stood.get("3") or at.file.taken_over_on
    if begun is None:
        return StepView(step, READY)
    listed = _listed_on(at)
    owed = review_dues(at.file, begun, listed or at.today)
    faults = [fault for due, day in owed if (fault := _late_review(at, due, day, listed or at.today))]
    if listed is not None:
        state = DONE_LATE if faults else DONE
        ran = tuple((due, day) for due, day in owed if day is not None or due < listed)
        return StepView(step, state, Entry(0, step.key, listed), faults=tuple(faults), reviews=ran)
    if "5" not in at.stood:
        return StepView(step, LATER, faults=tuple(faults), reviews=tuple(owed))
    due = next(due for due, day in owed if day is None)
    last = max((day for _, day in owed if day is not None), default=begun)
    # What the open one owes is among the faults already.
    return replace(dated_view(at, step, due, last), faults=tuple(faults), reviews=tuple(owed))


def _late_review(at: Reached, due: date, day: date | None, last_day: date) -> Fault | None:
    if day is not None and day <= due or day is None and due >= last_day:
        return None
    words = f"半年考察应在 {due:%Y-%m-%d} 前进行，"
    words += f"迟 {(day - due).days} 天。" if day is not None else "没有进行。"
    return Fault("6", "dev-review-6m", WARN, words, due + timedelta(days=1), day is None, late=True)


def _listed_on(at: Reached) -> date | None:
    """Return the day from which the person is 发展对象, by entries alone: 6 stands before 8a."""
    entry = last_entry(at.file, "8a")
    if entry is not None and "8a" not in at.paper:
        notice = at.file.notice
        over = notice is not None and notice.last is not None and entry.day > notice.last
        return entry.day if over or entry.day < TEXT_OF_2026 else None
    filed = last_entry(at.file, "8")
    if filed is not None and filed.day < TEXT_OF_2026:
        return filed.day
    return at.file.taken_over_on if "8a" in at.paper else None


def probation_of(at: Reached, step: Step) -> StepView:
    """Return the view of the time between the vote on admission and the end of the probation (第三十一条)."""
    if "17" not in at.stood:
        return StepView(step, LATER)
    ends = at.probation_ends
    if ends is None:
        return StepView(step, READY)
    if ends <= at.today:
        return StepView(step, DONE, Entry(0, step.key, ends), due=ends)
    return StepView(step, NOT_DUE, due=ends, since=at.stood.get("15"))


def review_dues(file: CaseFile, begun: date, last_day: date) -> list[tuple[date, date | None]]:
    """Return [(until when a half-yearly review was owed, when it took place or None)], up to the first one due after `last_day`.

    Half years run from the day of 3 (`begun`); of each one review is owed, which may come late (第十一条). What was owed before a case
    was taken over rests on paper.
    """
    found: list[tuple[date, date | None]] = []
    reviews = sorted(one for one in file.reviews if begun <= one <= last_day)
    kept_from = file.taken_over_on or begun
    number, start = 0, begun
    while not found or found[-1][1] is not None or found[-1][0] < last_day:
        number += 1
        due = add_months(begun, REVIEW_MONTHS * number)
        if due < kept_from:
            start = due
            continue
        day = next((one for one in reviews if one > start or (number == 1 and one == start)), None)
        reviews = [one for one in reviews if day is not None and one > day]
        found.append((due, day))
        start = due
    return found
