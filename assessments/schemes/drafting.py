"""Changes of a draft's body, as plain data: an indicator, a dimension, what holds for the whole. Pure.

A draft need not add up while it is written: a dimension weighs what its indicators weigh, and the total is checked when the
draft is proposed. Figures are kept as text, exactly as typed.
"""

import re
from copy import deepcopy
from typing import Any

from assessments.scoring.numbers import exact, plain

Body = dict[str, Any]


def find(body: Body, key: str) -> tuple[Body, Body]:
    """Return (dimension, indicator) of a body; KeyError for an unknown key."""
    for dimension in body["dimensions"]:
        for row in dimension["indicators"]:
            if row["key"] == key:
                return dimension, row
    raise KeyError(key)


def dimension_of(body: Body, key: str) -> Body:
    """Return a dimension of a body; KeyError for an unknown key."""
    for dimension in body["dimensions"]:
        if dimension["key"] == key:
            return dimension
    raise KeyError(key)


def with_indicator(body: Body, dimension: str, key: str, data: Body) -> Body:
    """Return the body with an indicator put in the place of `key`, or added to a dimension where `key` is ""."""
    new = deepcopy(body)
    if key:
        part, row = find(new, key)
        place = part["indicators"].index(row)
        part["indicators"][place] = {**data, "key": key}
    else:
        part = dimension_of(new, dimension)
        part["indicators"].append({**data, "key": _free_key(new, dimension)})
    return _weighed(new)


def without_indicator(body: Body, key: str) -> Body:
    """Return the body without an indicator, and without what named it."""
    new = deepcopy(body)
    part, row = find(new, key)
    part["indicators"].remove(row)
    for dimension in new["dimensions"]:
        for other in dimension["indicators"]:
            if key in other.get("counted_in", ()):
                other["counted_in"] = [one for one in other["counted_in"] if one != key]
    return _weighed(new)


def with_dimension(body: Body, key: str, data: Body) -> Body:
    """Return the body with what is said of a dimension (name, full_from, weighted, points), or with one more where `key` is ""."""
    new = deepcopy(body)
    if key:
        dimension_of(new, key).update(data)
    else:
        known = {part["key"] for part in new["dimensions"]}
        number = next(number for number in range(1, 1000) if f"part-{number}" not in known)
        new["dimensions"].append({"key": f"part-{number}", "indicators": [], "points": 0, **data})
    return _weighed(new)


def with_bonus(body: Body, place: int | None, item: Body | None) -> Body:
    """Return the body with a bonus item put in a place (None: at the end); item None: without the one that stands there."""
    new = deepcopy(body)
    items = new.setdefault("bonus", {}).setdefault("items", [])
    if place is None:
        items.append(item)
    elif item is None:
        del items[place]
    else:
        items[place] = item
    return new


def without_dimension(body: Body, key: str) -> Body:
    """Return the body without an empty dimension; ValueError (Chinese) where it still has indicators."""
    new = deepcopy(body)
    part = dimension_of(new, key)
    if part["indicators"]:
        raise ValueError("这个方面还有指标，请先删去指标。")
    new["dimensions"].remove(part)
    return new


def total_of(body: Body) -> str:
    """Return what the dimensions of a body add up to, in words: 98."""
    return plain(sum((exact(str(part["points"])) for part in body["dimensions"]), exact(0)))


def _weighed(body: Body) -> Body:
    for part in body["dimensions"]:
        if not part.get("weighted"):
            part["points"] = plain(sum((exact(str(row["points"])) for row in part["indicators"]), exact(0)))
    return body


def _free_key(body: Body, dimension: str) -> str:
    known = {row["key"] for part in body["dimensions"] for row in part["indicators"]}
    base = re.sub(r"[^a-z0-9-]", "", dimension) or "part"
    return next(key for number in range(1, 1000) if (key := f"{base}-own-{number}") not in known)
