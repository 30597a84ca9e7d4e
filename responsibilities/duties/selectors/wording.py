"""Words about duties that several pages share: how often, on which rule, whose."""

from collections.abc import Iterator, Sequence
from datetime import date

from branches.rulebook import OWN_SETTING, Rule, citation, rule
from common.periods import KINDS
from responsibilities.duties.models import LEVEL_ROLES, Duty, DutyPeriod, Level
from responsibilities.duties.progress import Progress
from responsibilities.duties.slot import (
    CLOSED,
    DONE,
    LEFT_OUT,
    NOT_ALIVE,
    NOT_APPLICABLE,
    OPEN,
    OVERDUE,
    REPORTED,
    RETURNED,
    SOON,
    STATE_NAMES,
    UNJUDGED,
    DutySlot,
    next_date,
)
from responsibilities.duties.templates import RULE, template

# The cards of the chain: the party group answers together with its secretary.
CARDS = (
    (Level.PARTY_GROUP_SECRETARY, (Level.PARTY_GROUP, Level.PARTY_GROUP_SECRETARY), "党组书记"),
    (Level.LEADER, (Level.LEADER,), "班子成员"),
    (Level.COMMITTEE, (Level.COMMITTEE,), "机关党委"),
    (Level.DISCIPLINE, (Level.DISCIPLINE,), "机关纪委"),
    (Level.GENERAL_BRANCH, (Level.GENERAL_BRANCH,), "党总支"),
    (Level.BRANCH, (Level.BRANCH,), "党支部"),
    (Level.MEMBER, (Level.MEMBER,), "党员"),
)
# Not every chain has them: they are shown where there is a list, and never missed.
OPTIONAL = (Level.DISCIPLINE, Level.GENERAL_BRANCH)
CARD_OF: dict[str, Level] = {level: card for card, levels, _ in CARDS for level in levels}


def role_of(level: str) -> str:
    """Return what a level does in the chain: 「负总责」."""
    return LEVEL_ROLES[Level(level)]


def frequency(duty: Duty) -> str:
    """Return how often in words: 「每半年1次」, 「每年32学时」, 「逐项」."""
    name = DutyPeriod(duty.period).label
    return f"{name}{duty.times}{duty.unit}" if duty.period in KINDS else name


def _rules(duty: Duty) -> Iterator[Rule]:
    for rule_id in duty.rule_ids:
        try:
            yield rule(rule_id)
        except KeyError:
            continue


def basis(duty: Duty) -> list[tuple[str, str]]:
    """Return [(rule id, citation)] of the rules that may be cited (status V only)."""
    return [(row.id, citation(row)) for row in _rules(duty) if row.citable]


def short_basis(duty: Duty) -> str:
    """Return the first citable regulation in short, or 本机关设定."""
    cited = next((row for row in _rules(duty) if row.citable), None)
    return OWN_SETTING if cited is None else cited.cites[0].short_text(articles=False)


def own_number(duty: Duty) -> bool:
    """Whether how often it is owed is the agency's own setting (and not fixed by a rule)."""
    line = template(duty.key)
    return line is None or line.number != RULE or (line.period, line.times) != (duty.period, duty.times)


def chip(found: Progress, slots: Sequence[DutySlot], as_of: date) -> tuple[str, str]:
    """Return (state key, word) of the chip for a Progress: 「逾期54天」, 「6天后」, 「12月31日」, 「已办结」."""
    if found.state == OVERDUE:
        return OVERDUE, f"逾期{found.days}天"
    if found.state == RETURNED:
        return RETURNED, STATE_NAMES[RETURNED]
    if found.state == OPEN:
        due = next_date(slots, as_of) if slots else found.next_due
        days = (due - as_of).days if due else None
        if days is not None and days <= SOON:
            return "due_soon", "今天到期" if days == 0 else f"{days}天后"
        if (
            due is None
            or found.fulfilled
            or any(slot.done or slot.state in DONE for slot in slots if slot.state not in LEFT_OUT)
        ):
            return OPEN, STATE_NAMES[OPEN]
        return "not_due", f"{due.month}月{due.day}日"
    stands = standing(found, slots)
    return stands, STATE_NAMES[stands]


def standing(found: Progress, slots: Sequence[DutySlot]) -> str:
    """Return the state in which a duty with these slots is named: as DutySlot.stands, of what most needs a hand."""
    if found.state == CLOSED and any(slot.unreviewed for slot in slots):
        return REPORTED
    if found.state == NOT_APPLICABLE and slots and all(slot.dormant for slot in slots):
        return NOT_ALIVE
    return found.state


def tone(found: Progress) -> str:
    """Return the tone of a progress bar: late, ok, or blue."""
    if found.overdue:
        return "late"
    return "ok" if found.state in DONE and found.state != UNJUDGED else ""
