"""Proofs that are a person's own: his organisation life from attendance, the yearly review, talks."""

from common.periods import Period
from members.activities.models import ATTENDING, AttendanceState
from members.activities.selectors.called import called
from members.activities.selectors.counting import CountingRecord
from members.roster.models.members import Member
from responsibilities.duties.models import Duty, Level
from responsibilities.duties.proofs.asks import kinds_of
from responsibilities.duties.proofs.context import ProofContext, tally
from responsibilities.duties.slot import DutySlot, Slots, nothing_owed, period_slot, periods_of

NO_MEMBER = "账号没有关联党员，考勤无从查起"


def attendance(context: ProofContext, duties: list[Duty]) -> Slots:
    """Presence at the records of one's own branch: so many times in each period; of a member, at all he was called to."""
    found: Slots = {}
    for duty in duties:
        members = context.members[duty.list_id]
        slots = []
        for period, due in periods_of(duty):
            slot = period_slot(duty, period, due, expected=duty.times)
            if not members:
                slot.words, slot.text = True, NO_MEMBER
            elif duty.list.level == Level.MEMBER:
                _all_called(context, slot, period, members[0], kinds_of(duty))
            else:
                _so_many(context, slot, period, members[0], kinds_of(duty))
            slots.append(slot)
        found[duty.pk] = slots
    return found


def _all_called(context: ProofContext, slot: DutySlot, period: Period, member: Member, kinds: tuple[str, ...]) -> None:
    """Present or excused of all records of his branch that name him; what was not recorded or exempt is left out."""
    own = [pk for pk, row in context.own_records(member.pk, kinds).items() if row.day in period]
    found = called(own, context.attendance.get(member.pk, {}))
    slot.records, slot.expected, slot.done = found.records, found.expected, found.attended + found.excused
    slot.text = f"应参加 {slot.expected} 次，出席或请假 {slot.done} 次"
    if found.silent:
        slot.text += f"，{found.silent} 次考勤未记录"
    if member.exempt_on(slot.due):
        slot.expected, slot.done, slot.text = 0, 0, "已登记为不作硬性要求"
    elif slot.expected == 0 and found.silent:
        slot.expected, slot.unknown = 1, True


def _so_many(context: ProofContext, slot: DutySlot, period: Period, member: Member, kinds: tuple[str, ...]) -> None:
    there = context.attendance.get(member.pk, {})
    own = {pk: row for pk, row in context.own_records(member.pk, kinds).items() if row.day in period}
    tally(slot, [row for pk, row in sorted(own.items()) if there.get(pk) in ATTENDING], period)
    silent = sum(there.get(pk) == AttendanceState.NOT_RECORDED for pk in own)
    slot.text = f"所在支部 {len(own)} 次，出席 {slot.done} 次"
    if slot.proved:
        return
    if silent:
        slot.text += f"，{silent} 次考勤未记录"
        slot.unknown = slot.words = context.as_of > slot.due
    elif not own and context.as_of > slot.due:
        slot.expected, slot.text = 0, "所在支部当期没有组织生活记录"


def review(context: ProofContext, duties: list[Duty]) -> Slots:
    """The yearly review of one's own branch: taken part, as its attendance says."""
    found: Slots = {}
    for duty in duties:
        member = duty.list.member_id or 0
        there = context.attendance.get(member, {})
        own = context.own_records(member, kinds_of(duty))
        slots = []
        for period, due in periods_of(duty):
            slot = period_slot(duty, period, due, expected=duty.times)
            tally(slot, [row for pk, row in sorted(own.items()) if there.get(pk) in ATTENDING], period)
            slot.text = "已参加民主评议" if slot.done else "未见参加民主评议的记录"
            # A meeting that makes up for another year says nothing of this one.
            silent = [pk for pk, row in own.items() if row.meets(period)]
            if not slot.proved and any(there.get(pk) == AttendanceState.NOT_RECORDED for pk in silent):
                slot.unknown, slot.words, slot.text = True, True, "民主评议的考勤未记录"
            slots.append(slot)
        found[duty.pk] = slots
    return found


def talks(context: ProofContext, duties: list[Duty]) -> Slots:
    """A member's own talk in the year; a leader's talks with the secretaries of the departments in his portfolio."""
    found: Slots = {}
    for duty in duties:
        if duty.list.level == Level.MEMBER:
            mine = _talks(context, duty.list.member_id or 0, kinds_of(duty))
            found[duty.pk] = [
                tally(
                    period_slot(duty, period, due, expected=duty.times, text="系统只记时间和对象"),
                    mine.values(),
                    period,
                )
                for period, due in periods_of(duty)
            ]
        else:
            found[duty.pk] = _with_secretaries(context, duty)
    return found


def _with_secretaries(context: ProofContext, duty: Duty) -> list[DutySlot]:
    members = [member.pk for member in context.members[duty.list_id]]
    secretaries = context.secretaries.get(duty.list.holder_id or 0, set()) - set(members)
    if not secretaries:
        return nothing_owed(duty, "没有登记分管处室，或其支部没有书记")
    mine = {pk: row for member in members for pk, row in _talks(context, member, kinds_of(duty)).items()}
    slots = []
    for period, due in periods_of(duty):
        slot = period_slot(duty, period, due, expected=len(secretaries))
        on_time = 0
        for secretary in sorted(secretaries):
            theirs = _talks(context, secretary, kinds_of(duty))
            shared = [mine[pk] for pk in mine if pk in theirs and mine[pk].meets(period)]
            if shared:
                slot.done += 1
                slot.records += [row.activity for row in shared]
                on_time += any(row.day <= due for row in shared)
        slot.late = slot.done - on_time
        slot.records = sorted(set(slot.records))
        slot.text = f"分管处室支部书记 {slot.expected} 人，已谈 {slot.done} 人"
        if not members:
            slot.words, slot.text = True, NO_MEMBER
        slots.append(slot)
    return slots


def _talks(context: ProofContext, member: int, kinds: tuple[str, ...]) -> dict[int, CountingRecord]:
    """Return {activity id: CountingRecord} of the talks a person took part in, as host or partner."""
    there = context.attendance.get(member, {})
    found: dict[int, CountingRecord] = {}
    for row in context.everywhere(kinds):
        if there.get(row.activity) in ATTENDING or context.details[row.activity].chair == member:
            found[row.activity] = row
    return found
