"""Requirements and what proves them by their address, within the reach of whoever asks."""

from django.http import Http404

from branches.places.loaders import organisation_for
from branches.places.models.organisations import Organisation
from branches.reach import access
from branches.reach.rights import VIEW
from common.periods import Period
from common.requests import Request
from members.roster.models.members import Member
from responsibilities.requirements.models import RequirementDocument
from responsibilities.requirements.selectors import Requirement, one_requirement


def member_for(request: Request, pk: int) -> Member:
    """Return a member whose own requirements may be read: by himself, and by whoever reads his file."""
    rows = Member.objects.select_related("home")
    own = rows.filter(account=request.user.pk, pk=pk).first()
    found: Member = own or access.get_for(rows, request.user, VIEW, pk=pk)
    return found


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
    return organisation, row


def document_for(request: Request, pk: int) -> RequirementDocument:
    """Return a paper named for a requirement, within the reach of the user."""
    rows = RequirementDocument.objects.select_related("organisation")
    found: RequirementDocument = access.get_for(rows, request.user, VIEW, pk=pk)
    return found
