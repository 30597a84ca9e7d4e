"""Proofs that are no single record: requirements, sync stages, terms of office, supervisions, lists issued below."""

from collections.abc import Iterable
from datetime import date

from django.urls import reverse, reverse_lazy
from django.utils.functional import lazy

from branches.places.models.organisations import Kind, Organisation
from common import clock
from common.periods import KINDS, YEAR, Period
from responsibilities.duties.models import Duty, DutyList, Level, ListState
from responsibilities.duties.proofs.context import ProofContext
from responsibilities.duties.proofs.scope import Notice, supervisions_in_reach
from responsibilities.duties.slot import (
    Address,
    DutySlot,
    Slots,
    nothing_owed,
    page_of,
    period_slot,
    periods_of,
    record_step,
)
from responsibilities.requirements.models import RequirementState as State
from responsibilities.requirements.rule import DOCUMENTS, REMINDERS, RequirementRule
from responsibilities.requirements.rules import COUNTED_RULES, LIVE_RULES
from responsibilities.requirements.selectors import (
    TOLD_RULES,
    Requirement,
    found_words,
    requirement_name,
    requirements,
)
from responsibilities.requirements.services import address
from responsibilities.supervision.models import SUPERVISIONS_ANSWERED
from responsibilities.work.selectors.stage_words import pick_url

# Name, leader's account and leader's written name of an item.
Led = tuple[str, int | None, str]
# Thousands of slots have an address and few are shown.
_address, _pick_url = lazy(address, str), lazy(pick_url, str)


def _lists_of_branches(year: int) -> str:
    return f"{reverse('duty_lists')}?year={year}&level={Level.BRANCH.value}"


# A fill shows nothing: with the first address it would load all pages of the application.
_branch_lists = lazy(_lists_of_branches, str)


_UPPER = {Kind.PARTY_GROUP, Kind.COMMITTEE}
_OF_UPPER = tuple(row for row in LIVE_RULES if _UPPER & set(row.places) and row.proof in (DOCUMENTS, REMINDERS))
# What other subjects count at a branch.
_OF_SUBJECTS = tuple(row for row in TOLD_RULES if Kind.BRANCH in row.places)
_RULES_OF_UPPER = frozenset(row.rule for row in _OF_UPPER)


def proves_above(rule: str) -> bool:
    """Whether a requirement of this rule makes a slot of the duty of an upper level that rests on requirements."""
    return rule in _RULES_OF_UPPER


def owed(context: ProofContext, duties: list[Duty]) -> Slots:
    """One slot for each requirement of the duty's rules at its place; exempt and not applicable ones are not owed.

    Of Party group and committee those that a paper or a reminder of its own proves: what its branches do fulfils no duty of it (judgement 4.1).
    """
    known = {row.rule: row for row in (*COUNTED_RULES, *_OF_UPPER, *_OF_SUBJECTS)}
    rules = {rule for duty in duties for rule in duty.rule_ids if rule in known}
    branches = sorted({pk for duty in duties for pk in context.with_groups(duty.list.organisation_id)})
    rows: dict[tuple[int, str], list[Requirement]] = {}
    asked = [known[rule] for rule in sorted(rules)]
    for row in _requirements_of(context, branches, asked):
        # A small group that has moved owed something at the branch it left too; what it owes stands where it is now.
        if (place := context.places.get(row.organisation)) is None:
            continue
        branch = place.parent_id if place.kind == Kind.SMALL_GROUP else place.pk
        rows.setdefault((branch, row.rule), []).append(row)
    found: Slots = {}
    for duty in duties:
        mine = [row for rule in duty.rule_ids for row in rows.get((duty.list.organisation_id, rule), ())]
        slots = [_requirement(context, duty, row) for row in mine]
        slots.sort(key=lambda slot: (slot.due, slot.key))
        found[duty.pk] = slots or nothing_owed(duty, "本年度没有这类应办义务")
    return found


def _requirements_of(context: ProofContext, branches: list[int], asked: list[RequirementRule]) -> Iterable[Requirement]:
    known: list[Requirement] = []
    if context.known is not None:
        counted = [row for row in asked if row in COUNTED_RULES]
        rows = [*context.known.requirements(branches)] if counted else []
        told = [row for row in asked if row in TOLD_RULES] if context.known.told is not None else []
        if told and context.known.told is not None:
            rows += context.known.told(told)
        rules = {row.rule for row in (*counted, *told)}
        asked = [row for row in asked if row.rule not in rules]
        known = [row for row in rows if row.rule in rules and row.period.within(context.span)]
    if not asked:
        return known
    return known + requirements(
        context.span, organisations=branches, as_of=context.as_of, rules=asked, held_until=context.held_until
    )


def slot_key(row: Requirement, place: Organisation) -> str:
    """Return the key of the slot that a Requirement makes in its branch's duties. place: its Organisation."""
    return f"{row.rule}/{row.period}" + (f"/{place.pk}" if place.kind == Kind.SMALL_GROUP else "")


def _requirement(context: ProofContext, duty: Duty, row: Requirement) -> DutySlot:
    place = context.places[row.organisation]
    group = place.kind == Kind.SMALL_GROUP
    slot = DutySlot(
        duty.pk,
        slot_key(row, place),
        (place.short_name if group else "") + requirement_name(row),
        row.due,
        expected=row.expected if row.applies else 0,
        done=row.done if row.applies else 0,
        records=list(row.records),
        text=row.reason or f"应办 {row.expected}，已办 {row.done}",
        url=_address(row),
        mend=_mend(row),
        waiting=row.waiting,
        rests_on=(row.row.measure, *row.row.scored_by),
    )
    if row.applies and not row.met and row.found:
        slot.text += f"；{found_words(row)}"
    if row.state == State.MET_LATE:
        slot.late = max(1, row.expected - row.on_time)
        slot.late_word = row.late_word.removesuffix("完成")
    return slot


