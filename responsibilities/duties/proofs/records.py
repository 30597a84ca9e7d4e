"""Proofs that are records of an organisation: meetings held, lectures given, visits to the contact branch, hours."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from branches.places.models.organisations import Kind
from common.periods import Period
from common.text import quoted
from members.activities.models import ATTENDING, ActivityKindCode, Topic
from members.activities.selectors.counting import UNREVIEWED, CountingRecord
from members.activities.study import credited
from responsibilities.duties.models import Duty, Level
from responsibilities.duties.proofs.context import ProofContext, kinds_of, tally, topic_of, word_of
from responsibilities.duties.slot import (
    GONE,
    DutySlot,
    Slots,
    nothing_owed,
    period_slot,
    periods_of,
    record_step,
    was_gone,
)
from responsibilities.requirements.rules import REQUIREMENT_RULES_BY_ID


def _names(kinds: Iterable[str]) -> str:
    return "、".join(ActivityKindCode(kind).label for kind in kinds)


def _told(slot: DutySlot, kinds: tuple[str, ...], missing: str = "") -> DutySlot:
    """Say in words what the slot rests on."""
    if slot.done:
        slot.text = f"{len(slot.records)} 条{_names(kinds)}记录"
    elif not slot.text:
        slot.text = missing or f"未见{_names(kinds)}记录"
    return slot


def _periods(
    context: ProofContext,
    duty: Duty,
    records: list[CountingRecord],
    kinds: tuple[str, ...],
    missing: str = "",
    waiting: Sequence[CountingRecord] = (),
) -> list[DutySlot]:
    """waiting: records that prove it once they are accepted; a slot that is not fulfilled names the last of them."""
    slots = []
    for period, due in periods_of(duty):
        slot = period_slot(duty, period, due, expected=duty.times)
        if was_gone(context.places[duty.list.organisation_id], period, due):
            slot.expected, slot.text = 0, GONE
        else:
            _told(tally(slot, records, period), kinds, missing)
            unread = [row for row in waiting if row.meets(period)]
            if unread and not slot.proved:
                slot.text = f"{unread[-1].day:%-m月%-d日}的{_names(kinds)}记录{UNREVIEWED}"
            if duty.source in ("activities", "chaired"):
                slot.mend = record_step(duty.list.organisation_id, kinds[0], period)
        slots.append(slot)
    return slots


def activities(context: ProofContext, duties: list[Duty]) -> Slots:
    """Records of the template's kinds at the list's organisation; of its topic, or with its word, where it names one."""
    found: Slots = {}
    for duty in duties:
        kinds, topic, word = kinds_of(duty), topic_of(duty), word_of(duty)
        records = context.records_of([duty.list.organisation_id], kinds)
        if topic:
            records = [row for row in records if topic in context.topics.get(row.activity, ())]
        if word:
            records = [row for row in records if word in context.details[row.activity].words]
        missing = ""
        if topic or word:
            missing = f"未见{'议题' if topic else '主题'}为{quoted(Topic(topic).label if topic else word)}的{_names(kinds)}记录"
        found[duty.pk] = _periods(context, duty, records, kinds, missing)
    return found


def chaired(context: ProofContext, duties: list[Duty]) -> Slots:
    """Records of the kinds at the list's organisation that a holder chaired (by roster, account or name)."""
    found: Slots = {}
    for duty in duties:
        kinds = kinds_of(duty)
        found[duty.pk] = _in_the_chair(context, duty, context.records_of([duty.list.organisation_id], kinds), kinds)
    return found


def _in_the_chair(
    context: ProofContext, duty: Duty, rows: list[CountingRecord], kinds: tuple[str, ...]
) -> list[DutySlot]:
    """The slots of what a holder must chair himself; where only others chaired, the last such meeting and why it is none."""
    names, members = _who(context, duty)
    own = [
        row
        for row in rows
        if context.details[row.activity].chair in members or context.details[row.activity].chair_name in names
    ]
    slots = _periods(context, duty, own, kinds, f"未见本人主持的{_names(kinds)}记录")
    for slot, (period, _) in zip(slots, periods_of(duty), strict=True):
        others = [row for row in rows if row.meets(period)] if slot.expected and not slot.done else []
        if others:
            detail = context.details[others[-1].activity]
            why = "主持人不是本人" if detail.chair or detail.chair_name else "没有登记主持人"
            more = f"（另有 {len(others) - 1} 条也不计入）" if others[1:] else ""
            slot.text = f"{others[-1].day:%-m月%-d日}的{_names(kinds)}记录不计入：{why}{more}"
    return slots


def lectures(context: ProofContext, duties: list[Duty]) -> Slots:
    """Lectures anywhere that name a holder as lecturer, or that he chaired where no lecturer is named."""
    found: Slots = {}
    for duty in duties:
        kinds = kinds_of(duty)
        names, members = _who(context, duty)
        records = []
        for row in context.everywhere(kinds):
            detail = context.details[row.activity]
            if detail.lecturer in names or (not detail.lecturer and detail.chair in members):
                records.append(row)
        good, waiting = context.vouched(records, kinds)
        found[duty.pk] = _periods(context, duty, good, kinds, "未见授课人为本人的党课记录", waiting)
    return found


