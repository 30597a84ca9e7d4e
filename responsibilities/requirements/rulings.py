"""What a rule makes in this agency now: who owes it in the running period; and how a rule is found by its sound."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from functools import cache

from branches.places.models.organisations import Kind, Organisation
from branches.rulebook import rule
from common import clock
from common.names import initials_of
from common.periods import Period
from responsibilities.requirements.models import RequirementState as State
from responsibilities.requirements.rules import REQUIREMENT_RULES_BY_ID, RequirementRule
from responsibilities.requirements.selectors import requirements


@dataclass(frozen=True)
class RuleNow:
    """One rule in the running period. who: 「14 个党支部」, 「3 人」; the numbers are of requirements that apply."""

    period: Period
    who: str
    owed: int
    met: int
    overdue: int
    exempt: int


def rule_now(row: RequirementRule, today: date | None = None) -> RuleNow:
    """Return how many organisations or persons owe a rule in its running period, and how it stands."""
    period = Period.containing(row.period, today or clock.today())
    found = requirements(period, rules=[row], as_of=today)
    owing = [one for one in found if one.applies]
    return RuleNow(
        period,
        _who(row, {one.organisation for one in owing}, len({(one.organisation, one.person) for one in owing})),
        owed=len(owing),
        met=sum(one.state in (State.MET, State.MET_LATE) for one in owing),
        overdue=sum(one.state == State.OVERDUE for one in owing),
        exempt=sum(one.state == State.EXEMPT for one in found),
    )


def _who(row: RequirementRule, places: set[int], number: int) -> str:
    if not number:
        return "没有人应办" if row.personal else "没有党组织应办"
    if row.personal:
        return f"{number} 人"
    counted = Counter(Organisation.objects.filter(pk__in=places).order_by().values_list("kind", flat=True))
    return "、".join(f"{counted[kind]} 个{kind.label}" for kind in Kind if counted[kind])


@cache
def pinyin_of(rule_id: str) -> str:
    """Return the first letters of how a rule reads aloud, and those of its label."""
    named = REQUIREMENT_RULES_BY_ID.get(rule_id)
    return f"{initials_of(rule(rule_id).zh)} {initials_of(named.label) if named else ''}"
