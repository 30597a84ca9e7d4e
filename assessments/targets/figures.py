"""What facts say of a measure over months, for the rooms below (responsibilities/campaigns/figures.py)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal

from assessments.facts.models import Fact
from assessments.targets.measured import MEASURED
from assessments.targets.selectors.standings import asked_now
from common.periods import MONTH
from responsibilities.campaigns.figures import Asked

TENTH = Decimal("0.1")


class FactFigures:
    """Monthly measures alone: a campaign is shorter than a year. Rates are sum by sum, as with targets."""

    def names(self) -> Mapping[str, str]:
        return {measure: row.name for measure, row in MEASURED.items() if row.grain == MONTH}

    def unit(self, measure: str) -> str:
        return MEASURED[measure].unit

    def figures(self, asked: Sequence[Asked]) -> list[Decimal | None]:
        """Return the value of each; one statement, none where facts are filled anew just now."""
        if not asked_now().known:
            return [None for _ in asked]
        rows = Fact.objects.filter(
            measure__in={one.measure for one in asked},
            organisation__in={place for one in asked for place in one.places},
            period__in={month for one in asked for month in one.months},
        ).order_by()
        sums: dict[tuple[str, str, int], tuple[int, int]] = defaultdict(lambda: (0, 0))
        columns = ("measure", "period", "organisation", "numerator", "denominator", "overdue")
        for measure, month, place, numerator, denominator, overdue in rows.values_list(*columns):
            due = numerator + overdue if MEASURED[measure].of_due else denominator or 0
            sums[measure, month, place] = (numerator, due)
        return [_value(one, sums) for one in asked]


def _value(asked: Asked, sums: Mapping[tuple[str, str, int], tuple[int, int]]) -> Decimal | None:
    parts = [
        sums[asked.measure, month, place]
        for month in asked.months
        for place in asked.places
        if (asked.measure, month, place) in sums
    ]
    done, due = sum(part[0] for part in parts), sum(part[1] for part in parts)
    if not MEASURED[asked.measure].rate:
        return Decimal(done) if asked.months else None
    return (Decimal(100 * done) / due).quantize(TENTH) if due else None
