"""Proof by dues: a member's own months, a committee's publication and uses. What a branch collects stands as its requirements."""

from datetime import date

from django.urls import reverse_lazy

from common.periods import MONTH, Period
from members.dues.measured import use_faults
from members.dues.models import DuesUse
from members.dues.rules import NOT_DUE, OWED, PAID, PAID_LATE
from members.dues.selectors.lives import Reckoning, reckoned
from responsibilities.duties.models import Duty
from responsibilities.duties.proofs.context import ProofContext
from responsibilities.duties.slot import DutySlot, Slots, nothing_owed, period_slot, periods_of, year_of
from responsibilities.requirements.yearly import PUBLICATIONS, owed_in

_NOTHING = "没有在系统登记党费"


def dues(context: ProofContext, duties: list[Duty]) -> Slots:
    """Of a member one slot for each period, of a committee one for the publication and one for what it used."""
    members = {duty.list.member_id for duty in duties if duty.list.member_id is not None}
    facts = reckoned(members, context.span.first, context.span.last) if members else None
    found: Slots = {}
    for duty in duties:
        if facts is not None and duty.list.member_id is not None:
            found[duty.pk] = [
                _months(facts, duty.list.member_id, period_slot(duty, period, due, expected=0), period, context.until)
                for period, due in periods_of(duty)
            ]
        else:
            found[duty.pk] = _of_committee(context, duty) or nothing_owed(duty, _NOTHING)
    return found


def _months(facts: Reckoning, member: int, slot: DutySlot, period: Period, as_of: date) -> DutySlot:
    """Count the months of a period that were due into its slot; due is the first month that is owed, else the period's end."""
    months = [month for month in period.parts(MONTH) if month.first <= as_of]
    states = {month: facts.state(member, month, as_of) for month in months}
    owed = [month for month, state in states.items() if state == OWED]
    slot.done = sum(state in (PAID, PAID_LATE) for state in states.values())
    slot.late = sum(state == PAID_LATE for state in states.values())
    slot.expected = slot.done + len(owed) + sum(state == NOT_DUE for state in states.values())
    slot.late_word = "逾期交纳"
    if owed:
        slot.due = min(slot.due, owed[0].last)
    slot.text = f"应交 {slot.expected} 个月，已交 {slot.done} 个月" if slot.expected else _NOTHING
    return slot


def _of_committee(context: ProofContext, duty: Duty) -> list[DutySlot]:
    place, year = duty.list.organisation_id, year_of(duty)
    slots = []
    for row in owed_in(PUBLICATIONS, year.year, context.until, [place]):
        slot = DutySlot(duty.pk, str(year), row.row.short, row.due, expected=row.expected, done=row.done)
        slot.records, slot.waiting, slot.rests_on = list(row.records), row.waiting, (row.row.measure,)
        slot.late, slot.text = row.late, f"应办 {row.expected}，已办 {row.done}"
        slots.append(slot)
    uses = DuesUse.objects.filter(organisation=place, on__range=(year.first, min(year.last, context.until)))
    if days := list(uses.order_by("on").values_list("on", flat=True)):
        wrong = [one.day for one in use_faults(context.until) if one.organisation == place and one.day in year]
        slot = DutySlot(duty.pk, f"uses/{year.year}", "党费使用", min(wrong, default=year.last), expected=len(days))
        slot.done, slot.url = len(days) - len(wrong), reverse_lazy("dues_uses", args=[year.year])
        slot.text = f"使用 {len(days)} 笔，经集体讨论决定 {slot.done} 笔"
        slots.append(slot)
    return slots
