"""What templates ask about states: how one looks, the rail of a sync stage, the ruler of a score."""

from django import template

from branches.frame import states
from common.templatetags.tongbu import pct

register = template.Library()
# The rail of a sync stage, in per cent of its width: where the business date stands, and one day.
RAIL_START, RAIL_DAY, RAIL_SPAN = 14, 3.4, 82


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
