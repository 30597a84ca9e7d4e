"""Requirements as rows for outsiders, who recompute them from the workbooks."""

from branches.places.models.organisations import Organisation
from branches.places.selectors.names import full_names
from responsibilities.requirements.selectors import requirements


def requirement_rows(span, as_of=None):
    """Return (columns, rows): organisation, rule, period, expected, done, state, due; in tree order."""
    names = full_names()
    in_order = Organisation.objects.in_tree_order().values_list("pk", flat=True)
    order = {pk: place for place, pk in enumerate(in_order)}
    found = sorted(
        requirements(span, as_of=as_of), key=lambda row: (order[row.organisation], row.rule, row.period.first)
    )
    rows = (
        [names[row.organisation], row.rule, str(row.period), row.expected, row.done, row.state, row.due.isoformat()]
        for row in found
    )
    return ["organisation", "rule", "period", "expected", "done", "state", "due"], rows
