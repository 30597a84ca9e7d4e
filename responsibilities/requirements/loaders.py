"""Requirements and what proves them by their address, within the reach of whoever asks."""

from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404

from branches.places.loaders import organisation_for
from branches.places.models.organisations import Organisation
from branches.reach import access
from branches.reach.rights import VIEW
from common.periods import Period
from common.requests import Request
from members.roster.models.members import Member
from responsibilities.requirements.models import RequirementDocument
from responsibilities.requirements.reading import read_by
from responsibilities.requirements.selectors import Requirement, one_requirement


def member_for(request: Request, pk: int) -> Member:
    """Return a member whose own requirements may be read: by himself, and by whoever reads his file."""
    rows = Member.objects.select_related("home")
    # One statement for both: an own file lies beyond what he may read of others.
    found = rows.filter(
        Q(account=request.user.pk) | Q(pk__in=rows.visible_to(request.user, VIEW).order_by().values("pk"))
    )
    member: Member = get_object_or_404(found, pk=pk)
    return member


def requirement_for(
    request: Request, pk: int, rule_id: str, period: str, right: str = VIEW
) -> tuple[Organisation, Requirement]:
    """Return (Organisation, Requirement) of an address, of the person it names; Http404 where the reader may not see it or it is none."""
    organisation = organisation_for(request, pk, right)
    try:
        row = one_requirement(organisation, rule_id, Period.parse(period), person=request.GET.get("person", ""))
    except ValueError:
        row = None
    if row is None:
        raise Http404
    read_by(request.user, [row])
    return organisation, row


def document_for(request: Request, pk: int) -> RequirementDocument:
    """Return a paper named for a requirement, within the reach of the user."""
    rows = RequirementDocument.objects.select_related("organisation")
    found: RequirementDocument = access.get_for(rows, request.user, VIEW, pk=pk)
    return found
