"""The lines of a table of rates: by organisation, department or leader; of many organisations one level of the tree at a time."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.core.paginator import Page, Paginator

from branches.places.models.organisations import Kind, Organisation
from branches.places.selectors.names import label_with_end
from responsibilities.work.selectors.boards import Chosen, JudgedChosen, LiveChosen
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
    place = Organisation.objects.filter(pk=opened).first() if opened else chosen.branch
    spine = [*Organisation.objects.above(place).in_tree_order(), place] if place is not None else _spine()
    if not spine:
        return Table(folded=True)
    lower = Organisation.objects.filter(parent=spine[-1]).exclude(kind=Kind.SMALL_GROUP).in_tree_order()
    page = Paginator(lower, PER_PAGE).get_page(number)
    children = list(page.object_list)
    # All that is carried lies below the top.
    at = {spine[0].pk: whole}
    for row in spine[1:]:
        at |= chosen.board.rates_at([row.pk])
    at |= chosen.board.rates_at([row.pk for row in children]) if children else {}
    lines = []
    for depth, row in [*enumerate(spine), *((len(spine), row) for row in children)]:
        if row.pk in at:
            opens = row is not spine[-1] and row.kind != Kind.BRANCH
            label = label_with_end(row.short_name or row.name, row.archived_on)
            lines.append(Group(label, depth, at[row.pk], "branch", row.pk, row.pk if opens else None))
    return Table(lines, page if page.has_other_pages() else None, folded=True)


def _spine() -> list[Organisation]:
    """Return the organisations from the top down to the first with several directly below it."""
    spine: list[Organisation] = []
    found = list(Organisation.objects.filter(parent__isnull=True)[:1])
    while len(found) == 1:
        spine += found
        found = list(Organisation.objects.filter(parent=found[0]).in_tree_order()[:2])
    return spine
