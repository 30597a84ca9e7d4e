"""Circulars by their address, within the reach of whoever asks."""

from branches.reach import access
from branches.reach.rights import ASSIGN, VIEW
from common.requests import Request
from responsibilities.circulars.models import Circular

_WITH = ("organisation__parent", "issued_by", "made_by", "corrects")


def circular_for(request: Request, pk: int, right: str = VIEW) -> Circular:
    """Return the Circular of an address that the user may read, or (with ASSIGN) write."""
    return access.get_for(Circular.objects.select_related(*_WITH), request.user, right, pk=pk)


def writable(request: Request, pk: int) -> Circular:
    """Return the Circular of an address for whoever writes it; 403 for its other readers."""
    return circular_for(request, pk, ASSIGN)