def _mend(row: Requirement) -> tuple[str, Address] | tuple[()]:
    """The step that would meet a requirement: a record, a paper; a reminder has its own page, which the line opens."""
    if row.kind:
        return record_step(row.organisation, row.kind, row.period)
    if row.row.proof == DOCUMENTS:
        return "登记文件", reverse_lazy("requirement_document_new", args=[row.organisation, row.rule, str(row.period)])
    return ()


def terms(context: ProofContext, duties: list[Duty]) -> Slots:
    """One slot for each term of office that ends in the year, or ended before and is not renewed, at or below the place.

    What ended before is owed in this list from the year's first day on: before that nothing of the list is overdue.
    """
    terms_due = list(context.terms)
    found: Slots = {}
    for duty in duties:
        slots = []
        for pk, organisation, expires, closed_on in terms_due:
            if not context.below(duty.list.organisation_id, organisation):
                continue
            closed = closed_on if closed_on and closed_on <= context.until else None
            place = context.places[organisation]
            # An organisation that was gone by then elects nobody.
            if place.archived_on and place.archived_on < expires:
                continue
            slots.append(
                DutySlot(
                    duty.pk,
                    f"term/{pk}",
                    f"{place.short_name}届满",
                    max(expires, context.span.first),
                    done=int(closed is not None),
                    late=int(closed is not None and closed > expires),
                    text=_ended(expires, context.span.first) + (f"{closed:%m-%d} 换届" if closed else "未见换届登记"),
                    url=page_of("organisation_detail", place.pk),
                )
            )
        found[duty.pk] = slots or nothing_owed(duty, "本年度没有届满的党组织")
    return found


def _ended(expires: date, first: date) -> str:
    """Return when a term carried over from an earlier year ended, in words; "" for one that ends in the year."""
    return f"{expires} 届满，" if expires < first else ""


def supervisions(context: ProofContext, duties: list[Duty]) -> Slots:
    """Supervisions due in the year at or below the place, or in a leader's charge: one slot for each, or for each period."""
    rows = [row for row in supervisions_in_reach(context) if clock.day_of(row.issued_at) <= context.as_of]
    found: Slots = {}
    for duty in duties:
        if duty.list.level == Level.LEADER:
            places = context.places_in_charge(duty.list.holder_id)
            mine = [row for row in rows if row.holder == duty.list.holder_id or row.organisation in places]
        else:
            mine = [row for row in rows if context.below(duty.list.organisation_id, row.organisation)]
        if duty.period in KINDS and duty.period != YEAR:
            found[duty.pk] = [_by_period(context, duty, *part, mine) for part in periods_of(duty)]
        else:
            found[duty.pk] = [_supervision(context, duty, row) for row in mine] or nothing_owed(
                duty, "本年度没有到期的督查"
            )
    return found


def _closed(context: ProofContext, row: Notice) -> date | None:
    """Return the day a supervision was closed, or None when it was not on the day of judging."""
    day = clock.day_of(row.closed_at) if row.closed_at else None
    return day if day and day <= context.until else None


def _supervision(context: ProofContext, duty: Duty, row: Notice) -> DutySlot:
    closed = _closed(context, row)
    return DutySlot(
        duty.pk,
        f"supervision/{row.pk}",
        # By its number: a notice to a person is not read by everybody who reads this duty.
        f"{row.year}年第{row.number}号督查",
        row.due,
        done=int(closed is not None),
        late=int(closed is not None and closed > row.due),
        late_word="逾期办结",
        rests_on=(SUPERVISIONS_ANSWERED,),
        text=f"{closed:%m-%d} 销号" if closed else "未销号",
        url=page_of("supervision_detail", row.pk),
    )


def _by_period(context: ProofContext, duty: Duty, period: Period, due: date, rows: list[Notice]) -> DutySlot:
    slot = period_slot(duty, period, due, expected=0, late_word="逾期办结", url=reverse_lazy("supervision_list"))
    for row in rows:
        if row.due not in period:
            continue
        closed = _closed(context, row)
        slot.expected += 1
        slot.done += closed is not None
        slot.late += closed is not None and closed > row.due
    slot.text = f"到期 {slot.expected} 件，销号 {slot.done} 件" if slot.expected else "当期没有到期的督查"
    return slot


def lists(context: ProofContext, duties: list[Duty]) -> Slots:
    """How many of the branches below have an issued list of the year."""
    issued = dict(
        DutyList.objects.filter(
            level=Level.BRANCH, year=context.span.year, state=ListState.ISSUED, issued_on__lte=context.as_of
        )
        .order_by()
        .values_list("organisation", "issued_on")
    )
    branches = [
        row
        for row in context.places.values()
        if row.kind == Kind.BRANCH and (row.archived_on is None or row.archived_on > context.day)
    ]
    found: Slots = {}
    for duty in duties:
        found[duty.pk] = []
        for period, due in periods_of(duty):
            # A branch founded after the due date could not have had a list by then.
            last = min(due, context.as_of)
            there = [row.pk for row in branches if row.founded is None or row.founded <= last]
            below = [pk for pk in there if context.below(duty.list.organisation_id, pk)]
            slot = period_slot(duty, period, due, expected=len(below))
            days = [day for pk in below if (day := issued.get(pk))]
            slot.done, slot.late = len(days), sum(day > due for day in days)
            slot.text = f"{len(below)} 个党支部，已下达 {len(days)} 份清单"
            slot.url = _branch_lists(context.span.year)
            found[duty.pk].append(slot)
    return found
