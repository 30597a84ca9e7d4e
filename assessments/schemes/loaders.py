"""Versions of schemes by their address: those in force for everybody with a post, drafts for the office."""

from django.http import Http404

from assessments.schemes.models import SchemeVersion
from branches.reach import access
from branches.reach.rights import ASSESS, SET_RULES, VIEW
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
