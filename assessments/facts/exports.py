"""Facts as rows for outsiders, who recompute them from the workbooks."""

from functools import cache

from assessments.facts import fill as rollups
from branches.places.models.organisations import tree_order
from branches.places.selectors.names import names_over_time
from common import clock
from common.periods import Period


def fact_rows(span, as_of=None):
    """Return (columns, rows) of every fact within `span`, a Period, as filled for `as_of` (default today).

    Organisations bear the names of the last day of each period, or of `as_of` where that comes earlier (judgement 5.2).
    """
    names, today = names_over_time(), as_of or clock.today()
    last = cache(lambda period: min(Period.parse(period).last, today))
    facts = rollups.facts_within(span, as_of).order_by(*tree_order("organisation__"), "measure", "period")
    rows = (
        [names(place, last(period)).name, measure, period, numerator, "" if denominator is None else denominator]
        for place, measure, period, numerator, denominator in facts.values_list(
            "organisation_id", "measure", "period", "numerator", "denominator"
        ).iterator()
    )
    return ["organisation", "measure", "period", "numerator", "denominator"], rows
