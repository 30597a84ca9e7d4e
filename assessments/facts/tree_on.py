"""The tree as it stood on a day, for sums that go up it."""

from collections.abc import Iterable, Iterator
from datetime import date
from functools import cached_property
from itertools import islice

from branches.places.models.organisations import OrganisationVersion

Parents = dict[int, int | None]
# So many organisations are judged, and written, together.
LOT = 700


class Tree:
    """The versions of the tree, read once for all the days on which one fill asks."""

    def __init__(self) -> None:
        self._on: dict[date, Parents] = {}

    @cached_property
    def _versions(self) -> list[tuple[int, int | None, date]]:
        rows = OrganisationVersion.objects.order_by("starts", "pk")
        return list(rows.values_list("organisation", "parent", "starts"))

    def on(self, day: date) -> Parents:
        """Return {organisation id: parent id or None} as `parents_on` does."""
        if day not in self._on:
            self._on[day] = _parents(self._versions, day)
        return self._on[day]


def parents_on(day: date) -> Parents:
    """Return {organisation id: parent id or None} of the tree as it was on `day`.

    An organisation that stood only before or after that day keeps the place of its nearest version, so that what it did
    in the period is not lost to the totals (the same rule as sums.TREE_ON).
    """
    return Tree().on(day)


def _parents(versions: Iterable[tuple[int, int | None, date]], day: date) -> Parents:
    parents: Parents = {}
    begun = set()
    for place, parent, starts in versions:
        if starts <= day:
            parents[place] = parent
            begun.add(place)
        elif place not in begun:
            parents.setdefault(place, parent)
    return parents


def in_lots(things: Iterable[int]) -> Iterator[list[int]]:
    """Yield ids in lots that are judged, or written, together."""
    rest = iter(things)
    while lot := list(islice(rest, LOT)):
        yield lot


def lower_first(parents: Parents) -> list[int]:
    """Return the organisations (ids) of a tree, each after all that is below it, and those of one group together."""
    below: dict[int | None, list[int]] = {}
    for place, above in parents.items():
        below.setdefault(above if above in parents else None, []).append(place)
    # From the top, then turned round.
    order, open_ = [], list(below.get(None, ()))
    while open_:
        place = open_.pop()
        order.append(place)
        open_.extend(below.get(place, ()))
    return order[::-1]


def once_each(places: Iterable[int], parents: dict[int, int | None]) -> dict[int, int]:
    """Return {organisation: +1 or less} whose sums up the tree count one thing once at each organisation above any place.

    places: ids of the organisations the thing belongs to. Where the ways up of two of them meet, the second is taken off
    again: two branches that carry one piece of work make one piece of their committee's.
    """
    own: dict[int, int] = {}
    seen: set[int] = set()
    for place in dict.fromkeys(places):
        own[place] = own.get(place, 0) + 1
        step: int | None = place
        while step is not None and step not in seen:
            seen.add(step)
            step = parents.get(step)
        if step is not None:
            own[step] = own.get(step, 0) - 1
    return {place: number for place, number in own.items() if number}
