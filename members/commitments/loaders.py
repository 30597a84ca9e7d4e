"""Branches, commitments and pledges by their address, within the reach of whoever asks."""

from typing import Any

from django.http import Http404

from branches.places.models.organisations import Kind, Organisation
from branches.reach import access
from branches.reach.rights import MEMBERS, VIEW
from common import clock
from common.requests import Request
from members.commitments.models import Commitment, Pledge
from members.roster.models.members import Member

YEARS = (2015, 2100)


def year_of(year: int | str) -> int:
    """Return the year of an address. Raises Http404 for anything that is none."""
    text = str(year)
    if not (text.isascii() and text.isdigit() and len(text) == 4 and YEARS[0] <= int(text) <= YEARS[1]):
        raise Http404
    return int(text)


def year_asked(request: Request) -> int:
    return year_of(request.GET["year"]) if request.GET.get("year") else clock.today().year


def branches_read(user: Any) -> Any:
    """Return the branches whose commitments `user` may read, in tree order."""
    rows: Any = access.organisations_for(user, VIEW).filter(kind=Kind.BRANCH, archived_on__isnull=True)
    return rows.select_related("parent").in_tree_order()


def branch_for(request: Request, pk: int, right: str = VIEW) -> Organisation:
    rows = Organisation.objects.select_related("parent").filter(kind=Kind.BRANCH)
    found: Organisation = access.get_for(rows, request.user, right, pk=pk)
    return found


def member_kept(request: Request, pk: int) -> Member:
    rows = Member.objects.select_related("home__parent")
    found: Member = access.get_for(rows, request.user, MEMBERS, pk=pk)
    return found


def commitment_for(request: Request, pk: int) -> Commitment:
    """Return a commitment of somebody whose roster the user keeps."""
    rows = Commitment.objects.select_related("member__home__parent", "member__account")
    found: Commitment = access.get_for(rows, request.user, MEMBERS, pk=pk)
    return found


def own_member(request: Request) -> Member | None:
    return Member.objects.select_related("home__parent").filter(account=request.user.pk).first()


def pledge_for(request: Request, pk: int) -> Pledge:
    """Return a pledge of one's own, or of somebody whose roster the user keeps."""
    rows = Pledge.objects.select_related("commitment__member__home__parent")
    own = rows.filter(commitment__member__account=request.user.pk, pk=pk).first()
    if own is not None:
        return own
    if not access.holds_anywhere(request.user, MEMBERS):
        raise Http404
    found: Pledge = access.get_for(rows, request.user, MEMBERS, pk=pk)
    return found


def commitment_of(member: Member, year: int) -> Commitment | None:
    rows = Commitment.objects.select_related("member__home", "appraised_in")
    return rows.filter(member=member, year=year).first()
