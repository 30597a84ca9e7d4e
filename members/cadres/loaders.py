"""Classes, plans, work and topics by their address, within the reach of whoever asks."""

from django.http import Http404

from branches.places.models.organisations import Kind, Organisation
from branches.reach import access
from branches.reach.rights import MEMBERS, VIEW
from common.requests import Request
from members.cadres.models import PartyWork, StudyTopic, TrainingClass, TrainingPlan, in_group, member_of


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
