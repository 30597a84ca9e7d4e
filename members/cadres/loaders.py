"""Classes, plans, work and topics by their address, within the reach of whoever asks."""

from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404

from branches.places.models.organisations import Kind, Organisation
from branches.reach import access
from branches.reach.rights import ASSIGN, MEMBERS, VIEW
from common.operator import Actor
from common.requests import Request
from members.activities.models import Activity, Attendance
from members.cadres.models import PartyWork, StudyTopic, TrainingClass, TrainingPlan, in_group, member_of
from members.cadres.services.topics import sets_for
from members.roster.models.members import Member
from members.roster.models.posts import Post


def class_for(request: Request, pk: int, right: str = MEMBERS) -> TrainingClass:
    rows = TrainingClass.objects.select_related("organisation__parent", "plan", "lecturer", "venue")
    found: TrainingClass = access.get_for(rows, request.user, right, pk=pk)
    return found


def plan_for(request: Request, pk: int) -> TrainingPlan:
    rows = TrainingPlan.objects.select_related("organisation__parent")
    found: TrainingPlan = access.get_for(rows, request.user, MEMBERS, pk=pk)
    return found


def work_for(request: Request, pk: int) -> PartyWork:
    rows = PartyWork.objects.select_related("organisation__parent", "member__home")
    found: PartyWork = access.get_for(rows, request.user, MEMBERS, pk=pk)
    return found


def topic_for(request: Request, pk: int) -> StudyTopic:
    """Return a topic that this reader may see: of an organisation within his reach, or one of his own group."""
    rows = StudyTopic.objects.select_related("organisation__parent", "lead__home", "activity")
    own = rows.filter(pk=pk).first() if pk < 2**63 else None
    if own is not None and in_group(own, member_of(request.user)):
        return own
    found: StudyTopic = access.get_for(rows, request.user, VIEW, pk=pk)
    return found


def place_asked(request: Request, right: str = MEMBERS) -> Organisation:
    """Return the organisation of the address (?organisation=), else the highest one where the right is held. Raises Http404 without one."""
    asked = request.GET.get("organisation", "")
    rows = Organisation.objects.select_related("parent").exclude(kind=Kind.SMALL_GROUP)
    if asked:
        found: Organisation = access.get_for(rows, request.user, right, pk=asked)
        return found
    kinds = (Kind.COMMITTEE, Kind.GENERAL_BRANCH, Kind.BRANCH)
    place = (
        rows.filter(kind__in=kinds, archived_on__isnull=True).visible_to(request.user, right).in_tree_order().first()
    )
    if place is None:
        raise Http404
    return place


def classes_of(user: Actor, year: int, place: Organisation | None) -> QuerySet[TrainingClass]:
    """Return the classes of a year at organisations whose rosters `user` keeps, of one and what lies below it."""
    rows = TrainingClass.objects.visible_to(user, MEMBERS).filter(first__year=year)
    if place is not None:
        rows = rows.filter(organisation__in=Organisation.objects.within(place).order_by().values("pk"))
    return rows.select_related("organisation__parent", "lecturer", "venue").order_by("first", "pk")


def plans_about(user: Actor, year: int) -> list[TrainingPlan]:
    """Return the plans of a year and of the one before at organisations whose rosters `user` keeps."""
    rows = TrainingPlan.objects.visible_to(user, MEMBERS).filter(year__in=(year, year - 1))
    return list(rows.select_related("organisation__parent"))


def plan_of(place: Organisation, year: int) -> TrainingPlan | None:
    return TrainingPlan.objects.filter(organisation=place, year=year).first()


def named_in(activity: Activity | None) -> list[Attendance]:
    """Return the attendance of a class's record, by branch; nothing without a record."""
    rows = Attendance.objects.filter(activity=activity) if activity is not None else Attendance.objects.none()
    return list(rows.select_related("member__home__parent").order_by("member__home", "member"))


def committee_of(user: Actor) -> Organisation | None:
    """Return the highest committee whose roster `user` keeps."""
    rows = Organisation.objects.filter(kind=Kind.COMMITTEE, archived_on__isnull=True)
    found: Organisation | None = rows.visible_to(user, MEMBERS).in_tree_order().first()
    return found


def beside(user: Actor, year: int) -> tuple[QuerySet[TrainingClass], QuerySet[StudyTopic]]:
    """Return the classes of a year and the topics that stand beside the register."""
    classes = TrainingClass.objects.visible_to(user, MEMBERS).filter(cancelled_on__isnull=True, first__year=year)
    return classes, StudyTopic.objects.standing().visible_to(user)


def topic_place(user: Actor, asked: str) -> Organisation:
    """Return the organisation of an address at which `user` sets or proposes topics. Raises Http404 or Forbidden."""
    rows = Organisation.objects.select_related("parent")
    found: Organisation = access.get_for(rows, user, VIEW, pk=asked)
    if sets_for(user, found) is None:
        raise access.Forbidden(ASSIGN, found)
    return found


def people_for(place: Organisation) -> Any:
    """Return whom a group may be made of: who belongs to an organisation or below it, or holds a seat there."""
    below = Organisation.objects.within(place).order_by().values("pk")
    seated = Post.objects.filter(organisation__in=below, ends__isnull=True).order_by().values("member")
    rows = Member.objects.filter(left_on__isnull=True).filter(Q(home__in=below) | Q(pk__in=seated))
    return rows.select_related("home__parent")
