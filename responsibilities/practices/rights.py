"""Who proposes a practice: whoever answers for the organisation, or reviews it and found the record worth it."""

from branches.places.models.organisations import Organisation, OrganisationQuerySet
from branches.reach import access
from branches.reach.reach import reach
from branches.reach.rights import REVIEW
from common.operator import Actor
from responsibilities.campaigns.rights import KINDS, own_places, require_own


def places_reviewed(user: Actor) -> OrganisationQuerySet:
    """Return the living branches and general branches that `user` reviews."""
    rows = Organisation.objects.filter(reach(user, REVIEW, ""), kind__in=KINDS, archived_on__isnull=True)
    return rows.select_related("parent").in_tree_order()


def proposes_anywhere(user: Actor) -> bool:
    """Return whether `user` may open the form: he reports for an organisation, or reviews one."""
    return own_places(user).exists() or access.holds_anywhere(user, REVIEW)


def require_proposes(by: Actor, organisation: Organisation, *, recommended: bool) -> None:
    """Raise unless `by` may propose a practice of an organisation. recommended: from a record of it that he reviews."""
    if recommended and access.has_right(by, REVIEW, organisation):
        access.require(by, REVIEW, organisation)
        return
    require_own(by, organisation)


__all__ = ["KINDS", "own_places", "places_reviewed", "proposes_anywhere", "require_own", "require_proposes"]
