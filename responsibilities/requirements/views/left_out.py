"""What a start date leaves out of the periods it falls into: the slot of its confirmation, and the same as a page."""

from datetime import date

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from branches.reach.doors import needs
from branches.reach.rights import SET_RULES
from branches.settings.start import EARLIEST
from common.requests import Request
from responsibilities.requirements.left_out import left_out


@needs(SET_RULES)
def requirement_left_out(request: Request, day: str) -> HttpResponse:
    try:
        start = date.fromisoformat(day)
    except ValueError:
        raise Http404 from None
    if start < EARLIEST:
        raise Http404
    context = {"found": left_out(start), "start": start, "back": reverse("setting_start")}
    name = "left_out" if request.htmx else "left_out_page"
    return render(request, f"responsibilities/requirements/{name}.html", context)
