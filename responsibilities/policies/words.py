"""Who does a step and what it yields, as people write it: in a pasted table, in a catalogue that is read in."""

import re

from common.text import fold
from responsibilities.policies.models import YIELDS, PolicySeat

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


def seat_of(text: str) -> str:
    """Return the PolicySeat that a text names, "" where it names none of ours."""
    return _SEATS.get(fold(text), "")


def yields_of(text: str) -> list[str]:
    """Return the codes of YIELDS that a text names, at most two; what is none of ours is left out."""
    return [_YIELDS[fold(part)] for part in _PARTS.split(text) if fold(part) in _YIELDS][:MOST_YIELDS]
