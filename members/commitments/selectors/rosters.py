"""Who pledges: Party members of branches on a day, whom nothing frees, and since when each belongs here."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, Min, OuterRef, QuerySet

from members.roster.models.members import Membership, stands
from members.roster.models.standing import PARTY_STAGES, StageSpell, Standing


@dataclass(frozen=True)
class Pledger:
    """since: first day as a Party member of the agency. exempt: nothing is asked of him that day (life-elderly-exempt)."""

    member: int
    name: str
    account: int | None
    since: date
    exempt: bool


def pledgers(
    day: date, branches: Collection[int] | None = None, *, among: Collection[int] | None = None
) -> dict[int, list[Pledger]]:
    """Return {branch id: its Pledgers of a day, in roster order} of some branches (ids; None: of all), in one statement.

    among: these members alone (ids), wherever they belong.
    """
    return pledgers_of(pledger_rows(day, branches, among=among), day)


def pledger_rows(
    day: date, branches: Collection[int] | None = None, *, among: Collection[int] | None = None
) -> QuerySet[Membership, Any]:
    """The statement of `pledgers`, for what reads it along with other things: `pledgers_of`."""
    party = StageSpell.objects.in_force(day).filter(member=OuterRef("member"), stage__in=PARTY_STAGES).order_by()
    rows = Membership.objects.in_force(day).filter(Exists(party), ~stands(Standing.SUSPENDED, day, "member"))
    if branches is not None:
        rows = rows.filter(organisation__in=branches)
    if among is not None:
        rows = rows.filter(member__in=among)
    rows = rows.annotate(first=Min("member__memberships__starts")).order_by("member")
    columns = ("organisation", "member", "member__name", "member__account", "first")
    return rows.values_list(*columns, "member__joined_on", "member__exempt_from")


def pledgers_of(rows: Iterable[Any], day: date) -> dict[int, list[Pledger]]:
    """Return `pledgers` from the rows of `pledger_rows` of the same day."""
    found: dict[int, list[Pledger]] = {}
    for place, member, name, account, first, joined, exempt in rows:
        since = max(first, joined or first)
        freed = exempt is not None and exempt <= day
        found.setdefault(place, []).append(Pledger(member, name, account, since, freed))
    return found
