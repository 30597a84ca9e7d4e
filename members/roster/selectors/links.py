"""Links of accounts to members' files that wait for a yes."""

from django.db.models import QuerySet

from common.operator import Actor
from members.roster.models.links import LinkProposal
from members.roster.models.members import Member


def proposal_of(member: Member) -> LinkProposal | None:
    """Return the link to a member's file that waits, with its account."""
    return LinkProposal.objects.select_related("account").filter(member=member).first()


def proposals_to(user: Actor) -> QuerySet[LinkProposal]:
    """Return the files that are offered to `user`, with who offered them."""
    rows = LinkProposal.objects.filter(account=user.pk)
    return rows.select_related("member__home__parent", "proposed_by")
