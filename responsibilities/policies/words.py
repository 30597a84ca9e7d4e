"""Who does a step and what it yields, as people write it: in a pasted table, in a catalogue that is read in."""

import re

from common.text import chinese_number, fold
from members.activities.vocabulary import parse_activity_kinds
from responsibilities.policies.models import MOST_DAYS, YIELDS, PolicySeat

# What a step yields is one thing or another.
MOST_YIELDS = 2
_SEATS = {fold(label): code for code, label in PolicySeat.choices} | {
    "支部书记": "branch_secretary",
    "党支部": "branch_secretary",
    "支部委员会": "branch_committee",
    "支部委员": "branch_committee",
    "党总支书记": "general_branch",
    "党办": "staff",
    "机关党办": "staff",
    "党务干部": "staff",
    "机关党委书记": "committee",
    "纪委": "discipline",
    "分管领导同志": "leader",
    "党组成员": "leader",
    "党组书记": "party_group",
    "本组织": "initiator",
}
_YIELDS = {fold(label): code for code, label in YIELDS.items()}
_PARTS = re.compile(r"[、，,；;/]+")
_DAYS = re.compile(r"(?:不超过|≤|<=)?(\d{1,4})(?:个)?(?:工作日|天|日)?(?:内|以内|之内)?")
# A number in words only before what it counts: 「十个工作日」, not 「第一时间」.
_IN_WORDS = re.compile(r"[〇零一二两三四五六七八九十百]+(?=个|工作日|天|日|周|星期|月|年|以?内|之内|$)")
WRONG_DAYS = f"办理时限为 0 至 {MOST_DAYS} 个工作日。"


def seat_of(text: str) -> str:
    """Return the PolicySeat that a text names, "" where it names none of ours."""
    return _SEATS.get(fold(text), "")


def yield_of(text: str) -> str:
    """Return the code of YIELDS that a text names, a kind of record by any of its names; "" where it names none of ours."""
    if fold(text) in _YIELDS:
        return _YIELDS[fold(text)]
    try:
        kinds = parse_activity_kinds(text)
    except ValueError:
        return ""
    return kinds[0] if len(kinds) == 1 else ""


def parts_of(text: str) -> list[str]:
    """Return what a text names beside one another: 「支委会、文件」."""
    return [part for part in _PARTS.split(text) if fold(part)]


def yields_of(text: str) -> list[str]:
    """Return the codes of YIELDS that a text names, at most two; what is none of ours is left out."""
    found = [yield_of(part) for part in parts_of(text)]
    return list(dict.fromkeys(code for code in found if code))[:MOST_YIELDS]


def _digits(found: re.Match[str]) -> str:
    number = chinese_number(found[0].replace("两", "二"))
    if number is None:
        raise ValueError(WRONG_DAYS)
    return str(number)


def days_of(text: str) -> int | None:
    """Return the working days that a text says: 5, 「5个工作日」, 「5日内」, 「十」; None where it says no number.

    ValueError for weeks, months, several numbers, or more than MOST_DAYS: what is no number of working days.
    """
    said = _IN_WORDS.sub(_digits, fold(text))
    if not re.search(r"\d", said):
        return None
    found = _DAYS.fullmatch(said)
    if found is None or int(found[1]) > MOST_DAYS:
        raise ValueError(WRONG_DAYS)
    return int(found[1])
