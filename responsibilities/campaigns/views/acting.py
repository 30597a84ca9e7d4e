"""Act on a campaign: the page that asks leads back to the campaign; the form of an outcome, for one's own and for the whole."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse

from branches.frame.acting import Done, posted
from branches.frame.acting import acted as asked
from branches.places.models.organisations import Organisation
from branches.reach import access
from branches.reach.rights import MEMBERS
from common import clock
from common.requests import Request
from responsibilities.campaigns.forms import OutcomeForm
from responsibilities.campaigns.models import Campaign
from responsibilities.campaigns.selectors.honours import honours_offered


def acted(
    request: Request, campaign: Campaign, form: forms.Form | None, act: Callable[[dict[str, Any]], Done], **context: Any
) -> HttpResponse:
    """Ask about a campaign, and do it once it is confirmed (`branches.frame.acting.acted`)."""
    return asked(
        request, form, act, cancel=reverse("campaign_detail", args=[campaign.pk]), campaign=campaign, **context
    )


def outcome_form(request: Request, campaign: Campaign, place: Organisation) -> OutcomeForm:
    """Return the form of an outcome at an organisation, with its honours to choose from."""
    return OutcomeForm(
        posted(request),
        honours=honours_offered(campaign, place),
        enters=access.has_right(request.user, MEMBERS, place),
        initial={"day": clock.today()},
    )
