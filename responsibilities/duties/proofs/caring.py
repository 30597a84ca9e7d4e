"""Proofs of care and of pledges: a branch's visits and its yearly round of commitments, a member's own, the committee's and a leader's visits.

An upper level's duty is its own act (judgement 4.1). Who was to be visited stands in no slot.
"""

from collections.abc import Iterable
from datetime import date

from branches.places.models.organisations import Organisation
from common import clock
from common.periods import MONTH, Period
from members.activities.selectors.counting import CountingRecord
from members.care.rules import (
    ALL_DONE,
    ANSWERED,
    FESTIVAL,
    LATE,
    NOT_ALL_DONE,
    festival_eve,
    is_few,
    undetermined_words,
)
from members.care.selectors.occasions import Placed, least_told, occasions
from members.commitments.measured import Promised, of_members, promised
from members.commitments.models import Kept
from members.commitments.rules import due_of, personal_due
from members.commitments.selectors.rosters import Pledger
from responsibilities.duties.models import Duty, Level
from responsibilities.duties.proofs.asks import kinds_of
from responsibilities.duties.proofs.context import ProofContext
from responsibilities.duties.slot import DutySlot, Slots, nothing_owed, period_slot, periods_of, year_of

NOBODY = "没有到期的走访事项"


def care(context: ProofContext, duties: list[Duty]) -> Slots:
    """Visits: of a branch all that its register asks for, month by month; of the committee and of a leader their own."""
    year = context.span
    branches, read = context.branches_of("care") or None, context.read_of("care")
    found = occasions(year.first, year.last, branches, context.as_of, until=context.until, read=read)
    by_branch: dict[int, list[Placed]] = {}
    for one in found:
        by_branch.setdefault(one.branch, []).append(one)
    slots: Slots = {}
    for duty in duties:
        if duty.list.level == Level.BRANCH:
            slots[duty.pk] = _of_branch(duty, by_branch.get(duty.list.organisation_id, []))
        elif duty.list.level == Level.LEADER:
            slots[duty.pk] = _of_leader(context, duty, by_branch)
        else:
            slots[duty.pk] = _of_committee(duty, by_branch)
    return slots


def _of_branch(duty: Duty, mine: Iterable[Placed]) -> list[DutySlot]:
    """One slot for each month in which something falls due, due on its last day."""
    by_month: dict[Period, list[Placed]] = {}
    for one in mine:
        assert one.occasion.due is not None
        by_month.setdefault(Period.containing(MONTH, one.occasion.due), []).append(one)
    slots = []
    # Beside the year's sum the other months would tell a small one.
    few = any(is_few(least_told(rows)) for rows in by_month.values())
    for month, rows in sorted(by_month.items()):
        due = max(one.occasion.due for one in rows if one.occasion.due is not None)
        slot = period_slot(duty, month, due, expected=len(rows))
        slot.late = sum(one.occasion.state == LATE for one in rows)
        slot.done = slot.late + sum(one.occasion.state == ANSWERED for one in rows)
        slot.records = sorted({one.occasion.answered.activity for one in rows if one.occasion.answered})
        slot.text = f"应走访 {slot.expected} 人次，已走访 {slot.done} 人次"
        if few:
            slot.veil = f"走访慰问{_in_a_word(slot.done, slot.expected)}"
        slots.append(slot)
    return slots or nothing_owed(duty, NOBODY)


def _in_a_word(done: int, owed: int) -> str:
    return ALL_DONE if done >= owed else NOT_ALL_DONE


def _of_committee(duty: Duty, by_branch: dict[int, list[Placed]]) -> list[DutySlot]:
    """So many visits of its own to somebody who is to be visited below it."""
    place = duty.list.organisation_id
    # The context holds the places near the lists alone; who is to be visited is further down.
    below = set(
        Organisation.objects.within(duty.list.organisation).filter(pk__in=by_branch).values_list("pk", flat=True)
    )
    rows = [one for pk in sorted(below) for one in by_branch[pk]]
    if not rows:
        return nothing_owed(duty, NOBODY)
    own = {visit.activity: visit.day for one in rows for visit in one.visits if visit.by == place}
    branches = sum(one.occasion.state in (ANSWERED, LATE) for one in rows)
    slots = []
    # No sum counts them: those of the other branches would tell them.
    few = any(is_few(least_told(by_branch[pk])) for pk in below)
    for period, due in periods_of(duty):
        days = {pk: day for pk, day in own.items() if day in period}
        slot = period_slot(duty, period, due, expected=duty.times, done=min(duty.times, len(days)))
        slot.late = max(0, slot.done - sum(day <= due for day in days.values()))
        slot.records = sorted(days)
        slot.text = f"本级走访 {len(days)} 次；下级落实 {branches}/{len(rows)} 人次"
        if few:
            slot.veil = f"本级走访 {len(days)} 次；下级{_in_a_word(branches, len(rows))}"
        slots.append(slot)
    return slots


