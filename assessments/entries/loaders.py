"""Entries by their address."""

from django.http import Http404

from assessments.entries.models import ManualEntry
from branches.reach import access
from branches.reach.rights import ASSESS, PUBLISH
from common.requests import Request


def entry_for(request: Request, pk: int) -> ManualEntry:
    """Return an entry for whoever assesses its organisation or publishes there; deciding asks for more (services)."""
    rows = ManualEntry.objects.select_related("organisation__parent", "made_by", "decided_by")
    for right in (ASSESS, PUBLISH):
        found = rows.visible_to(request.user, right).filter(pk=pk).first()
        if found is not None:
            return found
    raise Http404


def require_entries(request: Request) -> None:
    """Raise Http404 unless the account assesses or publishes somewhere."""
    if not any(access.holds_anywhere(request.user, right) for right in (ASSESS, PUBLISH)):
        raise Http404
