"""Branches, members and rows of care by their address: for whoever keeps the roster at the branch itself, 404 for everybody else."""

from typing import Any

from django.http import Http404

from branches.places.models.organisations import Kind, Organisation
from branches.reach import access
from branches.reach.rights import MEMBERS, VIEW
from common.pairs import said_in
from common.requests import Request
from members.care.models import CareEvent, CareMark, Honour
from members.care.rights import is_own, keeps
from members.roster.models.members import PARTY_STAGES, Member
from members.roster.namesakes import called


def branches_counted(user: Any) -> Any:
    """Return the branches of whose register `user` reads the numbers, in tree order."""
    rows: Any = access.organisations_for(user, MEMBERS).filter(kind=Kind.BRANCH, archived_on__isnull=True)
    return rows.select_related("parent").in_tree_order()


def branch_kept(request: Request) -> Organisation | None:
    """Return the branch of the address (?organisation=), else the one that the user keeps; None where he keeps none."""
    rows = branches_counted(request.user)
    asked = request.GET.get("organisation", "")
    if asked:
        if not (asked.isascii() and asked.isdigit() and len(asked) < 18):
            raise Http404
        found: Organisation | None = rows.filter(pk=asked).first()
        if found is None or not keeps(request.user, found):
            raise Http404
        return found
    return next((row for row in rows[:50] if keeps(request.user, row)), None)


def require_branch(request: Request) -> Organisation:
    found = branch_kept(request)
    if found is None:
        raise Http404
    return found


def _kept(request: Request, rows: Any, pk: int, *, own: bool = False) -> Any:
    """Return a row of a member (or himself), 404 for whoever does not keep his roster at the branch itself."""
    found = rows.filter(pk=pk).first() if pk < 2**63 else None
    member = found if isinstance(found, Member) else getattr(found, "member", None)
    if member is None or not ((own and is_own(request.user, member)) or keeps(request.user, member.home)):
        raise Http404
    return found


def member_for(request: Request, pk: int) -> Member:
    found: Member = _kept(request, Member.objects.select_related("home__parent"), pk)
    return found


def mark_for(request: Request, pk: int, *, own: bool = False) -> CareMark:
    found: CareMark = _kept(request, CareMark.objects.select_related("member__home__parent"), pk, own=own)
    return found


def event_for(request: Request, pk: int, *, own: bool = False) -> CareEvent:
    found: CareEvent = _kept(request, CareEvent.objects.select_related("member__home__parent"), pk, own=own)
    return found


def own_member(request: Request) -> Member | None:
    return Member.objects.select_related("home__parent").filter(account=request.user.pk).first()


def honour_for(request: Request, pk: int) -> Honour:
    rows = Honour.objects.select_related("place__parent", "member", "organisation_held__parent")
    found: Honour = access.get_for(rows, request.user, MEMBERS, pk=pk)
    return found


def honours_read(user: Any) -> Any:
    """Return the honours that `user` may read: of organisations and of members within reach."""
    rows = Honour.objects.filter(cancelled_on__isnull=True).visible_to(user, VIEW)
    return rows.select_related("member", "organisation_held__parent", "place__parent").order_by("-granted_on", "-pk")


def honours_named(user: Any, text: str) -> Any:
    """Return the honours that `user` may read and whose title or holder holds a text; all of them for an empty one."""
    rows = honours_read(user)
    if not text:
        return rows
    held = said_in("organisation_held__name", text) | said_in("organisation_held__short_name", text)
    return rows.filter(said_in("title", text) | said_in("member__name", text) | held)


# So many members are offered, those of the first branches.
OFFERED = 400


def honoured_of(user: Any) -> Any:
    """Return the members for whom the user may enter an honour: of the Party, full or on probation, who have not left.

    Who applies to join is none yet; what he is given is no honour of a member.
    """
    return Member.objects.visible_to(user, MEMBERS).filter(left_on__isnull=True, stage__in=PARTY_STAGES)


def offered(user: Any) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return (members, organisations) for whom the user may enter an honour, as choices m12, o3."""
    places: Any = (
        access.organisations_for(user, MEMBERS).exclude(kind=Kind.SMALL_GROUP).filter(archived_on__isnull=True)
    )
    people = honoured_of(user).select_related("home__parent").order_by("home", "pk")[:OFFERED]
    names = called(people)
    return (
        [(f"m{row.pk}", f"{names[row.pk]}　{row.home.label}") for row in people],
        [(f"o{row.pk}", row.label) for row in places.select_related("parent").in_tree_order()[:OFFERED]],
    )


def holder_of(user: Any, key: str) -> dict[str, Any]:
    """Return the holder that was chosen (m12, o3) under the name of its kind. Raises as `access.get_for` does."""
    rows: Any = Member.objects.select_related("home__parent") if key[0] == "m" else Organisation.objects.all()
    return {"member" if key[0] == "m" else "organisation": access.get_for(rows, user, MEMBERS, pk=key[1:])}
