"""Proofs that are records of an organisation: meetings held, lectures given, visits to the contact branch, hours."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import TypeVar

from branches.places.models.organisations import Kind
from common.periods import Period
from common.text import quoted
from members.activities.models import ATTENDING, ActivityKindCode, Topic
from members.activities.selectors.counting import UNREVIEWED, CountingRecord, Uncounted
from responsibilities.duties.models import Duty, Level
from responsibilities.duties.proofs.asks import kinds_of, topic_of, word_of
from responsibilities.duties.proofs.context import Detail, ProofContext, tally
from responsibilities.duties.slot import (
    GONE,
    DutySlot,
    Slots,
    period_slot,
    periods_of,
    record_step,
    was_gone,
)
from responsibilities.portfolios.models import LeaderPortfolio
from responsibilities.requirements.rules import SCORED_RULES
from responsibilities.requirements.selectors import uncounted_words

# Who debriefs before the committee; the others hear it.
_DEBRIEFED = (Level.GENERAL_BRANCH, Level.BRANCH)
_Found = TypeVar("_Found", CountingRecord, Uncounted)


def _names(kinds: Iterable[str]) -> str:
    return "、".join(ActivityKindCode(kind).label for kind in kinds)


def _told(slot: DutySlot, kinds: tuple[str, ...], missing: str, left: Sequence[Uncounted]) -> DutySlot:
    """Say in words what the slot rests on, or what was found of its period and does not count; 未见 only where nothing was."""
    if slot.done:
        slot.text = f"{len(slot.records)} 条{_names(kinds)}记录"
    if slot.proved:
        return slot
    words = uncounted_words(left, _names(kinds))
    if not slot.done:
        slot.text = words or missing or f"未见{_names(kinds)}记录"
    elif words:
        slot.text += f"；{words}"
    return slot


def slots_of(
    context: ProofContext,
    duty: Duty,
    records: list[CountingRecord],
    kinds: tuple[str, ...],
    missing: str = "",
    left: Callable[[], Iterable[Uncounted]] = tuple,
) -> list[DutySlot]:
    """left: gives what was found and does not count; asked where a slot is not fulfilled."""
    slots = []
    for period, due in periods_of(duty):
        slot = period_slot(duty, period, due, expected=duty.times)
        if was_gone(context.places[duty.list.organisation_id], period, due):
            slot.expected, slot.text = 0, GONE
        else:
            tally(slot, records, period)
            _told(slot, kinds, missing, [] if slot.proved else left_in(period, records, left()))
            if duty.source in ("activities", "classes", "chaired"):
                slot.mend = record_step(duty.list.organisation_id, kinds[0], period)
        slots.append(slot)
    return slots


def left_in(period: Period, records: Iterable[CountingRecord], left: Iterable[Uncounted]) -> list[Uncounted]:
    """Return what was found of a period and does not count for it, in order of days; a record that counts is none of it."""
    counted = {row.activity for row in records}
    found = [one for one in left if one.day in period and one.activity not in counted]
    elsewhere = [row for row in records if row.day in period and row.meets(period) is None]
    found += [Uncounted(row.activity, row.day, "补办以前期间，不计入本期") for row in elsewhere]
    return sorted(found, key=lambda one: (one.day, one.activity))


def _as_left(rows: Iterable[CountingRecord], reason: str) -> list[Uncounted]:
    return [Uncounted(row.activity, row.day, reason) for row in rows]


def activities(context: ProofContext, duties: list[Duty]) -> Slots:
    """Records of the template's kinds at the list's organisation; of its topic, or with its word, where it names one."""
    found: Slots = {}
    for duty in duties:
        found[duty.pk] = _of_kind(context, duty, kinds_of(duty), topic_of(duty), word_of(duty))
    return found


def _of_kind(context: ProofContext, duty: Duty, kinds: tuple[str, ...], topic: str, word: str) -> list[DutySlot]:
    every = context.records_of([duty.list.organisation_id], kinds)
    records, missing = every, ""
    if topic:
        records = [row for row in records if topic in context.topics.get(row.activity, ())]
    if word:
        records = [row for row in records if word in context.details[row.activity].words]
    if topic or word:
        missing = (
            f"未见{'议题' if topic else '主题'}为{quoted(Topic(topic).label if topic else word)}的{_names(kinds)}记录"
        )

    def left() -> list[Uncounted]:
        of_others = set(every) - set(records)
        why = "记录没有标明这个议题" if topic else f"标题和内容没有写到{quoted(word)}"
        return context.uncounted_of(kinds, [duty.list.organisation_id]) + _as_left(of_others, why)

    return slots_of(context, duty, records, kinds, missing, left)


def chaired(context: ProofContext, duties: list[Duty]) -> Slots:
    """Records of the kinds at the list's organisation that a holder chaired (by roster, account or name)."""
    found: Slots = {}
    for duty in duties:
        kinds, here = kinds_of(duty), [duty.list.organisation_id]
        found[duty.pk] = _in_the_chair(context, duty, context.records_of(here, kinds), kinds, here)
    return found


