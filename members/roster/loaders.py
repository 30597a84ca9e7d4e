"""What is offered to an account, by its address."""

from django.http import Http404

from common.requests import Request
from members.roster.models.links import LinkProposal


def own_proposal(request: Request, pk: int) -> LinkProposal:
    """Return a link to a member's file that waits for the yes of the user."""
    proposal = LinkProposal.objects.filter(pk=pk, account=request.user).first()
    if proposal is None:
        raise Http404
    return proposal
