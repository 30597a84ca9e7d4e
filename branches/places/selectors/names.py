"""Names of organisations for pages and exports."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from branches.places.models.organisations import Organisation, OrganisationVersion
from common.text import fold


@dataclass(frozen=True)
class Then:
    """What an organisation was called on a day and the id of what it stood below."""

    name: str
    short_name: str
    parent: int | None

    def __str__(self) -> str:
        return self.short_name or self.name


def names_over_time() -> Callable[[int, date], Then]:
    """Return the function (organisation id, day) → Then, of all dated versions, read in one statement.

    On a day before its first version an organisation bears the first name it had (the rule of sums up the tree). KeyError for
    an id that is none.
    """
    begun: dict[int, list[date]] = {}
    found: dict[int, list[Then]] = {}
    rows = OrganisationVersion.objects.order_by("starts", "pk")
    for place, starts, name, short, parent in rows.values_list(
        "organisation", "starts", "name", "short_name", "parent"
    ):
        begun.setdefault(place, []).append(starts)
        found.setdefault(place, []).append(Then(name, short, parent))
    return lambda place, day: found[place][max(bisect_right(begun[place], day) - 1, 0)]


def labels(ids: Iterable[int] | None = None) -> dict[int, str]:
    """Return {id: short label}; a small group carries its branch's name."""
    rows = Organisation.objects.select_related("parent").order_by()
    if ids is not None:
        rows = rows.filter(pk__in=ids)
    return {row.pk: row.label for row in rows}


def named(text: str) -> list[tuple[str, Organisation]]:
    """Return (path of short names, organisation) of every living organisation that `text` names, in tree order.

    text: a full name, a short name, a label as the pages show it, or a path of short names (A/B/C) or the end of one.
    """
    wanted = tuple(fold(part) for part in re.split(r"[/／›>]", text) if part.strip())
    if not wanted:
        return []
    found: list[tuple[str, Organisation]] = []
    paths: dict[int | None, tuple[str, ...]] = {}
    for row in Organisation.objects.filter(archived_on=None).select_related("parent").in_tree_order():
        paths[row.pk] = (*paths.get(row.parent_id, ()), str(row))
        end = tuple(fold(part) for part in paths[row.pk][-len(wanted) :])
        if end == wanted or (len(wanted) == 1 and wanted[0] in {fold(row.name), fold(row.label)}):
            found.append(("/".join(paths[row.pk]), row))
    return found


def label_with_end(label: str, archived_on: date | None) -> str:
    """Return the label of an organisation; an archived one says so, wherever it still stands for something open."""
    return f"{label}（已撤销）" if archived_on else label


def root_name() -> str:
    """Return the short name of the top of the tree, "" of an empty installation."""
    root = Organisation.objects.root()
    return root.short_name if root else ""
