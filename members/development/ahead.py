"""Steps of a case that are still to come: from which day on, until when, and what they wait for."""

from dataclasses import replace
from datetime import date, timedelta

from common.periods import add_months
from members.development.checks import asks, listing_from, put_off_until
from members.development.file import EXTEND, TO_FULL
from members.development.reached import Reached, last_entry
from members.development.standing import DUE_SOON, LATER, NOT_DUE, OVERDUE, READY, WAITING, Fault, StepView
from members.development.steps import WARN, Check, Step

# A due step is near within so many days, where nothing else is set (setting due_soon_days rules elsewhere; here the board says 15).
NEAR = 15
# Of a step that is open after the day until which it should have been done before the case was taken over.
PAST_LIMIT = "时限在接续前已过，以纸质材料为准。"
NO_APPLICATION = "还没有转正申请，只能讨论延长预备期或取消预备党员资格。"


def on_paper(at: Reached, check: Check) -> bool:
    """Whether a limit had passed before the case was taken over: it rests on paper, neither proof nor fault."""
    since = at.stood.get(check.of) if check.check == "within" else None
    if since is None or at.file.taken_over_on is None:
        return False
    return add_months(since, check.months) < at.file.taken_over_on


def still_open(at: Reached, step: Step) -> StepView:
    """Return the view of a step without an entry: ready, near, overdue, or what it waits for."""
    missing = {key for key in step.needs if key not in at.stood}
    if missing - set(step.only_full):
        return _later_view(at, step)
    if (first := first_day(at, step)) is not None:
        note = _waits_for(at, step, first)
        state = WAITING if step.key == "8a" else NOT_DUE
        return StepView(step, state, due=None, from_day=first, note=note, since=_since_of(at, step))
    if step.key == "8a":
        return _notice_view(at, step)
    due, since = due_of(at, step)
    view = StepView(step, READY) if due is None else dated_view(at, step, due, since)
    if missing:
        # Whoever does not apply can be kept on probation, or lose it (第三十一、三十二条).
        return replace(view, note=NO_APPLICATION)
    past = PAST_LIMIT if due is None and any(on_paper(at, one) for one in step.checks) else ""
    if step.key == "22" and due is None and _ended_on_paper(at):
        past = f"预备期已于 {at.probation_ends:%Y-%m-%d} 满。"
    return replace(view, note=_decided_words(at, step) or past)


def _ended_on_paper(at: Reached) -> bool:
    """Whether the probation was over before the case was taken over: what should have been done then is nobody's delay here."""
    ends, over = at.probation_ends, at.file.taken_over_on
    return ends is not None and over is not None and at.extension is None and ends < over


def _decided_words(at: Reached, step: Step) -> str:
    """What an approval at the end of a probation is to be of, where that is not admission."""
    vote = last_entry(at.file, "23")
    if step.key not in ("23a", "24") or vote is None or vote.vote is None or vote.vote.about == TO_FULL:
        return ""
    what = f"延长预备期 {vote.vote.months} 个月" if vote.vote.about == EXTEND else "取消预备党员资格"
    return f"{vote.day:%-m月%-d日}大会通过{what}。"


def _later_view(at: Reached, step: Step) -> StepView:
    """What waits for another step; a limit runs all the same, from what has taken place."""
    due, since = due_of(at, step)
    if due is None or due >= at.today:
        return StepView(step, LATER)
    return StepView(step, LATER, due=due, since=since, faults=dated_view(at, step, due, since).faults)


def dated_view(at: Reached, step: Step, due: date, since: date | None) -> StepView:
    """Return the view of a step that is owed until `due`, counted from `since`."""
    if due >= at.today:
        state = DUE_SOON if (due - at.today).days <= NEAR else NOT_DUE
        return StepView(step, state, due=due, since=since)
    late = (at.today - due).days
    limit = next((one for one in step.checks if one.check in ("within", "reviewed", "put_off")), None)
    rule = limit.rule if limit else (step.rules[0] if step.rules else "")
    words = f"{step.name}应在 {due:%Y-%m-%d} 前办理，已逾期 {late} 天。"
    fault = Fault(step.key, rule, WARN, words, due + timedelta(days=1), True, late=True)
    return StepView(step, OVERDUE, due=due, since=since, faults=(fault,) if limit else ())


def due_of(at: Reached, step: Step) -> tuple[date | None, date | None]:
    """Return (until when, counted from when) of a step that is open."""
    if step.key == "22":
        return (None, None) if _ended_on_paper(at) else (at.probation_ends, at.stood.get("15"))
    for check in step.checks:
        if check.check == "put_off":
            until = put_off_until(at.file, at.stood, at.probation_ends, check)
            if until is not None:
                return until, at.probation_ends
        since = at.stood.get(check.of) if check.check == "within" else None
        if since is not None and asks(check, at.today) and not on_paper(at, check):
            return add_months(since, check.months), since
    return None, None


def first_day(at: Reached, step: Step) -> date | None:
    """Return the first day on which a step may be done where that lies ahead, None where it may be done already."""
    day = _ready_from(at, step)
    return day if day is not None and day > at.today else None


def _ready_from(at: Reached, step: Step) -> date | None:
    """Return the first day on which a step that needs nothing else may be done, None where that is any day."""
    days = [
        add_months(since, check.months)
        for check in step.checks
        if check.check == "after" and (since := at.stood.get(check.of)) is not None
    ]
    if step.key == "23" and at.probation_ends is not None:
        days.append(at.probation_ends)
    notice = at.file.notice
    if step.key == "8a" and notice is not None and notice.last is not None:
        days.append(listing_from(notice.last))
    return max(days, default=None)


def _since_of(at: Reached, step: Step) -> date | None:
    return next((at.stood.get(one.of) for one in step.checks if one.check == "after"), None)


def _waits_for(at: Reached, step: Step, day: date) -> str:
    if step.key == "8a":
        notice = at.file.notice
        assert notice is not None and notice.last is not None
        return f"公示期至 {notice.last:%Y-%m-%d}，{day:%Y-%m-%d} 起可列为发展对象。"
    return f"{day:%Y-%m-%d} 起可以办理。"


def _notice_view(at: Reached, step: Step) -> StepView:
    notice = at.file.notice
    if notice is None:
        return StepView(step, READY, note="先登记公示。")
    if notice.last is None:
        words = f"时限待定：{notice.posted.year}年节假日安排尚未收录。"
        return StepView(step, WAITING, note=words)
    return StepView(step, READY, note=f"公示期已满（至 {notice.last:%Y-%m-%d}），可列为发展对象。")
