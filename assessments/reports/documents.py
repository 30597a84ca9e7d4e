"""Every document of a report, rendered from its frozen JSON alone."""

from functools import cache
from secrets import token_hex

from django.conf import settings
from django.template.loader import render_to_string

from assessments.reports import docx, letter, reading, shape, xlsx
from assessments.reports.selectors import side_of
from common import crash_points

FORMATS = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "html": "text/html; charset=utf-8",
}
PART = 50
# What the report page is made of; the file that stands alone carries the same.
STYLES = (
    *(f"base/{name}" for name in ("tokens", "elements", "utilities", "widths")),
    *(f"components/{name}" for name in ("icon", "table", "chip", "evidence", "progress", "chart")),
    "assessments/reports",
)


def render(report, kind):
    """Return the bytes of the report as docx, xlsx or html (a page that stands alone)."""
    crash_points.point("report.render")
    if kind == "docx":
        return letter.render(report) if shape.is_letter(report) else docx.render(report)
    if kind == "xlsx":
        return xlsx.render(report)
    return b"".join(_page(report))


def _page(report):
    """Yield the page that stands alone in pieces: the sheets of a province are most of it, and are drawn some at a time."""
    # A mark that nobody's words can hold.
    mark = token_hex(16)
    context = {"report": report, "ranked": reading.is_ranked(report), "letter": shape.is_letter(report), "apart": mark}
    if context["letter"]:
        context |= side_of(report)
    page = render_to_string("assessments/reports/standalone.html", context).replace("/*style*/", _style())
    before, there, after = page.partition(mark)
    yield before.encode()
    # Whether there are means is said of the whole.
    words = {"report": report, "alone": True, "means": reading.has_means(report)}
    for start in range(0, len(report["chapters"]) if there else 0, PART):
        words["sheets"] = report["chapters"][start : start + PART]
        yield render_to_string("assessments/reports/sheet_list.html", words).encode()
    yield after.encode()


@cache
def _style():
    """Return the style sheets of the report; the file carries them, so that it needs nothing beside it."""
    folder = settings.BASE_DIR / "static" / "css"
    return "\n".join((folder / f"{name}.css").read_text() for name in STYLES)
