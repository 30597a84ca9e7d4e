"""How many duties stand beside a cadre in the register: of the list that he answers for at the organisation, else of his own."""

from collections.abc import Collection, Mapping
from datetime import date

from django.db.models import Count
from django.urls import reverse

from branches.reach.models import Appointment
from common.operator import Actor
from members.cadres.above import Counted, Seat
from members.roster.models.members import Member
from responsibilities.duties.models import DutyList, Level, ListState
from responsibilities.duties.rights import AT_THE_BRANCH
from responsibilities.duties.selectors.holders import holders_each

# Lists of organisations that elect a committee.
_LEVELS = (Level.COMMITTEE, Level.GENERAL_BRANCH, Level.BRANCH)


def duties_of_seats(user: Actor, seats: Collection[Seat], day: date) -> Mapping[tuple[int, int], Counted]:
    """Return {(organisation id, member id): Counted} of the year of a day; nothing of who has no issued list that `user` reads.

    A seat's holder answers for the organisation's list as its secretary, or as whoever answers or reports for it by
    appointment; everybody else stands with his list as a member. Four statements.
    """
    places, members = {seat.place for seat in seats}, {seat.member for seat in seats}
    lists = DutyList.objects.visible_to(user).filter(year=day.year, state=ListState.ISSUED).order_by()
    lists = lists.annotate(number=Count("duties"))
    of_places = lists.filter(organisation__in=places, level__in=_LEVELS)
    by_place = {
        row.organisation_id: row for row in of_places.select_related("organisation", "holder", "member__account")
    }
    own = {row.member_id: row for row in lists.filter(member__in=members)}
    answering = _answering(by_place.values(), members, day)
    found = {}
    for seat in seats:
        row = by_place.get(seat.place) if seat.leads or seat.key in answering else None
        row = row or own.get(seat.member)
        if row is not None:
            found[seat.key] = Counted(row.number, reverse("duty_list_detail", args=[row.pk]))
    return found


def _answering(lists: Collection[DutyList], members: Collection[int], day: date) -> set[tuple[int, int]]:
    """Return {(organisation id, member id)} of who answers or reports for these lists on a day by his appointment."""
    accounts = dict(
        Member.objects.filter(pk__in=members, account__isnull=False).order_by().values_list("account", "pk")
    )
    holders = holders_each(lists, day)
    found = {
        (row.organisation_id, accounts[user.pk]) for row in lists for user in holders[row.pk] if user.pk in accounts
    }
    branches = [row.organisation_id for row in lists if row.level == Level.BRANCH]
    seats = Appointment.objects.in_force(day).filter(
        role__in=AT_THE_BRANCH, organisation__in=branches, user__in=accounts
    )
    found |= {(place, accounts[account]) for place, account in seats.order_by().values_list("organisation", "user")}
    return found
