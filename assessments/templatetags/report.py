"""Helpers of the report's template: it knows only the frozen JSON."""

from datetime import date
from decimal import Decimal

from django import template
from django.urls import reverse

from assessments.reports import paper, reading
from assessments.reports.wording import tight
from common import clock
from common.forms.filters import REPORTED
from common.periods import Period

register = template.Library()


@register.filter
def get(values, key):
    """Return values[key] of a dict, None when missing."""
    return values.get(key)


@register.filter
def grade_word(row):
    """Return the grade of a branch, 暂不定 where too little is due, — for none."""
    return reading.grade_word(row, "—")


@register.filter
def points_cell(row, key):
    """Return the points of a branch in a dimension, with their maximum where it has one of its own."""
    return reading.points_cell(row, key)


@register.filter
def points_words(figure):
    """Return what a reason did to the points: 扣2.00, 加1.00; an adjustment without room for it changed nothing."""
    number = Decimal(figure.replace("−", "-"))
    return f"{'加' if number < 0 else '扣'}{abs(number)}" if number else "没有改变得分"


@register.filter
def has_means(report):
    """Whether a report gives means of indicators."""
    return reading.has_means(report)


@register.filter
def level_table(work):
    """Return (heads, rows) of the table of levels in the chapter on work."""
    return reading.level_table(work)


@register.filter
def pieces(block):
    """Return [(text, address or "")] of a paragraph, as print sets it."""
    rest, found = tight(block["text"]), []
    for link in block["links"]:
        before, piece, after = rest.partition(tight(link["text"]))
        if piece:
            found += [(before, ""), (piece, link["url"])]
            rest = after
    return [*found, (rest, "")]


@register.filter
def cells(block):
    """Return the rows of a table as [(text, address or "", whether at the left edge)]."""
    return [
        [
            (tight(paper.cell_text(cell)), "" if isinstance(cell, str) else cell["url"], place in block["left"])
            for place, cell in enumerate(row)
        ]
        for row in block["rows"]
    ]


@register.filter
def span(period):
    """Return 2026年7月1日至9月30日 for "2026Q3"."""
    return Period.parse(period).span()


@register.filter
def iso_date(text):
    """Return 2026年11月24日 for "2026-11-24"."""
    return f"{date.fromisoformat(text):%Y年%-m月%-d日}" if text else ""


@register.filter
def change_mark(text):
    """Return ▲ 1.5, ▼ 0.5, 持平 for a change in points; — for none."""
    if text is None:
        return "—"
    number = Decimal(text.replace("−", "-"))
    if not number:
        return "持平"
    return f"{'▲' if number > 0 else '▼'} {abs(number)}"


@register.filter
def has_reasons(chapter):
    """Return whether any indicator of a chapter lost a point; without losses the sentence says all."""
    return any(row["reasons"] for row in chapter["indicators"])


@register.filter
def short_period(period):
    """Return 三季度 for "2026Q3", with the year where it is not this one."""
    return Period.parse(period).within_year(clock.today().year)


@register.filter
def from_report(url, report):
    """Return an address of a board with the day of the report's figures, so that the board says that it is of today."""
    path, _, query = (url or "").partition("?")
    if path not in (reverse("duty_list"), reverse("sync_board")):
        return url
    return f"{path}?{query}{'&' if query else ''}{REPORTED}={report['as_of']}"
