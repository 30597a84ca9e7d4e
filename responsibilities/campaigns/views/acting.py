"""Act on a campaign: the page that asks leads back to the campaign."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse

from branches.frame.acting import Done
from branches.frame.acting import acted as asked
from common.requests import Request
from responsibilities.campaigns.models import Campaign


def acted(
    request: Request, campaign: Campaign, form: forms.Form | None, act: Callable[[dict[str, Any]], Done], **context: Any
) -> HttpResponse:
    """Ask about a campaign, and do it once it is confirmed (`branches.frame.acting.acted`)."""
    return asked(
        request, form, act, cancel=reverse("campaign_detail", args=[campaign.pk]), campaign=campaign, **context
    )
