"""Requirements as rows for outsiders, who recompute them from the workbooks."""

from collections.abc import Iterator
from datetime import date

from branches.places.models.organisations import Organisation
from branches.places.selectors.names import full_names
from common.periods import Period
from responsibilities.requirements.selectors import requirements


def requirement_rows(span: Period, as_of: date | None = None) -> tuple[list[str], Iterator[list[object]]]:
    """Return (columns, rows): organisation, rule, period, expected, done, state, due; in tree order."""
    names = full_names()
    in_order = Organisation.objects.in_tree_order().values_list("pk", flat=True)
    order = {pk: place for place, pk in enumerate(in_order)}
    in_turn = sorted(
        requirements(span, as_of=as_of), key=lambda row: (order[row.organisation], row.rule, row.period.first)
    )
    rows = (
        [names[row.organisation], row.rule, str(row.period), row.expected, row.done, row.state, row.due.isoformat()]
        for row in in_turn
    )
    return ["organisation", "rule", "period", "expected", "done", "state", "due"], rows
