"""Proof that a member took part in votes: elections of his branch, and its meetings that voted on somebody's admission.

Who has a vote: 基层组织选举工作条例 第五条 (rule elec-voters). A meeting of which he was spared is left out, as in all his attendance.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Any

from members.activities.models import ActivityKindCode, AttendanceState
from members.activities.selectors.called import called
from responsibilities.duties.models import Duty
from responsibilities.duties.proofs.asks import kinds_of
from responsibilities.duties.proofs.context import ProofContext
from responsibilities.duties.slot import DutySlot, Slots, period_slot, periods_of

NONE = "没有应参加的选举和表决"


def votes(context: ProofContext, duties: list[Duty]) -> Slots:
    """One slot for each period: present or excused at all votes to which he was called and in which he had a vote."""
    full, watched = (_spans(context.asked_of_members(name)) for name in ("full", "watched"))
    held = {pk for (pk,) in context.asked_of_members("voted")}
    found: Slots = {}
    for duty in duties:
        member = duty.list.member_id or 0
        elections = context.own_records(member, [ActivityKindCode.ELECTION])
        own = {
            pk: row.day
            for pk, row in context.own_records(member, kinds_of(duty)).items()
            if (pk in elections or pk in held)
            and _covers(full.get(member, ()), row.day)
            and not _covers(watched.get(member, ()), row.day)
        }
        found[duty.pk] = []
        for period, due in periods_of(duty):
            slot = period_slot(duty, period, due, expected=0)
            _count(context, slot, [pk for pk, day in own.items() if day in period], member)
            found[duty.pk].append(slot)
    return found


def _count(context: ProofContext, slot: DutySlot, own: list[int], member: int) -> None:
    there = context.attendance.get(member, {})
    mine = called(own, there)
    slot.records, slot.expected, slot.done = mine.records, mine.expected, mine.attended + mine.excused
    silent = sum(there.get(pk) == AttendanceState.NOT_RECORDED for pk in own)
    slot.text = f"应参加选举和表决 {slot.expected} 次，出席或请假 {slot.done} 次" if own else NONE
    if silent:
        slot.text += f"，{silent} 次考勤未记录"
        slot.unknown = not slot.expected
        slot.expected = slot.expected or 1


Spans = list[tuple[date, date]]


def _spans(rows: Iterable[Any]) -> dict[int, Spans]:
    found: dict[int, Spans] = defaultdict(list)
    for member, starts, ends in rows:
        found[member].append((starts or date.min, ends or date.max))
    return found


def _covers(spans: Spans | tuple[()], day: date) -> bool:
    return any(first <= day <= last for first, last in spans)
