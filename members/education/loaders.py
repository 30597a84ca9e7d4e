"""Members, branches and lists of stated lengths by their address, within the reach of whoever asks."""

from typing import Any

from django.http import Http404

from branches.places.models.organisations import Kind, Organisation
from branches.reach import access
from branches.reach.rights import MEMBERS, RECORD, REVIEW
from common import clock
from common.requests import Request
from members.education.models import BroughtHours, LengthMend
from members.education.sheets import years_offered
from members.roster.models.members import Member


def member_read(request: Request, pk: int) -> Member:
    """Return a member whose hours this reader may see: his own, or those of a roster that he keeps. Raises Http404 or Forbidden."""
    rows = Member.objects.select_related("home__parent")
    own = rows.filter(pk=pk, account=request.user.pk).first() if pk < 2**63 else None
    if own is not None:
        return own
    found: Member = access.get_for(rows, request.user, MEMBERS, pk=pk)
    return found


def member_kept(request: Request, pk: int) -> Member:
    """Return a member whose roster this user keeps. Raises Http404 or Forbidden."""
    found: Member = access.get_for(Member.objects.select_related("home__parent"), request.user, MEMBERS, pk=pk)
    return found


def brought_for(request: Request, pk: int) -> BroughtHours:
    """Return hours that a branch stated of somebody who came, where the user reviews it."""
    rows = BroughtHours.objects.select_related("organisation__parent", "member", "stated_by")
    found: BroughtHours = access.get_for(rows, request.user, REVIEW, pk=pk)
    return found


def year_asked(request: Request) -> int:
    """Return the year of the address (?year=), this one without it. Raises Http404 for one that is not offered."""
    text = request.GET.get("year", "") or str(clock.today().year)
    if text not in map(str, years_offered()):
        raise Http404
    return int(text)


def branch_asked(request: Request) -> Organisation:
    """Return the branch of the address, else the only one whose roster the user keeps. Raises Http404 or Forbidden."""
    rows = Organisation.objects.select_related("parent").filter(kind=Kind.BRANCH)
    return _asked(request, rows, MEMBERS)


def _asked(request: Request, rows: Any, right: str) -> Organisation:
    if not request.GET.get("organisation"):
        own = list(rows.filter(archived_on__isnull=True).visible_to(request.user, right)[:2])
        if len(own) != 1:
            raise Http404
        only: Organisation = own[0]
        return only
    found: Organisation = access.get_for(rows, request.user, right, pk=request.GET["organisation"])
    return found


def place_stating(request: Request) -> Organisation:
    """Return the organisation of the address, where the user records."""
    rows = Organisation.objects.select_related("parent").exclude(kind=Kind.SMALL_GROUP)
    return _asked(request, rows, RECORD)


def mend_for(request: Request, pk: int) -> LengthMend:
    """Return what an organisation stated, where the user reviews it."""
    rows = LengthMend.objects.select_related("organisation__parent", "stated_by")
    found: LengthMend = access.get_for(rows, request.user, REVIEW, pk=pk)
    return found
