"""The lists of a year: which are there, which are missing, who has not taken note."""

from django.db.models import Count

from branches import clock
from branches.models import Appointment, Kind, Organisation
from branches.rights import MEMBERS
from branches.scoping import OPERATOR, reach
from members.models import Member
from responsibilities.assigning import assigning
from responsibilities.models import DutyList, Level, ListState

_PLACES = {
    Level.PARTY_GROUP: Kind.PARTY_GROUP,
    Level.PARTY_GROUP_SECRETARY: Kind.PARTY_GROUP,
    Level.COMMITTEE: Kind.COMMITTEE,
    Level.BRANCH: Kind.BRANCH,
}


def missing_lists(by, year, levels):
    """Return unsaved DutyLists for all holders of `levels` who have none for `year` and for whom `by` may make one.

    A place holds one for itself; each member of the leading group and each member of a roster one of his own. A
    constant number of statements.
    """
    there = set(
        DutyList.objects.filter(year=year, level__in=levels)
        .order_by()
        .values_list("level", "organisation_id", "holder_id", "member_id")
    )
    persons = {holder for _, _, holder, _ in there if holder} | {-member for _, _, _, member in there if member}
    today = clock.today()
    places = list(Organisation.objects.existing(today).filter(assigning(by, "")).order_by("tree_id", "lft"))
    found = []
    for level in levels:
        if level in _PLACES:
            found += [
                DutyList(organisation=place, year=year, level=level)
                for place in places
                if place.kind == _PLACES[level] and (level, place.pk, None, None) not in there
            ]
        elif level == Level.LEADER:
            found += _leaders(places, year, persons, today)
        else:
            found += _members(by, year, persons)
    return found


def _leaders(places, year, persons, today):
    """The leading group's members: their lists belong to the party group, wherever their appointment stands."""
    root = next((place for place in places if place.kind == Kind.PARTY_GROUP), None)
    if root is None:
        return []
    rows = Appointment.objects.active(today).filter(role="leader", user__is_active=True)
    users = {row.user_id: row.user for row in rows.select_related("user").order_by("pk")}
    return [
        DutyList(organisation=root, year=year, level=Level.LEADER, holder=user)
        for pk, user in users.items()
        if pk not in persons
    ]


def _members(by, year, persons):
    """Party members on a roster today, of branches where `by` makes lists or keeps the roster."""
    rows = Member.objects.filter(joined_on__isnull=False, memberships__ends__isnull=True, home__kind=Kind.BRANCH)
    rows = rows.filter(memberships__isnull=False).distinct()
    condition = assigning(by, "home__")
    if by is not OPERATOR:
        condition |= reach(by, MEMBERS, "home__")
    return [
        DutyList(organisation=row.home, year=year, level=Level.MEMBER, member=row)
        for row in rows.filter(condition).select_related("home").order_by("home__lft", "pk")
        if -row.pk not in persons
    ]


def list_counts(user, year):
    """Return {level: {"issued", "draft", "noted"}} of the lists of a year that the user may read, in one statement."""
    found = {}
    rows = DutyList.objects.visible_to(user).filter(year=year).order_by()
    for level, state, noted, number in rows.values_list("level", "state").annotate(
        noted=Count("noted_at"), number=Count("pk")
    ):
        row = found.setdefault(level, {"issued": 0, "draft": 0, "noted": 0})
        row[state] += number
        row["noted"] += noted if state == ListState.ISSUED else 0
    return found
