"""Every document of a report, rendered from its frozen JSON alone."""

from django.template.loader import render_to_string

from assessments.reports import docx, xlsx

FORMATS = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "html": "text/html; charset=utf-8",
}


def render(report, kind):
    """Return the bytes of the report as docx, xlsx or html (a page that stands alone)."""
    if kind == "docx":
        return docx.render(report)
    if kind == "xlsx":
        return xlsx.render(report)
    return render_to_string("assessments/reports/standalone.html", {"report": report}).encode()
