"""Proof by the cases of development: limits kept at a branch, what a general branch and the Party group heard, what a committee approved.

No slot names a person: whoever reads a duty need not read the case.
"""

from collections.abc import Iterable
from datetime import date
from functools import partial

from django.urls import reverse_lazy

from common.periods import QUARTER, Period
from members.development.measured import CaseLimit, Heard, case_limits, heard_before
from members.development.steps import step
from responsibilities.duties.models import Duty, Level
from responsibilities.duties.proofs.context import ProofContext
from responsibilities.duties.slot import GONE, DutySlot, Slots, nothing_owed, period_slot, periods_of, was_gone, year_of
from responsibilities.requirements.yearly import ANALYSES, owed_in

# Who hears what in a case, by the level of the list.
_HEARING = {Level.PARTY_GROUP: ("16a", "23a"), Level.GENERAL_BRANCH: ("15a",)}

_NOTHING = "本年度没有这类事项"


def development(context: ProofContext, duties: list[Duty]) -> Slots:
    """Slots of branches for each period, of a committee for its analysis and each quarter's approvals, of others for each hearing."""
    as_of = context.until
    limits = _limits(context) if any(duty.list.level in (Level.BRANCH, Level.COMMITTEE) for duty in duties) else []
    keys = {key for duty in duties for key in _HEARING.get(Level(duty.list.level), ())}
    heard = heard_before(as_of, keys) if keys else []
    analyses = partial(_analysis, context, {duty.list.organisation_id for duty in duties})
    found: Slots = {}
    for duty in duties:
        mine = [one for one in limits if one.organisation == duty.list.organisation_id]
        if duty.list.level == Level.BRANCH:
            found[duty.pk] = [_period(context, duty, *part, mine) for part in periods_of(duty)]
        elif duty.list.level == Level.COMMITTEE:
            found[duty.pk] = [*analyses(duty), *_approvals(duty, mine)] or nothing_owed(duty, _NOTHING)
        else:
            found[duty.pk] = _heard(context, duty, heard)
    return found


def _limits(context: ProofContext) -> list[CaseLimit]:
    """The limits of the cases that these duties rest on: of branches alone those of their own people."""
    read = context.read_of("development")
    if read is not None:
        return case_limits(context.until, cases=[pk for (pk,) in read["cases"]])
    return case_limits(context.until, branches=context.branches_of("development") or None)


def _period(context: ProofContext, duty: Duty, period: Period, due: date, limits: Iterable[CaseLimit]) -> DutySlot:
    slot = period_slot(duty, period, due, expected=0, late_word="逾期办理", url=reverse_lazy("development_list"))
    if was_gone(context.places[duty.list.organisation_id], period, due):
        slot.text = GONE
        return slot
    _count(slot, [one for one in limits if one.due in period])
    slot.text = slot.text or "当期没有到期的发展环节"
    return slot


def _count(slot: DutySlot, limits: list[CaseLimit]) -> None:
    """Count limits into a slot; it is due with the first of them that is still open."""
    if not limits:
        return
    slot.expected, slot.done = len(limits), sum(one.done is not None for one in limits)
    slot.late = sum(one.late for one in limits)
    slot.due = min((one.due for one in limits if one.done is None), default=slot.due)
    slot.text = f"到期的环节 {slot.expected} 个，已办 {slot.done} 个"


def _approvals(duty: Duty, limits: list[CaseLimit]) -> Iterable[DutySlot]:
    for quarter in year_of(duty).parts(QUARTER):
        mine = [one for one in limits if one.due in quarter]
        if mine:
            name = f"{quarter.short()}到期的审批"
            slot = DutySlot(duty.pk, f"approvals/{quarter}", name, quarter.last, late_word="逾期办理")
            slot.url = reverse_lazy("development_queue")
            _count(slot, mine)
            yield slot


def _analysis(context: ProofContext, committees: set[int], duty: Duty) -> Iterable[DutySlot]:
    year = year_of(duty)
    for row in owed_in(ANALYSES, year.year, context.until, committees):
        if row.organisation == duty.list.organisation_id:
            slot = DutySlot(duty.pk, str(year), row.row.short, row.due, expected=row.expected, done=row.done)
            slot.late, slot.late_word = row.late, row.late_word.removesuffix("完成")
            slot.records, slot.waiting, slot.rests_on = list(row.records), row.waiting, (row.row.measure,)
            slot.text = f"应办 {row.expected}，已办 {row.done}"
            yield slot


def _heard(context: ProofContext, duty: Duty, rows: Iterable[Heard]) -> list[DutySlot]:
    year, keys = year_of(duty), _HEARING.get(Level(duty.list.level), ())
    slots = []
    for one in rows:
        if one.key not in keys or one.due not in year or not context.below(duty.list.organisation_id, one.branch):
            continue
        name = step(one.key).name
        slot = DutySlot(duty.pk, f"heard/{one.case}/{one.key}", name, one.due, late_word="审批之后")
        slot.done, slot.late = int(one.heard_on is not None), int(one.late)
        slot.text = f"{one.heard_on:%m-%d} {name}" if one.heard_on else "未见记录"
        slots.append(slot)
    return slots or nothing_owed(duty, _NOTHING)
