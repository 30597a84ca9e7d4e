"""Whom a ledger of the roster's people names: found by name, at a branch where the row says one; who is not there is said beside the cell."""

from dataclasses import dataclass
from typing import Any

from branches.imports.places import Place, Places
from branches.imports.report import Cells
from branches.reach.rights import MEMBERS
from common.operator import OPERATOR, Actor
from common.text import fold, is_blank_mark, person_name, quoted
from members.roster.models.members import Member


@dataclass(frozen=True)
class Named:
    """places: what names of organisations mean; people: {folded name: members} of the rosters that the importer keeps.

    tells: whether what is said of a wrong row may repeat the name that stands in it.
    """

    places: Places
    people: dict[str, list[Member]]
    tells: bool = True

    @classmethod
    def load(cls, by: Actor, *, left: bool = False, tells: bool = True) -> "Named":
        """Read the tree and the rosters that `by` keeps. left: with those who have left them."""
        rows = Member.objects.select_related("home__parent").order_by("pk")
        rows = rows if left else rows.filter(left_on__isnull=True)
        if by is not OPERATOR:
            rows = rows.visible_to(by, MEMBERS)
        people: dict[str, list[Member]] = {}
        for row in rows:
            people.setdefault(fold(person_name(row.name)), []).append(row)
        return cls(Places.load(by, MEMBERS), people, tells)

    def bearing(self, value: Any, place: Place | None) -> list[Member]:
        """Return everybody of a name, at a branch where one is given."""
        found = self.people.get(fold(person_name(value)), [])
        return [row for row in found if place is None or row.home_id == place.pk]

    def place(self, cells: Cells, name: str) -> Place | None:
        """Return the organisation of a cell, None where the cell is empty or wrong (then `name` is among `cells.wrong`)."""
        if is_blank_mark(cells.value(name)):
            return None
        found: Place | None = cells.take(name, self.places.find)
        return found

    def member(self, cells: Cells, name: str, place: Place | None, *, where: str) -> Member | None:
        """Return the one person whom a cell names. where: the column that tells several of one name apart."""
        if is_blank_mark(cells.value(name)):
            cells.error(name, f"{cells.plan.ledger.label(name)}没有填写。")
            return None
        found = self.bearing(cells.value(name), place)
        if len(found) == 1:
            return found[0]
        who = quoted(person_name(cells.value(name))[:20]) if self.tells else "这个姓名"
        at = f"{place.label}的" if place is not None else ""
        if not found:
            cells.error(name, f"{at}名册上没有{who}，请核对，或先登记、导入人员。")
        elif place is None:
            cells.error(name, f"名册上有 {len(found)} 名{who}，请在{quoted(cells.plan.heading(where))}一列写明支部。")
        else:
            cells.error(name, f"{at}名册上有 {len(found)} 名{who}，请在页面上逐个登记。")
        return None
