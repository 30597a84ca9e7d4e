"""Proofs that are records of an organisation: meetings held, lectures given, visits to the contact branch, hours."""

from members.activities.models import ActivityKindCode
from responsibilities.duties.models import Level
from responsibilities.duties.proofs.context import kinds_of, tally
from responsibilities.duties.slot import nothing_owed, period_slot, periods_of, record_step
from responsibilities.duties.templates import template


def _names(kinds):
    return "、".join(ActivityKindCode(kind).label for kind in kinds)


def _told(slot, kinds, missing=""):
    """Say in words what the slot rests on."""
    if slot.done:
        slot.text = f"{len(slot.records)} 条{_names(kinds)}记录"
    elif not slot.text:
        slot.text = missing or f"未见{_names(kinds)}记录"
    return slot


def _before_founding(question, duty, due):
    place = question.places[duty.list.organisation_id]
    return bool(place.founded and place.founded > due) or bool(place.archived_on and place.archived_on < due)


def _periods(question, duty, records, kinds, missing=""):
    slots = []
    for period, due in periods_of(duty):
        slot = period_slot(duty, period, due, expected=duty.times)
        if _before_founding(question, duty, due):
            slot.expected, slot.text = 0, "当期组织未成立或已撤销"
        else:
            _told(tally(slot, records, period), kinds, missing)
            if duty.source in ("activities", "chaired"):
                slot.mend = record_step(duty.list.organisation_id, kinds[0], period)
        slots.append(slot)
    return slots


def held(question, duties):
    """Records of the template's kinds at the list's organisation; those about its topic only, where it names one."""
    found = {}
    for duty in duties:
        kinds, topic = kinds_of(duty), template(duty.key).topic
        records = question.records_of([duty.list.organisation_id], kinds)
        if topic:
            records = [row for row in records if question.details[row.activity].topic == topic]
        missing = f"未见主题为“{topic}”的{_names(kinds)}记录" if topic else ""
        found[duty.pk] = _periods(question, duty, records, kinds, missing)
    return found


def chaired(question, duties):
    """Records of the kinds at the list's organisation that a holder chaired (by roster, account or name)."""
    found = {}
    for duty in duties:
        kinds = kinds_of(duty)
        holders, members = _who(question, duty)
        names = {user.name for user in holders}
        records = [
            row
            for row in question.records_of([duty.list.organisation_id], kinds)
            if question.details[row.activity].chair in members or question.details[row.activity].chair_name in names
        ]
        found[duty.pk] = _periods(question, duty, records, kinds, f"未见本人主持的{_names(kinds)}记录")
    return found


def lectures(question, duties):
    """Lectures anywhere that name a holder as lecturer, or that he chaired where no lecturer is named."""
    found = {}
    for duty in duties:
        kinds = kinds_of(duty)
        holders, members = _who(question, duty)
        names = {user.name for user in holders}
        records = []
        for row in question.everywhere(kinds):
            detail = question.details[row.activity]
            if detail.lecturer in names or (not detail.lecturer and detail.chair in members):
                records.append(row)
        found[duty.pk] = _periods(question, duty, records, kinds, "未见授课人为本人的党课记录")
    return found


def _who(question, duty):
    return question.holders[duty.list_id], {member.pk for member in question.members[duty.list_id]}


def contact(question, duties):
    """Visits recorded by a branch while it was the holder's contact branch; in words while none is registered."""
    found = {}
    for duty in duties:
        kinds = kinds_of(duty)
        charges = [
            row
            for user in question.holders[duty.list_id]
            for row in question.charges.get(user.pk, ())
            if row.contact_id
        ]
        records = {}
        for charge in charges:
            for row in question.records_of(question.with_groups(charge.contact_id), kinds):
                if charge.starts <= row.day and (charge.ends is None or row.day <= charge.ends):
                    records[row.activity] = row
        slots = _periods(question, duty, sorted(records.values(), key=lambda row: row.day), kinds)
        if not charges:
            for slot in slots:
                slot.words, slot.text = True, "没有登记联系支部，系统无从认定"
        found[duty.pk] = slots
    return found


def debrief(question, duties):
    """Debriefing meetings: of the committee or the party group; for a branch also those its own people attended there."""
    found = {}
    for duty in duties:
        place, kinds = duty.list.organisation, kinds_of(duty)
        records = {row.activity: row for row in question.records_of([place.pk], kinds)}
        if duty.list.level == Level.BRANCH:
            for member in question.members[duty.list_id]:
                there = question.attendance.get(member.pk, {})
                for row in question.everywhere(kinds):
                    if there.get(row.activity) in ("present", "online"):
                        records[row.activity] = row
        else:
            around = {pk for pk, row in question.places.items() if row.kind in ("party_group", "committee")}
            records |= {row.activity: row for row in question.records_of(around, kinds)}
        found[duty.pk] = _periods(question, duty, sorted(records.values(), key=lambda row: row.day), kinds)
    return found


def hours(question, duties):
    """Hours of the records held (branch) or attended (member); records without times are unknown, never zero."""
    found = {}
    for duty in duties:
        kinds, personal = kinds_of(duty), duty.list.level == Level.MEMBER
        if personal:
            there = question.attendance.get(duty.list.member_id, {})
            records = [row for row in question.everywhere(kinds) if there.get(row.activity) in ("present", "online")]
        else:
            records = question.records_of([duty.list.organisation_id], kinds)
        found[duty.pk] = [_hours(question, duty, period, due, records) for period, due in periods_of(duty)]
        if personal and duty.list.member.exempt_on(question.day):
            found[duty.pk] = nothing_owed(duty, "已登记为不作硬性要求")
    return found


def _hours(question, duty, period, due, records):
    slot = period_slot(duty, period, due, expected=duty.times)
    total = on_time = silent = 0
    for row in records:
        if row.meets(period) is None:
            continue
        slot.records.append(row.activity)
        length = question.details[row.activity].hours
        if length is None:
            silent += 1
            continue
        total += length
        on_time += length if row.day <= due else 0
    slot.done = int(total)
    slot.late = max(0, min(slot.done, slot.expected) - int(on_time))
    slot.text = f"{slot.done} 学时" if total or not silent else "学时未知"
    if silent:
        slot.text += f"，{silent} 条记录没有起止时间，学时未知"
        slot.unknown = slot.words = slot.done < slot.expected and (question.as_of > due or not total)
    return slot
