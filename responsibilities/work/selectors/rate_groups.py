"""The lines of a table of rates: by organisation, department or leader; of many organisations one level of the tree at a time."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.core.paginator import Page, Paginator

from branches.places.models.organisations import Organisation
from responsibilities.work.selectors.boards import Chosen, JudgedChosen, LiveChosen
from responsibilities.work.selectors.judged_board import places_named
from responsibilities.work.selectors.rates import Rate

# Up to so many organisations stand below one another at once; of more those above one of them and those directly below it.
UNFOLDED = 60
PER_PAGE = 40


class Group(NamedTuple):
    """A line. filter, value: what the address of the board says to list its points ("" for none). opens: id of an organisation
    whose lower ones are not shown; None where there is nothing to open.
    """

    label: str
    depth: int
    rate: Rate
    filter: str
    value: Any
    opens: int | None = None


@dataclass
class Table:
    """Lines of a table of rates. page: of the last ones, where there are more; above: how many lines stand before those."""

    groups: list[Group] = field(default_factory=list)
    page: Page | None = None
    folded: bool = False


def by_name(chosen: Chosen, group: str, number: Any = None) -> Table:
    """Return the Table by department, or by leader. number: of the page; None: all lines."""
    found: dict[tuple[Any, str], Rate] = chosen.by_department() if group == "department" else chosen.by_leader()
    groups = [Group(name or "未填", 0, rate, group if key else "", key or "") for (key, name), rate in found.items()]
    groups.sort(key=lambda row: (not row.value, row.label))
    return _paged(groups, number)


def _paged(groups: list[Group], number: Any) -> Table:
    if number is None or len(groups) <= UNFOLDED:
        return Table(groups)
    page = Paginator(groups, PER_PAGE).get_page(number)
    return Table(list(page.object_list), page)


def whole_tree(chosen: LiveChosen) -> list[Group]:
    """Return the lines of all organisations, in the order of the tree."""
    tree, found = chosen.chosen.tree, chosen.by_place()

    def depth(pk: int) -> int:
        above = tree[pk].parent
        return 0 if above is None else 1 + depth(above)

    return [Group(tree[pk].label, depth(pk), rate, "branch", pk) for pk, rate in found.items()]


def by_tree(chosen: Chosen, whole: Rate, opened: int | None, number: Any) -> Table:
    """Return the Table by organisation. whole: the Rate of everything; opened: id of the one that is open; number: of the page."""
    if isinstance(chosen, LiveChosen):
        groups = whole_tree(chosen)
        return Table(groups) if len(groups) <= UNFOLDED else _folded(chosen, groups, opened, number)
    assert isinstance(chosen, JudgedChosen)
    return _judged(chosen, whole, opened, number)


def _folded(chosen: LiveChosen, groups: list[Group], opened: int | None, number: Any) -> Table:
    parents = {row.value: chosen.chosen.tree[row.value].parent for row in groups}
    below: dict[int | None, list[Group]] = {}
    for row in groups:
        below.setdefault(parents[row.value], []).append(row)
    place = opened if opened in parents else None
    while place is None or (place != opened and len(below.get(place, ())) == 1):
        place = below[place][0].value
    spine: list[int | None] = [place]
    while (above := parents[spine[0] or 0]) is not None:
        spine.insert(0, above)
    page = Paginator(below.get(place, []), PER_PAGE).get_page(number)
    lines = [row for row in groups if row.value in spine]
    lines = [row._replace(opens=row.value if row.value != place else None) for row in lines]
    lines += [row._replace(opens=row.value if row.value in below else None) for row in page.object_list]
    return Table(lines, page if page.has_other_pages() else None, folded=True)


def _judged(chosen: JudgedChosen, whole: Rate, opened: int | None, number: Any) -> Table:
    found = chosen.board
    place = Organisation.objects.filter(pk=opened).first() if opened else chosen.branch
    spine: list[Organisation] = []
    if place is None:
        place = found.carrying(None).first()
        while place is not None:
            spine.append(place)
            only = list(found.carrying(place)[:2])
            if len(only) != 1:
                break
            place = only[0]
    else:
        spine = [*Organisation.objects.above(place).in_tree_order(), place]
    if place is None:
        return Table(folded=True)
    page = Paginator(found.carrying(place), PER_PAGE).get_page(number)
    children = list(page.object_list)
    at = found.rates_at([row.pk for row in children]) if children else {}
    for row in spine[1:]:
        at |= found.rates_at([row.pk])
    # All that is carried lies below the top.
    at[spine[0].pk] = whole
    names = places_named({row.pk for row in (*spine, *children)})
    lines = [
        Group(names[row.pk].label, depth, at[row.pk], "branch", row.pk, row.pk if row is not place else None)
        for depth, row in enumerate(spine)
        if row.pk in at
    ]
    lines += [
        Group(names[row.pk].label, len(spine), at[row.pk], "branch", row.pk, None if row.is_leaf_node() else row.pk)
        for row in children
        if row.pk in at
    ]
    return Table(lines, page if page.has_other_pages() else None, folded=True)
