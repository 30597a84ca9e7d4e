"""Who answers for a duty list on a day."""

from collections.abc import Iterable, Mapping
from datetime import date

from branches.access.models import User
from branches.reach.models import Appointment
from common import clock
from responsibilities.duties.models import DutyList, Level

# Whose appointment at the list's organisation makes him answer for it; the first role that somebody holds.
ROLES_OF = {
    Level.PARTY_GROUP: ("party_group_secretary",),
    Level.PARTY_GROUP_SECRETARY: ("party_group_secretary",),
    Level.COMMITTEE: ("committee_secretary", "committee_staff"),
    Level.DISCIPLINE: ("discipline_officer",),
    Level.GENERAL_BRANCH: ("general_branch_secretary",),
    Level.BRANCH: ("branch_secretary", "general_branch_secretary"),
}


# So many lists have their organisations named to the database; beyond that it is asked for all and the rest looked up.
FEW = 100


def holders_each(lists: Iterable[DutyList], day: date | None = None) -> dict[int, list[User]]:
    """Return {list id: [User]} of the persons who answer for these lists on `day` (default today), in one statement.

    Those who were appointed carry along whom the roster names (`user.member`).

    lists: DutyList objects with organisation, holder and member read. A committee's secretary may be appointed at the
    party group above it (decisions 8).
    """
    lists = list(lists)
    roles = {role for row in lists for role in ROLES_OF.get(Level(row.level), ())}
    seats: dict[tuple[int | None, str], list[User]] = {}
    if roles:
        rows = Appointment.objects.in_force(day or clock.today()).filter(role__in=roles, user__is_active=True)
        if len(lists) <= FEW:
            places = {pk for row in lists for pk in (row.organisation_id, row.organisation.parent_id)}
            rows = rows.filter(organisation__in=places)
        for row in rows.select_related("user__member").order_by("starts", "pk"):
            seats.setdefault((row.organisation_id, row.role), []).append(row.user)
    return {row.pk: _holders(row, seats) for row in lists}


def _holders(row: DutyList, seats: Mapping[tuple[int | None, str], list[User]]) -> list[User]:
    if row.holder:
        return [row.holder]
    if row.member:
        return [row.member.account] if row.member.account else []
    places: list[int | None] = [row.organisation_id]
    if row.level == Level.COMMITTEE:
        places.append(row.organisation.parent_id)
    for role in ROLES_OF[Level(row.level)]:
        people = {user.pk: user for place in places for user in seats.get((place, role), ())}
        if people:
            return list(people.values())
    return []


def holders_of(duty_list: DutyList, day: date | None = None) -> list[User]:
    """Return the Users who answer for one list on `day` (default today)."""
    return holders_each([duty_list], day)[duty_list.pk]
