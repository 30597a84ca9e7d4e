"""Act on a campaign and come back to its page."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse

from branches.frame import acting
from branches.frame.acting import posted
from common.requests import Request
from responsibilities.campaigns.models import Campaign

__all__ = ["acted", "posted"]


def acted(
    request: Request,
    campaign: Campaign,
    form: forms.Form | None,
    act: Callable[[dict[str, Any]], str],
    *,
    back: str = "",
    **context: Any,
) -> HttpResponse:
    """Ask and act (branches/frame/acting.py). back: address after it; that of the campaign unless said."""
    here = reverse("campaign_detail", args=[campaign.pk])
    return acting.acted(request, form, act, back=back or here, cancel=here, campaign=campaign, **context)
