"""Cells of the heat matrix, written by functions: a page has hundreds of them, and a component costs ten times as much."""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from branches.frame import states
from common.templatetags.tongbu import pct

register = template.Library()
# Below these shares of what is done a percent cell is red, or amber.
LOW, MIDDLE = 60, 85


@lru_cache(maxsize=1024)
def _look(state: str, days: int | None) -> tuple[str, str, SafeString]:
    """Return (classes, spoken name, what stands inside) of a cell; there are few different ones, however many branches."""
    look = states.cell_look(state, days)
    inside = format_html(
        '<svg class="dj-icon" aria-hidden="true"><use href="{}#{}"/></svg>{}',
        static("icons.svg"),
        look["icon"],
        "" if look["days"] is None else look["days"],
    )
    return look["classes"], look["name"], inside


@register.simple_tag
def heat_cell(state: str, days: Any = None, url: str = "", pop: bool = False, of: str = "") -> SafeString:
    """Return a cell of the heat matrix.

    state: key. days: late or left, None or "" without. url: page of the cell. pop: a click shows a part of that page beside
    the cell. of: what it is about, read aloud before the state (投资处 10月支委会).
    """
    classes, name, inside = _look(str(state), None if days in (None, "") else int(days))
    spoken = f"{of}：{name}" if of else name
    if not url:
        words = '<span class="dj-cell {}" title="{}" role="img" aria-label="{}">{}</span>'
        return format_html(words, classes, name, spoken, inside)
    words = '<a class="dj-cell {}" href="{}"{} title="{}" aria-label="{}">{}</a>'
    return format_html(words, classes, url, SafeString(" data-pop") if pop else "", name, spoken, inside)


@register.simple_tag
def pct_cell(value: int | None, url: str = "", of: str = "") -> SafeString:
    """Return a cell of a share. value: 0..100, None where it is unknown; url, of: as of heat_cell."""
    if value is None:
        return SafeString('<span class="dj-percent is-none" title="未知"><span>—</span></span>')
    bar = f"w-p{pct(value)}" + (" is-low" if value < LOW else " is-middle" if value < MIDDLE else "")
    inside = format_html('<i class="{}"></i><span>{}</span>', bar, value)
    if not url:
        return format_html('<div class="dj-percent" title="{}%">{}</div>', value, inside)
    said = f"{of}：{value}%" if of else f"{value}%"
    return format_html('<a class="dj-percent" href="{}" aria-label="{}">{}</a>', url, said, inside)


@register.simple_tag
def heat_cells(of: str, cells: Iterable[Any]) -> SafeString:
    """Return the <td>s of a row. of: its name. cells: with state, days, percent, url and name; without a state nothing is owed."""
    return format_html_join("", "<td>{}</td>", ((_cell(of, cell),) for cell in cells))


def _cell(of: str, cell: Any) -> SafeString:
    if cell.percent is not None:
        return pct_cell(cell.percent, cell.url, f"{of}{cell.name}")
    if cell.state:
        return heat_cell(cell.state, cell.days, cell.url, True, f"{of} {cell.name}")
    return SafeString('<span class="sr-only">无</span>')


@register.simple_tag
def share_cells(of: str, cells: Iterable[Any]) -> SafeString:
    """Return the <td>s of a folded group: the share that is done of what fell due, and how many are overdue.

    cells: with due, done, overdue, percent and name; where nothing fell due and nothing is overdue a cell is empty.
    """
    return format_html_join("", "<td>{}</td>", ((_share(of, cell),) for cell in cells))


def _share(of: str, cell: Any) -> SafeString:
    if cell.percent is None:
        return SafeString('<span class="dj-percent is-none" title="没有到期"><span>—</span></span>')
    late = format_html("<b>{}</b>", cell.overdue) if cell.overdue else ""
    said = f"{of} {cell.name}：{cell.percent}%" + (f"，逾期{cell.overdue}项" if cell.overdue else "")
    bar = f"w-p{pct(cell.percent)}" + (
        " is-low" if cell.percent < LOW else " is-middle" if cell.percent < MIDDLE else ""
    )
    return format_html(
        '<div class="dj-percent" role="img" title="{}" aria-label="{}"><i class="{}"></i><span>{}{}</span></div>',
        said,
        said,
        bar,
        cell.percent,
        late,
    )
