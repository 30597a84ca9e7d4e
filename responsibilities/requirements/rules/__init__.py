"""The rules that make requirements 应办义务: who owes what, how often, and what proves it.

One row makes one requirement per body (or person) and period. All that makes one rule differ from another stands on its
row: no other code asks for a rule by its id. What no regulation fixes is the agency's own dated setting
(branches/settings/dated.py), whose key the row names. Rows whose records live in a later subject name it (`alive_from`).
"""

from responsibilities.requirements.rule import RequirementRule
from responsibilities.requirements.rules.of_subjects import OF_CARE, OF_SUBJECTS
from responsibilities.requirements.rules.organisation_life import ORGANISATION_LIFE
from responsibilities.requirements.rules.people import PEOPLE, STUDY, TERMS
from responsibilities.requirements.rules.upper_levels import UPPER_LEVELS

__all__ = [
    "COUNTED_RULES",
    "LIVE_RULES",
    "REQUIREMENT_RULES",
    "REQUIREMENT_RULES_BY_ID",
    "SCORED_RULES",
    "RequirementRule",
    "any_to_come",
]

REQUIREMENT_RULES = (*ORGANISATION_LIFE, *UPPER_LEVELS, *PEOPLE, *STUDY, *TERMS, *OF_SUBJECTS, *OF_CARE)
# Those that can be proved now; and of them those that rates, facts, scores and exports for outsiders are made of.
LIVE_RULES = tuple(row for row in REQUIREMENT_RULES if row.alive)
COUNTED_RULES = tuple(row for row in REQUIREMENT_RULES if row.counted)
# What a scheme may read of what is owed.
SCORED_RULES = tuple(row for row in REQUIREMENT_RULES if row.counted or row.scored)
REQUIREMENT_RULES_BY_ID = {row.rule: row for row in REQUIREMENT_RULES}


def any_to_come() -> bool:
    """Whether the records of any rule still come with a later subject: only then is 尚未启用 offered as a choice."""
    return any(not row.alive for row in REQUIREMENT_RULES)