def _in_the_chair(
    context: ProofContext, duty: Duty, rows: list[CountingRecord], kinds: tuple[str, ...], places: Collection[int]
) -> list[DutySlot]:
    """The slots of what a holder must chair himself; what only others chaired was found and does not count."""
    names, members = _who(context, duty)
    own: list[CountingRecord] = []
    others: list[Uncounted] = []
    for row in rows:
        detail = context.details[row.activity]
        if detail.chair in members or detail.chair_name in names:
            own.append(row)
        else:
            others += _as_left([row], "主持人不是本人" if detail.chair or detail.chair_name else "没有登记主持人")

    def left() -> list[Uncounted]:
        return others + context.uncounted_of(kinds, places)

    return slots_of(context, duty, own, kinds, f"未见本人主持的{_names(kinds)}记录", left)


def lectures(context: ProofContext, duties: list[Duty]) -> Slots:
    """Lectures anywhere that name a holder as lecturer, or that he chaired where no lecturer is named."""
    found: Slots = {}
    for duty in duties:
        kinds = kinds_of(duty)
        names, members = _who(context, duty)
        records = [row for row in context.everywhere(kinds) if _taught(context.details[row.activity], names, members)]
        good, waiting = context.vouched(records, kinds)
        left = partial(_lectures_left, context, kinds, names, members, waiting)
        found[duty.pk] = slots_of(context, duty, good, kinds, "未见授课人为本人的党课记录", left)
    return found


def _taught(detail: Detail, names: set[str], members: set[int]) -> bool:
    return detail.lecturer in names or (not detail.lecturer and detail.chair in members)


def _lectures_left(
    context: ProofContext,
    kinds: tuple[str, ...],
    names: set[str],
    members: set[int],
    waiting: Iterable[CountingRecord],
) -> list[Uncounted]:
    rows = context.uncounted_of(kinds)
    own = [
        row
        for row in rows
        if row.activity in context.details and _taught(context.details[row.activity], names, members)
    ]
    return own + _as_left(waiting, UNREVIEWED)


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
                if _in_charge(portfolio, row.day):
                    records[row.activity] = row
        own = _naming(context, duty, records)
        good, waiting = context.vouched(sorted(own, key=lambda row: row.day), kinds)
        missing = f"未见写明本人到场的{_names(kinds)}记录"
        left = partial(_visits_left, context, duty, portfolios, waiting)
        slots = slots_of(context, duty, good, kinds, missing, left)
        if not portfolios:
            for slot in slots:
                slot.words, slot.text = True, "没有登记联系支部，系统无从认定"
        found[duty.pk] = slots
    return found


def _in_charge(portfolio: LeaderPortfolio, day: date) -> bool:
    return portfolio.starts <= day and (portfolio.ends is None or day <= portfolio.ends)


def _visits_left(
    context: ProofContext, duty: Duty, portfolios: Iterable[LeaderPortfolio], waiting: Iterable[CountingRecord]
) -> list[Uncounted]:
    rows = {
        row.activity: row
        for portfolio in portfolios
        for row in context.uncounted_of(kinds_of(duty), context.with_groups(portfolio.contact_id or 0))
        if _in_charge(portfolio, row.day)
    }
    return _naming(context, duty, rows) + _as_left(waiting, UNREVIEWED)


def _naming(context: ProofContext, duty: Duty, records: Mapping[int, _Found]) -> list[_Found]:
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
        kinds, level = kinds_of(duty), duty.list.level
        places = {duty.list.organisation_id}
        if level not in _DEBRIEFED:
            places |= {pk for pk, row in context.places.items() if row.kind in (Kind.PARTY_GROUP, Kind.COMMITTEE)}
        records = {row.activity: row for row in context.records_of(places, kinds)}
        for member in context.members[duty.list_id] if level in _DEBRIEFED else ():
            there = context.attendance.get(member.pk, {})
            records |= {row.activity: row for row in context.everywhere(kinds) if there.get(row.activity) in ATTENDING}
        rows = sorted(records.values(), key=lambda row: row.day)
        if level == Level.PARTY_GROUP_SECRETARY:
            found[duty.pk] = _in_the_chair(context, duty, rows, kinds, places)
            continue
        # It is held before the committee: a branch that says so alone waits for its reviewer.
        rows, waiting = context.vouched(rows, kinds) if level in _DEBRIEFED else (rows, [])
        left = partial(_debriefs_left, context, kinds, places, waiting)
        found[duty.pk] = slots_of(context, duty, rows, kinds, left=left)
        if level in _DEBRIEFED:
            for slot in found[duty.pk]:
                slot.rests_on = tuple(row.measure for row in SCORED_RULES if row.kinds == tuple(kinds))
    return found


def _debriefs_left(
    context: ProofContext, kinds: tuple[str, ...], places: Collection[int], waiting: Iterable[CountingRecord]
) -> list[Uncounted]:
    return context.uncounted_of(kinds, places) + _as_left(waiting, UNREVIEWED)
