"""Where an organisation lies in the tree, as conditions over its interval.

The tree is kept as nested intervals (mptt): what lies below an organisation has an interval inside its own. Only this
module and branches/places know the columns; everything else asks in these words.
"""

from typing import Any

from django.db.models import OuterRef, Q


def within(top: Any, path: str = "organisation__") -> Q:
    """Return the condition «lies at `top` or below it»; path leads from the filtered rows to their organisation."""
    inside = {"tree_id": top.tree_id, "lft__gte": top.lft, "rght__lte": top.rght}
    return Q(**{f"{path}{name}": value for name, value in inside.items()})


def above(place: Any, path: str = "organisation__") -> Q:
    """Return the condition «lies strictly above `place`»; path as for `within`."""
    outside = {"tree_id": place.tree_id, "lft__lt": place.lft, "rght__gt": place.rght}
    return Q(**{f"{path}{name}": value for name, value in outside.items()})


def within_outer(path: str = "") -> Q:
    """Return the condition «lies at the outer statement's organisation or below it»; path leads from its rows there."""
    return Q(
        tree_id=OuterRef(f"{path}tree_id"),
        lft__gte=OuterRef(f"{path}lft"),
        rght__lte=OuterRef(f"{path}rght"),
    )


def above_outer(path: str = "", *, strictly: bool) -> Q:
    """Return the condition «lies above the outer statement's organisation», or, unless `strictly`, is that one.

    path leads from the outer rows to that organisation.
    """
    lft, rght = ("lft__lt", "rght__gt") if strictly else ("lft__lte", "rght__gte")
    outer = {name: OuterRef(f"{path}{name.partition('__')[0]}") for name in ("tree_id", lft, rght)}
    return Q(**outer)


def tree_order(path: str = "", *, reverse: bool = False) -> tuple[str, str]:
    """Return what to order by so that rows stand as in the tree (or upside down); path as for `within`."""
    sign = "-" if reverse else ""
    return f"{sign}{path}tree_id", f"{sign}{path}lft"
