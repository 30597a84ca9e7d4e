"""Slots of start pages and files: what one's own organisation owes, what a person owes. Each also a page of its own."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from branches.reach import access
from branches.reach.rights import MEMBERS, VIEW
from common.requests import Request
from responsibilities.requirements.loaders import member_for
from responsibilities.requirements.own import member_owed, own_owed, own_place
from responsibilities.requirements.reading import read_by


@login_required
@require_GET
def owed_by_own(request: Request) -> HttpResponse:
    """What the organisation owes for which the reader answers; drawn after his start page, for it is reckoned live."""
    place = own_place(request.scope)
    if place is None or not access.has_right(request.user, VIEW, place):
        raise Http404
    name = "panel" if request.htmx else "page"
    keeps = access.has_right(request.user, MEMBERS, place)
    found = own_owed(place, keeps=keeps)
    read_by(request.user, [line.row for line in found.lines])
    context = {"found": found, "back": "/"}
    return render(request, f"responsibilities/requirements/own/{name}.html", context)


@login_required
@require_GET
def owed_by_member(request: Request, pk: int) -> HttpResponse:
    """What a person himself owes: for himself, and for whoever reads his file."""
    member = member_for(request, pk)
    name = "member" if request.htmx else "member_page"
    context = {"lines": member_owed(member), "member": member, "links": access.holds_anywhere(request.user, VIEW)}
    return render(request, f"responsibilities/requirements/own/{name}.html", context)
