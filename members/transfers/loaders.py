"""Transfers, standings and branches by their address, within the reach of whoever asks and at the end that acts."""

from branches.places.models.organisations import Kind, Organisation
from branches.reach import access
from branches.reach.rights import MEMBERS, VIEW
from common.requests import Request
from members.roster.models.members import Member
from members.roster.models.standing import Away, PartyStatus
from members.transfers.models import Transfer
from members.transfers.selectors.listing import READ


def transfer_for(request: Request, pk: int) -> Transfer:
    """Return a transfer of which the user keeps the roster of one end; 403 for who only reads there, 404 otherwise."""
    found: Transfer = access.get_for(Transfer.objects.select_related(*READ), request.user, MEMBERS, pk=pk)
    return found


def at_end(request: Request, pk: int, *, giver: bool) -> Transfer:
    """Return a transfer on which the user may act at one end: that which gives or that which receives; 403 for the other end.

    Of somebody who leaves the agency there is one end here: the branch that gives him notes the slip too.
    """
    transfer = transfer_for(request, pk)
    end = transfer.giver if giver or transfer.taker is None else transfer.taker
    if end is None or not access.has_right(request.user, MEMBERS, end):
        raise access.Forbidden(MEMBERS, end or transfer.taker)
    return transfer


def status_for(request: Request, pk: int) -> PartyStatus:
    """Return a standing of a member whose roster the user keeps."""
    rows = PartyStatus.objects.select_related("member__home__parent")
    found: PartyStatus = access.get_for(rows, request.user, MEMBERS, pk=pk)
    return found


def away_for(request: Request, pk: int) -> Away:
    """Return an absence of a member whose roster the user keeps."""
    found: Away = access.get_for(Away.objects.select_related("member__home__parent"), request.user, MEMBERS, pk=pk)
    return found


def branch_for(request: Request, pk: int, right: str = VIEW) -> Organisation:
    """Return a branch whose roster the user reads (or keeps)."""
    rows = Organisation.objects.select_related("parent").filter(kind=Kind.BRANCH)
    found: Organisation = access.get_for(rows, request.user, right, pk=pk)
    return found


def open_of(member: Member) -> Transfer | None:
    """Return the transfer of a member that is open, of which there is one at most."""
    return Transfer.objects.open().filter(member=member).first()
