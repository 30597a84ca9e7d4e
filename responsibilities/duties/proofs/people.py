"""Proofs that are a person's own: his organisation life from attendance, the yearly review, talks."""

from members.activities.models import ATTENDING
from responsibilities.duties.models import Level
from responsibilities.duties.proofs.context import kinds_of, tally
from responsibilities.duties.slot import nothing_owed, period_slot, periods_of

NO_MEMBER = "账号没有关联党员，考勤无从查起"


def attendance(question, duties):
    """Presence at the records of one's own branch: so many in each period, for a member at all that he was called to."""
    found = {}
    for duty in duties:
        members = question.members[duty.list_id]
        slots = []
        for period, due in periods_of(duty):
            slot = period_slot(duty, period, due, expected=duty.times)
            if not members:
                slot.words, slot.text = True, NO_MEMBER
            elif duty.list.level == Level.MEMBER:
                _all_called(question, slot, period, members[0], kinds_of(duty))
            else:
                _so_many(question, slot, period, members[0], kinds_of(duty))
            slots.append(slot)
        found[duty.pk] = slots
    return found


def _all_called(question, slot, period, member, kinds):
    """Present or excused of all records of his branch that name him; what was not recorded or exempt is left out."""
    there = question.attendance.get(member.pk, {})
    silent = 0
    slot.expected = 0
    for pk, row in question.own_records(member.pk, kinds).items():
        state = there.get(pk)
        if state is None or state == "exempt" or row.day not in period:
            continue
        if state == "not_recorded":
            silent += 1
            continue
        slot.expected += 1
        slot.records.append(pk)
        slot.done += state in (*ATTENDING, "leave")
    slot.text = f"应参加 {slot.expected} 次，出席或请假 {slot.done} 次"
    if silent:
        slot.text += f"，{silent} 次考勤未记录"
    if member.exempt_on(slot.due):
        slot.expected, slot.done, slot.text = 0, 0, "已登记为不作硬性要求"
    elif slot.expected == 0 and silent:
        slot.expected, slot.unknown = 1, True


def _so_many(question, slot, period, member, kinds):
    there = question.attendance.get(member.pk, {})
    own = {pk: row for pk, row in question.own_records(member.pk, kinds).items() if row.day in period}
    tally(slot, [row for pk, row in sorted(own.items()) if there.get(pk) in ATTENDING], period)
    silent = sum(there.get(pk) == "not_recorded" for pk in own)
    slot.text = f"所在支部 {len(own)} 次，出席 {slot.done} 次"
    if slot.proved:
        return
    if silent:
        slot.text += f"，{silent} 次考勤未记录"
        slot.unknown = slot.words = question.as_of > slot.due
    elif not own and question.as_of > slot.due:
        slot.expected, slot.text = 0, "所在支部当期没有组织生活记录"


def review(question, duties):
    """The yearly review of one's own branch: taken part, as its attendance says."""
    found = {}
    for duty in duties:
        member = duty.list.member
        there = question.attendance.get(member.pk, {})
        own = question.own_records(member.pk, kinds_of(duty))
        slots = []
        for period, due in periods_of(duty):
            slot = period_slot(duty, period, due, expected=duty.times)
            tally(slot, [row for pk, row in sorted(own.items()) if there.get(pk) in ATTENDING], period)
            slot.text = "已参加民主评议" if slot.done else "未见参加民主评议的记录"
            if not slot.proved and any(there.get(pk) == "not_recorded" for pk in own):
                slot.unknown, slot.words, slot.text = True, True, "民主评议的考勤未记录"
            slots.append(slot)
        found[duty.pk] = slots
    return found


def talks(question, duties):
    """A member's own talk in the year; a leader's talks with the secretaries of the departments in his charge."""
    found = {}
    for duty in duties:
        if duty.list.level == Level.MEMBER:
            mine = _talks(question, duty.list.member_id, kinds_of(duty))
            found[duty.pk] = [
                tally(
                    period_slot(duty, period, due, expected=duty.times, text="系统只记时间和对象"),
                    mine.values(),
                    period,
                )
                for period, due in periods_of(duty)
            ]
        else:
            found[duty.pk] = _with_secretaries(question, duty)
    return found


def _with_secretaries(question, duty):
    members = [member.pk for member in question.members[duty.list_id]]
    secretaries = question.secretaries.get(duty.list.holder_id, set()) - set(members)
    if not secretaries:
        slots = nothing_owed(duty, "没有登记分管处室，或其支部没有书记")
        return slots
    mine = {pk: row for member in members for pk, row in _talks(question, member, kinds_of(duty)).items()}
    slots = []
    for period, due in periods_of(duty):
        slot = period_slot(duty, period, due, expected=len(secretaries))
        on_time = 0
        for secretary in sorted(secretaries):
            theirs = _talks(question, secretary, kinds_of(duty))
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


def _talks(question, member, kinds):
    """Return {activity id: CountingRecord} of the talks a person took part in, as host or partner."""
    there = question.attendance.get(member, {})
    found = {}
    for row in question.everywhere(kinds):
        if there.get(row.activity) in ATTENDING or question.details[row.activity].chair == member:
            found[row.activity] = row
    return found
