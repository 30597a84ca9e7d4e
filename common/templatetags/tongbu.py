"""Small helpers of the templates: addresses, dates, figures and masks."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

from django import template
from django.http import QueryDict
from django.template import Context
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from common import clock, text
from common.numbers import stray

register = template.Library()

register.filter("quoted", text.quoted)

WEEKDAYS = "一二三四五六日"
# As many buttons stand in the head of a page on the phone without taking three lines of it.
_ROOM_IN_HEAD = 3
_BUTTON_ENDS = re.compile(r"</a>|</button>|</summary>")
_NOT_ON_PHONE = re.compile(r"\bhide-phone\b")


def _day(value: Any) -> date | None:
    """Return the local calendar day of a date or datetime, None for anything else."""
    if isinstance(value, datetime):
        return timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    return value if isinstance(value, date) else None


@register.simple_tag
def styles(*names: str) -> str:
    """Return the links to style sheets, named as in static/css: {% styles "components/rail" "responsibilities/work" %}."""
    return _style_links(names)


@cache
def _style_links(names: tuple[str, ...]) -> str:
    # Addresses of style sheets are those of the release: each page asks for the same dozen.
    links = ((static(f"css/{name}.css"),) for name in names)
    return format_html_join("\n", '<link rel="stylesheet" href="{}">', links)


@register.simple_tag
def crowded(more: str, rest: str) -> bool:
    """Return whether the buttons of a page's head, those of its slot "more" with the rest, are too many for the phone: over three."""
    if not more.strip():
        return False
    buttons = len(_BUTTON_ENDS.findall(more + rest)) - len(_NOT_ON_PHONE.findall(more + rest))
    return buttons > _ROOM_IN_HEAD


@register.tag
def joined(parser: Any, token: Any) -> template.Node:
    """Drop the line breaks, with the blanks round them, that the template has between {% joined %} and {% endjoined %}.

    For a run of text that needs several lines in the template and must show no gap on the page. Values keep their breaks.
    """
    nodes = parser.parse(("endjoined",))
    parser.delete_first_token()
    for node in nodes.get_nodes_by_type(template.base.TextNode):
        node.s = re.sub(r"[ \t]*\n[ \t\n]*", "", node.s)
    return _Joined(nodes)


class _Joined(template.Node):
    def __init__(self, nodelist: template.NodeList) -> None:
        self.nodelist = nodelist

    def render(self, context: Context) -> str:
        return self.nodelist.render(context)


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: Any) -> str:
    """Return the current query string with `changes` put in, None or "" takes a parameter out.

    Always begins with "?", so that it can stand alone in an href. A number of a person that somebody typed into the address
    is not carried on (control C45).
    """
    request = context.get("request")
    params = request.GET.copy() if request else QueryDict(mutable=True)
    for name in [name for name, values in params.lists() if any(map(stray, values))]:
        del params[name]
    for name, value in changes.items():
        if value is None or value == "":
            params.pop(name, None)
        else:
            params[name] = str(value)
    return "?" + params.urlencode()


@register.simple_tag(takes_context=True)
def sort_state(context: Context, field: str, param: str = "sort") -> dict[str, str]:
    """Return {"href", "direction"} for a sortable heading; direction is "ascending", "descending" or ""."""
    request = context.get("request")
    now = request.GET.get(param, "") if request else ""
    direction = {field: "ascending", f"-{field}": "descending"}.get(now, "")
    wanted = f"-{field}" if direction == "ascending" else field
    return {"href": query(context, **{param: wanted, "page": None}), "direction": direction}


@register.filter
def md(value: Any) -> str:
    """Return 11-27 for a date, with its year where that is not this one; nothing for none."""
    day = _day(value)
    return clock.short(day) if day else ""


@register.filter
def cn_date(value: Any) -> str:
    """Return 11月27日 周五 for a date, with its year where that is not this one; nothing for none."""
    day = _day(value)
    return f"{clock.in_words(day)} 周{WEEKDAYS[day.weekday()]}" if day else ""


@register.filter
def cn_day(value: Any) -> str:
    """Return 11月27日 for a date, with its year where that is not this one; nothing for none."""
    day = _day(value)
    return clock.in_words(day) if day else ""


@register.filter
def cn_full_date(value: Any) -> str:
    """Return 2026年11月24日 for a date; nothing for none."""
    day = _day(value)
    return f"{day.year}年{day.month}月{day.day}日" if day else ""


@register.filter
def cn_weekday(value: Any) -> str:
    """Return 星期二 for a date; nothing for none."""
    day = _day(value)
    return f"星期{WEEKDAYS[day.weekday()]}" if day else ""


@register.filter
def cn_weekday_short(value: Any) -> str:
    """Return 周五 for a date; nothing for none."""
    day = _day(value)
    return f"周{WEEKDAYS[day.weekday()]}" if day else ""


@register.filter
def citation(value: Any) -> str:
    """Return a citation whose （试行） is left out on phones, as HTML."""
    parts = str(value).split("（试行）")
    return format_html_join(
        format_html('<span class="hide-phone">{}</span>', "（试行）"), "{}", ((part,) for part in parts)
    )


@register.filter
def mask_id(value: Any) -> str:
    """Return an identity number with only its first three and last two characters: 110*************34."""
    text = str(value or "")
    return text[:3] + "*" * (len(text) - 5) + text[-2:] if len(text) > 7 else "*" * len(text)


@register.filter
def mask_phone(value: Any) -> str:
    """Return a phone number with its middle hidden: 138****5678."""
    text = str(value or "")
    return text[:3] + "*" * (len(text) - 7) + text[-4:] if len(text) > 8 else "*" * len(text)


@register.filter
def decimal1(value: Any) -> str:
    """Return a figure with one decimal and a true minus sign; 未知 for none, which is not zero."""
    if value is None or value == "":
        return "未知"
    return f"{float(value):.1f}".replace("-", "−")


@register.filter
def pct(value: Any, total: Any = 100) -> int:
    """Return the share of `value` in `total` as a whole number 0..100, for the classes w-p… and l-p…."""
    try:
        share = float(value) / float(total) * 100
    except (TypeError, ValueError, ZeroDivisionError):
        return 0
    return max(0, min(100, round(share)))


@register.simple_tag
def spark_points(trend: Sequence[tuple[str, float]], low: Any = "", high: Any = "") -> dict[str, Any]:
    """Return {"line": "x,y x,y", "circles": [(x, y)]} of a trend [(name, value)] in a picture of 76 × 28, each as text.

    The scale is the trend's own, from its lowest value to its highest; a level line lies in the middle. low, high: one scale
    for several, beyond which a value lies at the edge.
    """
    values = [float(value) for _, value in trend]
    if len(values) < 2:
        return {"line": "", "circles": []}
    if low != "" and high != "":
        values = [min(max(value, float(low)), float(high)) for value in values]
    low, high = float(low if low != "" else min(values)), float(high if high != "" else max(values))
    span = high - low
    steps = 68 / (len(values) - 1)
    heights = [24 - 20 * (value - low) / span if span else 14 for value in values]
    circles = [(f"{4 + steps * place:.1f}", f"{height:.1f}") for place, height in enumerate(heights)]
    return {"line": " ".join(f"{x},{y}" for x, y in circles), "circles": circles}
