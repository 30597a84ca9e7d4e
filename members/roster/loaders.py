"""Files of members, their posts and what is offered to an account, by their address."""

from django.http import Http404

from branches.reach import access
from branches.reach.rights import MEMBERS
from common.requests import Request
from members.roster.models.links import LinkProposal
from members.roster.models.members import PARTY_STAGES, Member
from members.roster.models.posts import Post


def member_for(request: Request, pk: int, right: str = MEMBERS) -> Member:
    """Return a member at whose branch the user holds a right; Http404 or Forbidden otherwise. Who is no Party member yet exists for those
    alone who keep the roster: nobody else reads who applies.
    """
    found: Member = access.get_for(Member.objects.select_related("home", "account"), request.user, right, pk=pk)
    if found.stage not in PARTY_STAGES and not access.has_right(request.user, MEMBERS, found.home):
        raise Http404
    return found


def post_for(request: Request, pk: int) -> Post:
    """Return a Party post that goes on, of a place where the user keeps the roster."""
    rows = Post.objects.select_related("member", "organisation__parent").filter(ends__isnull=True)
    found: Post = access.get_for(rows, request.user, MEMBERS, pk=pk)
    return found


def own_proposal(request: Request, pk: int) -> LinkProposal:
    """Return a link to a member's file that waits for the yes of the user."""
    proposal = LinkProposal.objects.filter(pk=pk, account=request.user).first()
    if proposal is None:
        raise Http404
    return proposal
