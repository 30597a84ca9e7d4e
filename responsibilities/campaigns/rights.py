"""Who acts for an organisation in campaigns, and who sees one whole."""

from collections.abc import Iterable

from django.db.models import Q

from branches.places.models.organisations import Organisation, OrganisationQuerySet
from branches.reach import access
from branches.reach.reach import reach
from branches.reach.rights import DUTIES, VIEW
from common.operator import Actor
from responsibilities.assigning import BRANCHES, answers_for, own_branches
from responsibilities.campaigns.models import Campaign, Participation

KINDS = BRANCHES


def own_places(user: Actor) -> OrganisationQuerySet:
    """Return the living branches and general branches for which `user` answers: he joins, reports and applies there."""
    return own_branches(user)


def require_own(by: Actor, organisation: Organisation) -> None:
    """Raise unless `by` reports for `organisation` and answers for it: who leads it from above does not act in its place."""
    access.require(by, DUTIES, organisation)
    if not answers_for(by, organisation):
        raise access.Forbidden(DUTIES, organisation)


def seen_whole(user: Actor, campaigns: Iterable[int]) -> set[int]:
    """Return the ids of those campaigns of which `user` reads more than title and outcome: he reads its organisation, or one
    that takes part or is invited. Two conditions, one statement.
    """
    part = Participation.objects.visible_to(user).filter(campaign__in=campaigns).order_by()
    own = reach(user, VIEW, "organisation__")
    rows = Campaign.objects.filter(Q(pk__in=part.values("campaign")) | own, pk__in=campaigns).order_by()
    return set(rows.values_list("pk", flat=True))
