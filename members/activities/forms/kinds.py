"""Kinds on the record form: how they are called on a pill, and which stand in front."""

from typing import Any

from branches.places.models.organisations import Kind, Organisation
from members.activities.entry_rules import held_at
from members.activities.models import ActivityKindCode

Code = ActivityKindCode
# The kinds an organisation of this kind records most; the others stand below 更多类型.
USUAL = {
    Kind.BRANCH: [
        Code.ASSEMBLY,
        Code.COMMITTEE_MEETING,
        Code.LECTURE,
        Code.THEME_DAY,
        Code.ORG_LIFE,
        Code.TALK,
    ],
    Kind.SMALL_GROUP: [Code.GROUP_MEETING, Code.LECTURE, Code.THEME_DAY, Code.ORG_LIFE, Code.TALK],
    Kind.GENERAL_BRANCH: [
        Code.ASSEMBLY,
        Code.COMMITTEE_MEETING,
        Code.LECTURE,
        Code.THEME_DAY,
        Code.ORG_LIFE,
        Code.TALK,
    ],
    Kind.COMMITTEE: [
        Code.COMMITTEE_PLENARY,
        Code.PARTY_SPECIAL,
        Code.ALL_HANDS,
        Code.LECTURE,
        Code.DEBRIEF,
        Code.VISIT_BRANCH,
    ],
    Kind.PARTY_GROUP: [
        Code.PARTY_GROUP_MEETING,
        Code.PARTY_SPECIAL,
        Code.STUDY_GROUP,
        Code.DEMOCRATIC_LIFE,
        Code.LECTURE,
        Code.VISIT_BRANCH,
    ],
}
SHORT = {Code.ASSEMBLY: "党员大会", Code.PARTY_SPECIAL: "专题研究党建", Code.ALL_HANDS: "党员干部大会"}


def short_label(code: str) -> str:
    """Return the label of a kind as it stands on a pill."""
    return SHORT.get(Code(code), Code(code).label)


def pills(organisation: Organisation | None, codes: list[str]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return (usual, other) kinds that are held there as {"code", "label", "checked"}; what is checked stands in front."""
    usual = USUAL[Kind(organisation.kind)] if organisation else []
    rows = [
        {"code": code, "label": short_label(code), "checked": code in codes}
        for code in Code.values
        if code in codes or organisation is None or held_at(code, organisation)
    ]
    front = [row for code in usual for row in rows if row["code"] == code]
    front += [row for row in rows if row["checked"] and row not in front]
    return front, [row for row in rows if row not in front]
