"""Every export leaves one audit entry: what, how many rows, under which filter; never the content (control C42)."""

from django.db import transaction

from branches import audit


@transaction.atomic
def export_note(*, by, what, rows=None, filters="", obj=None, organisation=None):
    """Record that `by` took an export of `what`; `filters`: the address's query string."""
    note = what + (f"，{rows} 行" if rows is not None else "") + (f"，条件 {filters}" if filters else "")
    return audit.record(by=by, verb="export", obj=obj, organisation=organisation, note=note[:500])