def _who(context: ProofContext, duty: Duty) -> tuple[set[str], set[int]]:
    """Return (names of the holders' accounts, ids of the holders in the roster)."""
    names = {user.name for user in context.holders[duty.list_id]}
    return names, {member.pk for member in context.members[duty.list_id]}


def contact(context: ProofContext, duties: list[Duty]) -> Slots:
    """Visits that name the holder, recorded by a branch while it was his contact branch; in words while none is registered."""
    found: Slots = {}
    for duty in duties:
        kinds = kinds_of(duty)
        portfolios = [
            row
            for user in context.holders[duty.list_id]
            for row in context.portfolios.get(user.pk, ())
            if row.contact_id
        ]
        records: dict[int, CountingRecord] = {}
        for portfolio in portfolios:
            for row in context.records_of(context.with_groups(portfolio.contact_id or 0), kinds):
                if portfolio.starts <= row.day and (portfolio.ends is None or row.day <= portfolio.ends):
                    records[row.activity] = row
        own = _naming(context, duty, records)
        good, waiting = context.vouched(sorted(own, key=lambda row: row.day), kinds)
        missing = f"未见写明本人到场的{_names(kinds)}记录"
        slots = _periods(context, duty, good, kinds, missing, waiting)
        if not portfolios:
            for slot in slots:
                slot.words, slot.text = True, "没有登记联系支部，系统无从认定"
        found[duty.pk] = slots
    return found


def _naming(context: ProofContext, duty: Duty, records: Mapping[int, CountingRecord]) -> list[CountingRecord]:
    """Those of the records that name a holder: as chair, among those who came, or in title or minutes."""
    names, members = _who(context, duty)
    own = []
    for pk, row in records.items():
        detail = context.details[pk]
        came = any(context.attendance.get(member, {}).get(pk) in ATTENDING for member in members)
        written = any(name and name in context.visits.get(pk, "") for name in names)
        if detail.chair in members or detail.chair_name in names or came or written:
            own.append(row)
    return own


def debrief(context: ProofContext, duties: list[Duty]) -> Slots:
    """Debriefing meetings: of the committee or the party group; for a branch also those its own people attended there.

    For the Party group's secretary those alone that he chaired himself: an upper level's duty is its own act (judgement 4.1).
    """
    found: Slots = {}
    for duty in duties:
        place, kinds = duty.list.organisation, kinds_of(duty)
        records = {row.activity: row for row in context.records_of([place.pk], kinds)}
        waiting: list[CountingRecord] = []
        if duty.list.level in (Level.GENERAL_BRANCH, Level.BRANCH):
            for member in context.members[duty.list_id]:
                there = context.attendance.get(member.pk, {})
                for row in context.everywhere(kinds):
                    if there.get(row.activity) in ATTENDING:
                        records[row.activity] = row
        else:
            around = {pk for pk, row in context.places.items() if row.kind in (Kind.PARTY_GROUP, Kind.COMMITTEE)}
            records |= {row.activity: row for row in context.records_of(around, kinds)}
        rows = sorted(records.values(), key=lambda row: row.day)
        if duty.list.level in (Level.GENERAL_BRANCH, Level.BRANCH):
            # It is held before the committee: a branch that says so alone waits for its reviewer.
            rows, waiting = context.vouched(rows, kinds)
        if duty.list.level == Level.PARTY_GROUP_SECRETARY:
            found[duty.pk] = _in_the_chair(context, duty, rows, kinds)
        else:
            found[duty.pk] = _periods(context, duty, rows, kinds, waiting=waiting)
        if duty.list.level in (Level.GENERAL_BRANCH, Level.BRANCH):
            for slot in found[duty.pk]:
                slot.rests_on = (REQUIREMENT_RULES_BY_ID["oa-debrief"].measure,)
    return found


def hours(context: ProofContext, duties: list[Duty]) -> Slots:
    """Hours of the records held (branch) or attended (member); records without times are unknown, never zero."""
    found: Slots = {}
    for duty in duties:
        kinds, member = kinds_of(duty), duty.list.member
        if member:
            there = context.attendance.get(member.pk, {})
            records = [row for row in context.everywhere(kinds) if there.get(row.activity) in ATTENDING]
        else:
            records = context.records_of([duty.list.organisation_id], kinds)
        found[duty.pk] = [_hours(context, duty, period, due, records) for period, due in periods_of(duty)]
        if member and member.exempt_on(context.day):
            found[duty.pk] = nothing_owed(duty, "已登记为不作硬性要求")
    return found


def _hours(context: ProofContext, duty: Duty, period: Period, due: date, records: list[CountingRecord]) -> DutySlot:
    slot = period_slot(duty, period, due, expected=duty.times)
    total = on_time = 0.0
    silent = 0
    mine = [row for row in records if row.meets(period) is not None]
    lengths = [(row.day, context.details[row.activity].hours) for row in mine]
    for row, length in zip(mine, credited(lengths, context.study_cap), strict=True):
        slot.records.append(row.activity)
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
        slot.unknown = slot.words = slot.done < slot.expected and (context.as_of > due or not total)
    return slot
