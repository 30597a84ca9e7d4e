"""Versions of schemes by their address: those in force for everybody with a post, drafts for the office."""

from django.http import Http404

from assessments.schemes.models import SchemeVersion
from assessments.scoring.schemes import BY_HAND
from branches.places.models.organisations import Organisation
from branches.reach import access
from branches.reach.reach import reach_of
from branches.reach.rights import ASSESS, DUTIES, SET_RULES, VIEW
from common.operator import Actor
from common.requests import Request


def may_prepare(user: Actor) -> bool:
    """Return whether the account reads drafts: whoever writes them or decides on them."""
    return access.holds_anywhere(user, ASSESS) or access.holds_anywhere(user, SET_RULES)


def version_for(request: Request, pk: int) -> SchemeVersion:
    """Return a version that the account may read; Http404 otherwise."""
    rows = SchemeVersion.objects.select_related("drafted_by", "proposed_by", "approved_by", "approved_in")
    found = rows.filter(pk=pk).first()
    if found is None or not (access.holds_anywhere(request.user, VIEW) if found.fixed else may_prepare(request.user)):
        raise Http404
    return found


def draft_for(request: Request, pk: int) -> SchemeVersion:
    """Return a version that is in preparation, for whoever assesses; what may be done with it is for the services to say."""
    access.require_anywhere(request.user, ASSESS)
    return version_for(request, pk)


def speaks_for_itself(user: Actor, body: dict) -> bool:
    """Return whether the account answers for an organisation that a scheme assesses and that says what it thinks of itself."""
    rows = [row for part in body["dimensions"] for row in part["indicators"]]
    judged = any(
        row["method"] == "manual" or BY_HAND in row.get("measures", ()) and row["method"] not in ("deduct", "votes")
        for row in rows
    )
    if not judged:
        return False
    seats = [seat.organisation for seat in reach_of(user).seats if seat.gives(DUTIES)]
    return Organisation.objects.filter(pk__in=seats, kind__in=body["applies"], archived_on__isnull=True).exists()
