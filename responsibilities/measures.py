"""Measures of what is owed: one value per organisation, rule and period, from the same function as the pages."""

from responsibilities.models import RequirementState
from responsibilities.requirement_rules import REQUIREMENT_RULES
from responsibilities.selectors.requirements import requirements

REQUIREMENT_MEASURES = {row.measure: f"{row.label}（应办）" for row in REQUIREMENT_RULES}


def requirement_rows(period, organisations=None, as_of=None):
    """Yield the Requirements whose own period is exactly `period`, those that do not apply included."""
    rules = [row for row in REQUIREMENT_RULES if row.period == period.kind]
    return requirements(period, organisations=organisations, as_of=as_of, rules=rules)


def fraction(row):
    """Return (numerator, denominator, late, overdue) of a Requirement.

    Numerator: how many of the expected are done, at most as many as expected. Denominator: the expected. A requirement
    that is exempt or does not apply has no denominator: it is not zero of something, it is nothing owed.
    """
    if not row.applies:
        return 0, 0, 0, 0
    done = min(row.done, row.expected)
    late = max(0, done - min(row.on_time, row.expected))
    overdue = row.expected - done if row.state == RequirementState.OVERDUE else 0
    return done, row.expected, late, overdue
