"""What is planned and concerns one member: meetings of his branch and group, and what he was named for."""

from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from common.together import read_together
from members.activities.models import Activity, ActivityHost, ActivityKind, ActivityState, Attendance
from members.activities.models import ActivityKindCode as Code
from members.roster.models.members import Member, Membership
from members.roster.models.posts import COMMITTEE_SEATS, Post

# So many are shown.
MOST = 12
# To these go those who hold a seat, or were named; the others are for everybody.
_FEW = frozenset({Code.COMMITTEE_MEETING, Code.TALK, Code.VISIT, Code.VISIT_BRANCH})


def ahead(member: Member, today: date) -> list[Activity]:
    """Return what is planned from today on and concerns a member, the nearest first; a constant number of statements."""
    shown = concerning(member, today).select_related("organisation__parent").prefetch_related("kinds")
    return list(shown.order_by("day", "starts_at", "pk")[:MOST])


def concerning(member: Member, today: date) -> QuerySet[Activity]:
    """Return all that is planned from today on and concerns a member."""
    stays = Membership.objects.in_force(today).filter(member=member).order_by()
    seats = Post.objects.in_force(today).filter(member=member, kind__in=COMMITTEE_SEATS).order_by()
    read = read_together(
        {"stays": stays.values_list("organisation", "small_group"), "seats": seats.values_list("organisation")}
    )
    places = {pk for row in read["stays"] for pk in row if pk is not None}
    seated = {pk for (pk,) in read["seats"]}
    rows = Activity.objects.filter(state=ActivityState.PLANNED, day__gte=today)
    named = Attendance.objects.filter(activity=OuterRef("pk"), member=member).order_by()
    all_told = Exists(ActivityKind.objects.filter(activity=OuterRef("pk")).exclude(kind__in=_FEW).order_by())
    return rows.filter(Q(_held(places), all_told) | _held(seated) | Exists(named))


def _held(places: set[int]) -> Q:
    """The condition «one of these organisations (ids) holds it, alone or as a host that has agreed»."""
    hosts = ActivityHost.objects.filter(activity=OuterRef("pk"), organisation__in=places, confirmed_at__isnull=False)
    return Q(organisation__in=places) | Q(Exists(hosts.order_by()))
