"""What is shared, by its address, within the reach of whoever asks."""

from django.http import Http404

from branches.reach import access
from branches.reach.rights import RECORD, VIEW
from common.requests import Request
from members.activities.models import Activity
from members.resources.models import Offer, OfferAsk, Resource, ResourceUse


def resource_for(request: Request, pk: int, right: str = VIEW) -> Resource:
    """Return a resource that the user may know of, or keep; 404 or 403 otherwise.

    One that its lecturer has not agreed to is its keeper's alone.
    """
    rows = Resource.objects.select_related("organisation__parent", "member")
    resource = access.get_for(rows, request.user, right, pk=pk)
    if resource.state == "open" and not access.has_right(request.user, RECORD, resource.organisation):
        raise Http404
    return resource


def own_lecture(request: Request, pk: int) -> Resource:
    """Return the resource by which the user himself is named as a lecturer; 404 for anybody else."""
    rows = Resource.objects.select_related("organisation__parent", "member").filter(ends__isnull=True)
    found = rows.filter(pk=pk, member__account=request.user).first()
    if found is None:
        raise Http404
    return found


def use_for(request: Request, pk: int) -> ResourceUse:
    """Return an ask that the user may answer for its owner; 403 for who asked, 404 for others."""
    rows = ResourceUse.objects.active().select_related("resource__organisation__parent", "activity", "organisation")
    return access.get_for(rows, request.user, RECORD, pk=pk)


def planned_record(request: Request, pk: int) -> Activity:
    """Return a record of which the user may invite others."""
    return access.get_for(Activity.objects.select_related("organisation__parent"), request.user, RECORD, pk=pk)


def offer_for(request: Request, pk: int, right: str = VIEW) -> Offer:
    """Return an offer that the user may read (or keep)."""
    return access.get_for(Offer.objects.select_related("activity__organisation__parent"), request.user, right, pk=pk)


def ask_for(request: Request, pk: int) -> OfferAsk:
    """Return an ask to join that the user may answer for the owner; 403 for who asked, 404 for others."""
    rows = OfferAsk.objects.select_related("offer__activity__organisation__parent", "organisation")
    return access.get_for(rows, request.user, RECORD, pk=pk)


def own_ask(request: Request, pk: int) -> OfferAsk:
    """Return an ask that the user may take back: made for an organisation where he records."""
    rows = OfferAsk.objects.select_related("offer__activity__organisation__parent", "organisation")
    ask = rows.visible_to(request.user).filter(pk=pk).first()
    if ask is None:
        raise Http404
    if not access.has_right(request.user, RECORD, ask.organisation):
        raise access.Forbidden(RECORD, ask.organisation)
    return ask
