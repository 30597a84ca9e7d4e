"""Who writes policies: whoever assigns work at an organisation that issues them."""

from django.http import Http404

from branches.places.models.organisations import OrganisationQuerySet
from common.operator import Actor
from responsibilities.assigning import assigns_anywhere, places_assigned, refusal
from responsibilities.policies.models import ISSUING
from responsibilities.portfolios.rights import supervises_anywhere


def issuing_places(user: Actor) -> OrganisationQuerySet:
    """Return the living organisations whose policies `user` writes, in tree order."""
    return places_assigned(user).filter(kind__in=ISSUING, archived_on__isnull=True)


def writes_anywhere(user: Actor) -> bool:
    """Return whether `user` writes the policies of any organisation."""
    return issuing_places(user).exists()


def require_writes(user: Actor) -> None:
    """Raise Http404 for who assigns nothing where policies are issued; whoever only supervises is told so."""
    if writes_anywhere(user):
        return
    if supervises_anywhere(user) or assigns_anywhere(user):
        raise refusal(user)
    raise Http404