def _of_leader(context: ProofContext, duty: Duty, by_branch: dict[int, list[Placed]]) -> list[DutySlot]:
    """A visit before the Spring Festival at a branch that he looks after, which names him."""
    users = context.holders[duty.list_id]
    contacts = {row.contact_id for user in users for row in context.portfolios.get(user.pk, ()) if row.contact_id}
    year, eve = year_of(duty).year, festival_eve(year_of(duty).year)
    if not contacts:
        return [
            period_slot(duty, period, due, expected=duty.times, words=True, text="没有登记联系支部，系统无从认定")
            for period, due in periods_of(duty)
        ]
    if eve is None:
        return nothing_owed(duty, undetermined_words(year))
    rows = [one for pk in contacts for one in by_branch.get(pk, ()) if one.occasion.kind == FESTIVAL]
    if not rows:
        return nothing_owed(duty, "联系支部没有要走访的人")
    names = {user.name for user in users}
    members = {member.pk for member in context.members[duty.list_id]}
    places = [pk for contact in contacts for pk in context.with_groups(contact)]
    named = [
        row
        for row in context.records_of(places, kinds_of(duty))
        if date(year, 1, 1) <= row.day <= eve and _names(context, row, names, members)
    ]
    slots = []
    for period, due in periods_of(duty):
        slot = period_slot(duty, period, due, expected=duty.times, done=min(duty.times, len(named)))
        slot.records = sorted(row.activity for row in named)
        slot.text = (
            f"{clock.in_words(eve)}前走访 {len(named)} 次" if named else "联系支部没有写明本人走访的走访慰问记录"
        )
        slots.append(slot)
    return slots


def _names(context: ProofContext, row: CountingRecord, names: set[str], members: set[int]) -> bool:
    """Whether a visit names somebody as the one who went: as its chair, or in title or minutes."""
    detail = context.details[row.activity]
    said = context.visits.get(row.activity, "")
    return detail.chair in members or detail.chair_name in names or any(name and name in said for name in names)


def commitments(context: ProofContext, duties: list[Duty]) -> Slots:
    """A year's round: of a branch all who owe one have published and were judged; of a member his own pledges are kept."""
    of_branches = [duty for duty in duties if duty.list.level != Level.MEMBER]
    of_persons = [duty for duty in duties if duty.list.level == Level.MEMBER]
    return _rounds(context, of_branches) | _own(context, of_persons)


def _rounds(context: ProofContext, duties: list[Duty]) -> Slots:
    if not duties:
        return {}
    year, places = context.span.year, sorted({duty.list.organisation_id for duty in duties})
    now = promised(year, places, context.until, read=context.read_of("commitments"))
    slots: Slots = {}
    then: dict[date, dict[int, Promised]] = {}
    for duty in duties:
        slots[duty.pk] = []
        for period, due in periods_of(duty):
            found = now.get(duty.list.organisation_id)
            slot = period_slot(duty, period, due, expected=1 if found and found.owed else 0)
            slot.text = "没有应作承诺的党员"
            if found and found.owed:
                slot.done = _complete(found)
                if slot.done and context.until > due:
                    then.setdefault(due, promised(year, places, due))
                    slot.late = 1 - _complete(then[due].get(duty.list.organisation_id))
                published = len(found.on_time) + len(found.late)
                slot.text = f"应作承诺 {len(found.owed)} 人，已公开 {published} 人，已评定 {len(found.appraised)} 人"
            slots[duty.pk].append(slot)
    return slots


def _complete(found: Promised | None) -> int:
    return int(found is not None and bool(found.owed) and not found.missing and set(found.owed) <= set(found.appraised))


def _own(context: ProofContext, duties: list[Duty]) -> Slots:
    if not duties:
        return {}
    year, members = context.span.year, [duty.list.member_id or 0 for duty in duties]
    # Wherever each belongs by now: his list may still be kept where he was.
    said, people = of_members(year, members, context.until, context.day)
    general = due_of(year)
    slots: Slots = {}
    for duty in duties:
        member = duty.list.member_id or 0
        slots[duty.pk] = [
            _pledged(period_slot(duty, period, due), people.get(member), said.get(member), year, general)
            for period, due in periods_of(duty)
        ]
    return slots


def _pledged(
    slot: DutySlot,
    person: Pledger | None,
    said: tuple[date, list[tuple[str, date]]] | None,
    year: int,
    general: date,
) -> DutySlot:
    due = None if person is None or person.exempt else personal_due(person.since, year, general)
    if due is None:
        freed = person is not None and person.exempt
        slot.expected, slot.text = 0, "已登记为不作硬性要求" if freed else "本年度不作承诺"
    elif said is None:
        slot.text = f"{clock.in_words(due)}前公开承诺"
    else:
        published, rows = said
        kept = sum(grade in (Kept.FULFILLED, Kept.PARTLY) for grade, _ in rows)
        slot.done = int(kept == len(rows))
        slot.late = int(slot.done and published > due)
        slot.text = f"公开承诺 {len(rows)} 项，兑现 {kept} 项"
    return slot
