"""A step that is entered once more: what was typed of it before, so that nobody types it again."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from common.text import quoted
from members.development.models.cases import CaseStep, StepResult
from members.development.selectors.cases import Case, hanging, recorded_voters, vote_of
from members.development.standing import STOPPED, UNCOUNTED
from members.development.steps import LISTING, Step

# Entered once for each of its days, which add up: what was said of one of them is not said of the next.
_ADDED_UP = frozenset({"11"})


@dataclass(frozen=True)
class Before:
    """What was entered of a step before. words: why it is entered again."""

    entry: CaseStep
    words: str

    @property
    def stands(self) -> bool:
        """Whether it was not taken back."""
        return self.entry.removed_at is None


def entered_before(case: Case, spec: Step) -> Before | None:
    """Return what was entered of a step that took no effect, or was taken back; None where it stands or nothing was entered.

    What was decided against is decided anew, and nothing of it is said for the next decision.
    """
    view = case.standing.of(spec.key)
    if view.state in (STOPPED, UNCOUNTED) and view.entry is not None:
        entry = next((one for one in case.row.entries.all() if one.pk == view.entry.pk), None)
        if entry is None or entry.result != StepResult.PASSED or spec.key in _ADDED_UP:
            return None
        return Before(entry, view.note)
    if any(one.key == spec.key for one in case.row.entries.all()):
        return None
    rows = CaseStep.objects.filter(case=case.row, key=spec.key, removed_at__isnull=False)
    removed = rows.select_related("vote", "activity").order_by("removed_at", "pk").last()
    return None if removed is None else Before(removed, f"上次的登记已撤下：{removed.remove_reason}")


def stands_already(case: Case, spec: Step, day: date | None = None) -> str:
    """Return that a step stands and how it is put right, "" where it may be entered (on `day`).

    What adds up is entered day by day; what was decided against above is done once more after that.
    """
    view = case.standing.of(spec.key)
    entry = next((one for one in case.row.entries.all() if view.entry is not None and one.pk == view.entry.pk), None)
    if not view.stood or entry is None or spec.key in _ADDED_UP or _refused_since(case, spec, day):
        return ""
    shown = f"，{quoted(entry.activity.title or entry.activity.kinds_label)}" if entry.activity is not None else ""
    decision = case.standing.decision_on(spec.key)
    who = f"上级已据此办理{decision.step.name}，须先由上级撤下" if decision is not None else "请先撤下"
    return f"{spec.name}已经登记（{entry.day:%Y-%m-%d}{shown}），仍然有效；要更正的，{who}原来的登记，再重新登记。"


def _refused_since(case: Case, spec: Step, day: date | None) -> bool:
    views = [one for one in case.standing.steps if spec.key in one.step.needs and one.entry is not None]
    return any(
        one.entry.result != StepResult.PASSED and (day is None or day >= one.entry.day)
        for one in views
        if one.entry is not None
    )


def typed(case: Case, before: Before) -> dict[str, Any]:
    """Return what was typed, by the fields of the form of a step."""
    entry = before.entry
    values: dict[str, Any] = {"document": entry.document, "text": entry.text, "result": entry.result}
    values |= {"day": entry.day} if entry.activity_id is None else {"activity": entry.activity_id}
    if (vote := vote_of(entry)) is not None:
        values |= {name: getattr(vote, name) for name in ("about", "yes", "no", "abstain")}
        values |= {"written_yes": vote.written, "months": vote.months or None}
        if recorded_voters(entry) is None:
            # A record says by itself how many have a vote, and another one says something else.
            values |= {"expected": vote.expected, "present": vote.present}
    notice = hanging(case.row)
    if entry.key == LISTING and notice is not None:
        values["objections"] = notice.objections
    return values
