"""Small helpers of the templates: addresses, dates, figures, masks and the looks of states."""

from datetime import date, datetime

from django import template
from django.http import QueryDict
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from branches import clock
from branches.templatetags import states

register = template.Library()

WEEKDAYS = "一二三四五六日"
# The rail of a sync stage, in per cent of its width: where the business date stands, and one day.
RAIL_START, RAIL_DAY, RAIL_SPAN = 14, 3.4, 82


def _day(value):
    """Return the local calendar day of a date or datetime, None for anything else."""
    if isinstance(value, datetime):
        return timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    return value if isinstance(value, date) else None


@register.simple_tag(takes_context=True)
def query(context, **changes):
    """Return the current query string with `changes` put in, None or "" takes a parameter out.

    Always begins with "?", so that it can stand alone in an href.
    """
    request = context.get("request")
    params = request.GET.copy() if request else QueryDict(mutable=True)
    for name, value in changes.items():
        if value is None or value == "":
            params.pop(name, None)
        else:
            params[name] = str(value)
    return "?" + params.urlencode()


@register.simple_tag(takes_context=True)
def sort_state(context, field, param="sort"):
    """Return {"href", "direction"} for a sortable heading; direction is "ascending", "descending" or ""."""
    request = context.get("request")
    now = request.GET.get(param, "") if request else ""
    direction = {field: "ascending", f"-{field}": "descending"}.get(now, "")
    wanted = f"-{field}" if direction == "ascending" else field
    return {"href": query(context, **{param: wanted, "page": None}), "direction": direction}


@register.filter
def md(value):
    """Return 11-27 for a date, with its year where that is not this one; nothing for none."""
    day = _day(value)
    return clock.short(day) if day else ""


@register.filter
def cn_date(value):
    """Return 11月27日 周五 for a date, with its year where that is not this one; nothing for none."""
    day = _day(value)
    return f"{clock.in_words(day)} 周{WEEKDAYS[day.weekday()]}" if day else ""


@register.filter
def cn_day(value):
    """Return 11月27日 for a date, with its year where that is not this one; nothing for none."""
    day = _day(value)
    return clock.in_words(day) if day else ""


@register.filter
def cn_full_date(value):
    """Return 2026年11月24日 for a date; nothing for none."""
    day = _day(value)
    return f"{day.year}年{day.month}月{day.day}日" if day else ""


@register.filter
def cn_weekday(value):
    """Return 星期二 for a date; nothing for none."""
    day = _day(value)
    return f"星期{WEEKDAYS[day.weekday()]}" if day else ""


@register.filter
def cn_weekday_short(value):
    """Return 周五 for a date; nothing for none."""
    day = _day(value)
    return f"周{WEEKDAYS[day.weekday()]}" if day else ""


@register.filter
def citation(value):
    """Return a citation whose （试行） is left out on phones, as HTML."""
    parts = str(value).split("（试行）")
    return format_html_join(
        format_html('<span class="hide-phone">{}</span>', "（试行）"), "{}", ((part,) for part in parts)
    )


@register.filter
def mask_id(value):
    """Return an identity number with only its first three and last two characters: 110*************34."""
    text = str(value or "")
    return text[:3] + "*" * (len(text) - 5) + text[-2:] if len(text) > 7 else "*" * len(text)


@register.filter
def mask_phone(value):
    """Return a phone number with its middle hidden: 138****5678."""
    text = str(value or "")
    return text[:3] + "*" * (len(text) - 7) + text[-4:] if len(text) > 8 else "*" * len(text)


@register.filter
def decimal1(value):
    """Return a figure with one decimal and a true minus sign; 未知 for none, which is not zero."""
    if value is None or value == "":
        return "未知"
    return f"{float(value):.1f}".replace("-", "−")


@register.filter
def pct(value, total=100):
    """Return the share of `value` in `total` as a whole number 0..100, for the classes w-p… and l-p…."""
    try:
        share = float(value) / float(total) * 100
    except (TypeError, ValueError, ZeroDivisionError):
        return 0
    return max(0, min(100, round(share)))


@register.simple_tag
def chip_look(state):
    """Return {"word", "icon", "tone"} of a state key."""
    return states.chip_look(state)


@register.simple_tag
def cell_look(state, days=None):
    """Return {"icon", "classes", "name", "days"} of a heat cell."""
    return states.cell_look(state, None if days in (None, "") else int(days))


@register.simple_tag
def rail(lag, tolerance=7, missing=False):
    """Return the figures of a sync rail.

    `lag` is in days from the business to the Party date, negative when the Party side came first.
    Keys: zone, left, width, party (per cent), tone ("ok", "slow", "miss"), over. The rail ends at about
    24 days; what is longer is drawn to its end, and marked 30+ where it is longer than 30 days.
    """
    tolerance = int(tolerance)
    lag = int(lag or 0)
    width = min(RAIL_SPAN, abs(lag) * RAIL_DAY)
    if lag < 0:
        width = min(RAIL_START, width)
    left = RAIL_START if lag >= 0 else RAIL_START - width
    tone = "miss" if missing else "ok" if lag <= tolerance else "slow"
    return {
        "zone": round(min(RAIL_SPAN, tolerance * RAIL_DAY)),
        "left": round(left),
        "width": round(width),
        "party": round(RAIL_START + width if lag >= 0 else RAIL_START - width),
        "tone": tone,
        "over": lag > 30,
    }


@register.simple_tag
def lag_words(lag):
    """Return 相差 5 天, 当天, or 提前 2 天 when the Party side came first (which counts as synchronised)."""
    if lag is None or lag == "":
        return ""
    lag = int(lag)
    if lag == 0:
        return "当天"
    return f"相差 {lag} 天" if lag > 0 else f"提前 {-lag} 天"


@register.simple_tag
def ruler(score, floor, marks, top=None):
    """Return the figures of a score ruler from `floor` to 100 in per cent of its width.

    `marks` are the breaks of the grades, ascending, as {"at": points, "label": grade}.
    """
    floor = float(floor)

    def place(points):
        return pct(float(points) - floor, 100 - floor) if points is not None else 0

    lefts = [{"at": mark["at"], "label": mark["label"], "left": place(mark["at"])} for mark in marks]
    edges = [0, *(mark["left"] for mark in lefts), 100]
    bands = [{"width": right - left} for left, right in zip(edges, edges[1:])]
    return {"bands": bands, "marks": lefts, "now": place(score), "top": place(top)}
