"""Downloads of lists: a safe workbook, and one audit entry that says what left."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from branches.services.exports import export_note
from branches.tabular import write_xlsx

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def workbook(request, name, columns, rows, organisation=None):
    """Return `rows` as an attachment `name`.xlsx and note the export with the address's filters (control C42)."""
    rows = list(rows)
    response = HttpResponse(content_type=XLSX)
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.xlsx")
    write_xlsx(rows, columns, response, title=name)
    export_note(by=request.user, what=name, rows=len(rows), filters=request.GET.urlencode(), organisation=organisation)
    return response
