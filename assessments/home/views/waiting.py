"""What waits of the mechanisms: a slot of every start page, and a page of its own."""

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from assessments.home.selectors.mechanisms import place_read, sentences_of, waiting_groups
from branches.reach.rights import ROLES, VIEW
from common.requests import Request

# They read what was found, and decide nothing in a form.
READERS = frozenset({"leader", "party_group_secretary"})


@login_required
@require_GET
def home_waiting(request: Request) -> HttpResponse:
    """Groups of what waits for the reader; leaders read sentences with a number and its list."""
    scope = request.scope
    place = place_read(scope) if scope and VIEW in ROLES[scope.role].rights else None
    reads = scope is not None and scope.role in READERS
    groups = [] if place is None or reads else waiting_groups(request.user, place)
    sentences = sentences_of(request.user, place) if place is not None and reads else []
    context = {"groups": groups, "sentences": sentences, "total": sum(group.total for group in groups)}
    template = "assessments/home/waiting.html" if request.htmx else "assessments/home/waiting_page.html"
    return render(request, template, context)
