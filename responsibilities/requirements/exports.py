"""Requirements as rows for outsiders, who recompute them from the workbooks."""

from collections.abc import Iterator
from datetime import date

from branches.places.models.organisations import Organisation
from branches.places.selectors.names import names_over_time
from common import clock
from common.periods import Period
from responsibilities.requirements.selectors import requirements


def requirement_rows(span: Period, as_of: date | None = None) -> tuple[list[str], Iterator[list[object]]]:
    """Return (columns, rows): organisation, rule, period, expected, done, state, due; in tree order.

    Organisations bear the names of the last day of each period, or of `as_of` where that comes earlier (judgement 5.2).
    """
    names, today = names_over_time(), as_of or clock.today()
    in_order = Organisation.objects.in_tree_order().values_list("pk", flat=True)
    order = {pk: place for place, pk in enumerate(in_order)}
    in_turn = sorted(
        requirements(span, as_of=as_of), key=lambda row: (order[row.organisation], row.rule, row.period.first)
    )
    rows = (
        [
            names(row.organisation, min(row.period.last, today)).name,
            *(row.rule, str(row.period), row.expected, row.done, row.state, row.due.isoformat()),
        ]
        for row in in_turn
    )
    return ["organisation", "rule", "period", "expected", "done", "state", "due"], rows
