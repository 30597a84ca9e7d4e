"""Duties of hours of study: records held by a branch, or attended or taught by a member, by the definition of members/education."""

from collections.abc import Collection, Iterable
from datetime import date
from functools import cached_property

from common.periods import Period
from members.activities.models import ATTENDING, ActivityKindCode, AttendanceState
from members.activities.selectors.counting import CountingRecord, Uncounted
from members.activities.study import tenths
from members.education.hours import best_of, in_span, summed
from members.education.rules import owed_hours, owed_months
from members.roster.models.members import Member
from responsibilities.duties.models import Duty
from responsibilities.duties.proofs.asks import kinds_of
from responsibilities.duties.proofs.context import ProofContext
from responsibilities.duties.proofs.records import left_in
from responsibilities.duties.slot import DutySlot, Slots, nothing_owed, period_slot, periods_of
from responsibilities.requirements.selectors import uncounted_words


class _Pool:
    """The records of a year that count as study, for all duties asked for at once."""

    def __init__(self, context: ProofContext, kinds: tuple[str, ...]):
        self.context, self.kinds = context, kinds
        rules = context.study_rules
        self.rows = [
            row
            for (_, kind), rows in context.records.items()
            if kind in kinds
            for row in rows
            if rules.counts(kind, row.day)
        ]

    @cached_property
    def best(self) -> dict[int, CountingRecord]:
        return best_of(self.rows)

    @cached_property
    def by_place(self) -> dict[int, list[CountingRecord]]:
        found: dict[int, list[CountingRecord]] = {}
        for row in self.rows:
            found.setdefault(row.organisation, []).append(row)
        return found

    @cached_property
    def _taught(self) -> tuple[dict[int, set[int]], dict[str, set[int]]]:
        """{chair: lectures that name no lecturer}, {name of a lecturer: records}."""
        lectures = {row.activity for row in self.rows if row.kind == ActivityKindCode.LECTURE}
        chairs: dict[int, set[int]] = {}
        names: dict[str, set[int]] = {}
        for pk in self.best:
            detail = self.context.details[pk]
            if detail.lecturer:
                names.setdefault(detail.lecturer, set()).add(pk)
            elif detail.chair is not None and pk in lectures:
                chairs.setdefault(detail.chair, set()).add(pk)
        return chairs, names

    def of_member(self, member: Member) -> tuple[list[CountingRecord], set[int]]:
        """Return (the records at which he was, or that he taught, ids of those of which nobody entered whether he was).

        Of his own branch where only a name says that he taught.
        """
        chairs, names = self._taught
        there = self.context.attendance.get(member.pk, {})
        found = {pk for pk, state in there.items() if state in ATTENDING} | chairs.get(member.pk, set())
        if member.name in names:
            found |= names[member.name] & self._at_home(member)
        unsure = {pk for pk, state in there.items() if state == AttendanceState.NOT_RECORDED} - found
        return [self.best[pk] for pk in found | unsure if pk in self.best], unsure

    def _at_home(self, member: Member) -> set[int]:
        return {
            row.activity
            for branch, starts, ends in self.context.homes.get(member.pk, ())
            for place in self.context.with_groups(branch)
            for row in self.by_place.get(place, ())
            if starts <= row.day <= ends
        }


def hours(context: ProofContext, duties: list[Duty]) -> Slots:
    """Hours of the records held (branch) or attended (member); records without times are unknown, never zero."""
    found: Slots = {}
    pools: dict[tuple[str, ...], _Pool] = {}
    for duty in duties:
        kinds, member = kinds_of(duty), duty.list.member
        if kinds not in pools:
            pools[kinds] = _Pool(context, kinds)
        pool = pools[kinds]
        if member is None:
            place = duty.list.organisation_id
            records: Iterable[CountingRecord] = best_of(pool.by_place.get(place, ())).values()
            expected, unsure = duty.times, set[int]()
        else:
            records, unsure = pool.of_member(member)
            months = owed_months(context.lived(member), context.span.first, context.span.last)
            expected = owed_hours(duty.times, months)
            if not months:
                found[duty.pk] = nothing_owed(duty, _why(context, member))
                continue
        rows = list(records)
        found[duty.pk] = [
            _slot(context, duty, period, due, (rows, expected, unsure)) for period, due in periods_of(duty)
        ]
        for slot, (period, _) in zip(found[duty.pk], periods_of(duty), strict=True):
            if slot.done < slot.expected:
                words = uncounted_words(left_in(period, rows, _left(context, kinds, duty)))
                slot.text += f"；{words}" if words else ""
    return found


def _why(context: ProofContext, member: Member) -> str:
    if member.exempt_on(context.day):
        return "已登记为不作硬性要求"
    return "当年没有应计学时的月份（不足半月、在国（境）外、失去联系或停止党籍的月份不计）"


def _left(context: ProofContext, kinds: Collection[str], duty: Duty) -> list[Uncounted]:
    if duty.list.member_id is None:
        return context.uncounted_of(kinds, [duty.list.organisation_id])
    there = context.attendance.get(duty.list.member_id, {})
    return [row for row in context.uncounted_of(kinds) if there.get(row.activity) in ATTENDING]


def _slot(
    context: ProofContext, duty: Duty, period: Period, due: date, of: tuple[list[CountingRecord], int, set[int]]
) -> DutySlot:
    records, expected, unsure = of
    slot = period_slot(duty, period, due, expected=expected)
    mine = [row for row in records if in_span(row, period.first, period.last)]
    known = summed(
        mine, {row.activity: context.details[row.activity].length for row in mine}, context.study_rules, unsure
    )
    days = {row.activity: row.day for row in mine}
    on_time = sum(minutes or 0 for pk, minutes in known.records if days[pk] <= due)
    slot.records.extend(pk for pk, _ in known.records)
    slot.done = known.minutes // 60
    slot.late = max(0, min(slot.done, slot.expected) - on_time // 60)
    slot.text = f"{tenths(known.minutes)} 学时" if known.minutes or not known.unknown else "学时未知"
    if known.unknown:
        slot.text += f"，{known.unknown} 条记录没有起止时间，学时未知"
        slot.unknown = slot.words = slot.done < slot.expected and (context.as_of > due or not known.minutes)
    return slot
