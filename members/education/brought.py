"""Hours that somebody brings from outside the agency: of whom they may be stated, what was stated, and what waits (mechanisms I-2)."""

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from branches.reach.rights import REVIEW
from common.operator import Actor
from members.education.models import BroughtHours, MendState
from members.roster.models.members import Member, Membership

_DAY = timedelta(days=1)
# So many that wait are shown to whoever confirms them.
MOST = 60


def arrived_in(member: Member, year: int) -> date | None:
    """Return the day of a year on which a member came from outside as a Party member, None where he did not; of several the first."""
    stays = list(Membership.objects.filter(member=member).order_by("starts").values_list("starts", "ends"))
    for starts, _ in stays:
        here_before = any(first < starts and (last or date.max) >= starts - _DAY for first, last in stays)
        party = member.joined_on is not None and member.joined_on < starts
        if starts.year == year and party and not here_before:
            return starts
    return None


def stated_of(member: Member, year: int) -> BroughtHours | None:
    """Return what was stated last of a member for a year."""
    return BroughtHours.objects.filter(member=member, year=year).order_by("pk").last()


def brought_rows(members: Collection[int], first: date, last: date) -> QuerySet[Any, Any]:
    """Return the statement whose rows `minutes_of` takes: what counts, by the day of arrival, between two days."""
    rows = BroughtHours.objects.filter(member__in=members, state=MendState.CONFIRMED, counted_on__range=(first, last))
    return rows.order_by().values_list("member_id", "hours")


def minutes_of(rows: Iterable[tuple[int, Decimal]]) -> dict[int, int]:
    """Return {member id: minutes} of the rows of `brought_rows`."""
    found: dict[int, int] = {}
    for member, hours in rows:
        found[member] = found.get(member, 0) + int(hours * 60)
    return found


def brought_of(member: Member, first: date, last: date) -> list[BroughtHours]:
    """Return what counts of one member between two days."""
    rows = BroughtHours.objects.filter(member=member, state=MendState.CONFIRMED, counted_on__range=(first, last))
    return list(rows.order_by("counted_on", "pk"))


def waiting_for(user: Actor) -> QuerySet[BroughtHours]:
    """Return what waits for whoever reviews the branch that stated it, the longest waiting first."""
    rows = BroughtHours.objects.visible_to(user, REVIEW).filter(state=MendState.WAITING)
    return rows.select_related("organisation__parent", "member", "stated_by").order_by("pk")
