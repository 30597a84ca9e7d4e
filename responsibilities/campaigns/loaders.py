"""Campaigns by their address, within the reach of whoever asks."""

from django.http import Http404

from branches.places.models.organisations import Organisation
from branches.reach import access
from branches.reach.rights import ASSIGN, DUTIES, VIEW
from common.requests import Request
from responsibilities.assigning import require_assigns
from responsibilities.campaigns.models import Campaign, CampaignClosing, CampaignMilestone
from responsibilities.campaigns.rights import own_places

_READ = ("organisation__parent", "author", "decided_in")


def campaign_for(request: Request, pk: int) -> Campaign:
    """Return a campaign that the user may read."""
    return access.get_for(Campaign.objects.select_related(*_READ), request.user, VIEW, pk=pk)


def campaign_to_assign(request: Request, pk: int, *, brand: bool | None = None) -> Campaign:
    """Return a campaign at whose organisation the user assigns work. brand: of that kind alone; Http404 of the other."""
    campaign = access.get_for(Campaign.objects.select_related(*_READ), request.user, ASSIGN, pk=pk)
    require_assigns(request.user, campaign.organisation)
    if brand is not None and campaign.is_brand != brand:
        raise Http404
    return campaign


def milestone_for(request: Request, pk: int, milestone: int) -> CampaignMilestone:
    """Return a milestone of a campaign that the user may read."""
    rows = CampaignMilestone.objects.select_related("campaign__organisation__parent")
    return access.get_for(rows, request.user, VIEW, pk=milestone, campaign=campaign_for(request, pk))


def closing_to_judge(request: Request, pk: int, closing: int) -> CampaignClosing:
    """Return what one that took part said of a campaign that the user judges."""
    campaign = campaign_to_assign(request, pk, brand=False)
    rows = CampaignClosing.objects.select_related("campaign", "organisation__parent", "written_by", "judged_by")
    return access.get_for(rows, request.user, VIEW, pk=closing, campaign=campaign)


def own_place(request: Request, pk: int) -> Organisation:
    """Return an organisation for which the user answers; Forbidden where he only reads it, Http404 beyond his reach."""
    place = access.get_for(Organisation.objects.select_related("parent"), request.user, DUTIES, pk=pk)
    if not own_places(request.user).filter(pk=pk).exists():
        raise access.Forbidden(DUTIES, place)
    return place
