"""Corrections by their address, for whoever keeps the roster of the member who asked."""

from branches.reach import access
from branches.reach.rights import MEMBERS
from common.requests import Request
from members.corrections.models import Correction
from members.corrections.selectors import READ


def correction_for(request: Request, pk: int) -> Correction:
    """Return a correction of a member whose roster the user keeps; 403 for who only reads there, 404 otherwise."""
    found: Correction = access.get_for(Correction.objects.select_related(*READ), request.user, MEMBERS, pk=pk)
    return found
