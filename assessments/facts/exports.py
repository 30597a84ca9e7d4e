"""Facts as rows for outsiders, who recompute them from the workbooks."""

from assessments.facts import fill as rollups
from branches.places.models.organisations import tree_order
from branches.places.selectors.names import full_names


def fact_rows(span, as_of=None):
    """Return (columns, rows) of every fact within `span`, a Period, as filled for `as_of` (default today)."""
    names = full_names()
    facts = rollups.facts_within(span, as_of).order_by(*tree_order("organisation__"), "measure", "period")
    rows = (
        [names[place], measure, period, numerator, "" if denominator is None else denominator]
        for place, measure, period, numerator, denominator in facts.values_list(
            "organisation_id", "measure", "period", "numerator", "denominator"
        ).iterator()
    )
    return ["organisation", "measure", "period", "numerator", "denominator"], rows
