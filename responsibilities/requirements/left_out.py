"""Which rules a start date takes out of the periods it falls into: too little of them would remain (setting founding_share)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from branches.settings import dated
from common.periods import MONTH, QUARTER, YEAR, Period
from responsibilities.requirements.rule import RequirementRule
from responsibilities.requirements.rules import COUNTED_RULES


@dataclass(frozen=True)
class LeftOut:
    """Rules that a period does not owe although it goes on after `start`, and why, in words."""

    period: Period
    why: str
    rules: tuple[RequirementRule, ...]


def left_out(start: date, rules: Iterable[RequirementRule] = COUNTED_RULES) -> list[LeftOut]:
    """Return what is not owed any more in the year, the quarter and the month of `start`, the longest first.

    The same judgement as in `selectors.requirements`; here it is asked before the date is said.
    """
    shares = dated.timeline("founding_share")
    days = dated.timelines({rule.due_setting for rule in rules} - {""})
    found = []
    for kind in (YEAR, QUARTER, MONTH):
        period = Period.containing(kind, start)
        share = Fraction(dated.at(shares, period.first))
        named = tuple(rule for rule in rules if rule.period == kind)
        why = f"只剩 {(period.last - start).days + 1} 天，不足 {float(share * 100):g}%"
        if start == period.first or period.counts_since(start, share):
            # Due before the start, whatever remains of the period.
            named = tuple(rule for rule in named if rule.due_setting and _due(rule, period, days) < start)
            why = "中截止日期早于启用日期"
        if named:
            found.append(LeftOut(period, why, named))
    return found


def _due(rule: RequirementRule, period: Period, days: Mapping[str, dated.Timeline]) -> date:
    return dated.day_in(dated.at(days[rule.due_setting], period.first), period.year)
