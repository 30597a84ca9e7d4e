"""Branches, members and payments of dues by their address, within the reach of whoever asks."""

from typing import Any

from django.http import Http404

from branches.places.models.organisations import Kind, Organisation
from branches.reach import access
from branches.reach.rights import MEMBERS
from common.periods import MONTH, Period
from common.requests import Request
from members.dues.models import DuesPayment, DuesUse
from members.dues.rights import NOT_HERE, reads_amounts
from members.dues.selectors.lives import reckoned
from members.roster.models.members import Member

YEARS = (2015, 2100)


def month_of(text: str) -> Period:
    """Return the month that an address names. Raises Http404 for anything else."""
    try:
        found = Period.parse(text)
    except ValueError:
        raise Http404 from None
    if found.kind != MONTH or not YEARS[0] <= found.year <= YEARS[1]:
        raise Http404
    return found


def year_of(year: int) -> int:
    if not YEARS[0] <= year <= YEARS[1]:
        raise Http404
    return year


def organisations_kept(user: Any) -> Any:
    """Return the branches whose roster `user` keeps, in tree order."""
    rows = access.organisations_for(user, MEMBERS).filter(kind=Kind.BRANCH)
    return rows.filter(archived_on__isnull=True).select_related("parent")


def branch_asked(request: Request) -> Organisation | None:
    """Return the branch of the address (?organisation=), else the only one whose roster the user keeps, else None.

    Raises as `access.get_for` does.
    """
    asked = request.GET.get("organisation", "")
    if asked:
        rows = Organisation.objects.select_related("parent").filter(kind=Kind.BRANCH)
        found: Organisation = access.get_for(rows, request.user, MEMBERS, pk=asked)
        return found
    own = list(organisations_kept(request.user)[:2])
    return own[0] if len(own) == 1 else None


def kept_branch(request: Request) -> Organisation:
    """Return `branch_asked` where the user reads and writes amounts. Raises Http404 without one, Forbidden for who stands above."""
    branch = branch_asked(request)
    if branch is None:
        raise Http404
    return _keeper(request, branch)


def _keeper(request: Request, branch: Organisation) -> Organisation:
    if not reads_amounts(request.user, branch):
        raise access.Forbidden(MEMBERS, branch, NOT_HERE)
    return branch


def member_kept(request: Request, pk: int) -> Member:
    """Return a member of a branch whose amounts the user reads."""
    found: Member = access.get_for(Member.objects.select_related("home__parent"), request.user, MEMBERS, pk=pk)
    _keeper(request, found.home)
    return found


def payment_for(request: Request, pk: int) -> DuesPayment:
    """Return a payment at a branch whose amounts the user reads."""
    rows = DuesPayment.objects.select_related("organisation__parent", "member")
    found: DuesPayment = access.get_for(rows, request.user, MEMBERS, pk=pk)
    _keeper(request, found.organisation)
    return found


def use_for(request: Request, pk: int) -> DuesUse:
    """Return a use of dues at an organisation for which the user keeps the books."""
    rows = DuesUse.objects.select_related("organisation__parent")
    found: DuesUse = access.get_for(rows, request.user, MEMBERS, pk=pk)
    return found


def member_at(request: Request, pk: int, month: Period) -> tuple[Member, Organisation]:
    """Return a member and the branch to which a month of his belongs, where the user reads amounts there. Raises Http404 or Forbidden."""
    found = reckoned([pk], month.first, month.last) if pk < 2**31 else None
    place = found.branch(pk, month) if found is not None and pk in found.lives else None
    if place is None:
        raise Http404
    rows = Organisation.objects.select_related("parent")
    branch = _keeper(request, access.get_for(rows, request.user, MEMBERS, pk=place))
    return Member.objects.get(pk=pk), branch


def place_asked(request: Request) -> Organisation:
    """Return the organisation of the address (?organisation=), else the only branch, else the highest one with a committee.

    Raises Http404 where there is none.
    """
    asked = request.GET.get("organisation", "")
    rows = Organisation.objects.select_related("parent").exclude(kind__in=[Kind.SMALL_GROUP, Kind.PARTY_GROUP])
    if asked:
        found: Organisation = access.get_for(rows, request.user, MEMBERS, pk=asked)
        return found
    own = branch_asked(request)
    if own is None:
        own = rows.visible_to(request.user, MEMBERS).in_tree_order().first()
    if own is None:
        raise Http404
    return own
