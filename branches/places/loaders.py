"""Organisations and who covers what, by their address, within the reach of whoever asks."""

from branches.places.models.departments import Coverage
from branches.places.models.organisations import Organisation
from branches.reach import access
from branches.reach.rights import ORGANISE, VIEW
from common.requests import Request


def organisation_for(request: Request, pk: int | str, right: str = VIEW) -> Organisation:
    """Return an organisation, with what stands above it, at which the user holds a right; Http404 or Forbidden otherwise.

    pk: also as an address or a form says it; what is no number is no organisation.
    """
    found: Organisation = access.get_for(Organisation.objects.select_related("parent"), request.user, right, pk=pk)
    return found


def coverage_for(request: Request, pk: int) -> Coverage:
    """Return a coverage, with its department, of an organisation that the user organises."""
    found: Coverage = access.get_for(Coverage.objects.select_related("department"), request.user, ORGANISE, pk=pk)
    return found
