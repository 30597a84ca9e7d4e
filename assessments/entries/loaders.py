"""Entries by their address, and of whom an account may say something."""

from django.http import Http404

from assessments.entries.models import ManualEntry
from assessments.entries.services import right_to_judge, speaks_for
from assessments.scoring.schemes import Scheme
from branches.places.models.organisations import Organisation, OrganisationQuerySet
from branches.reach import access
from branches.reach.reach import reach_of
from branches.reach.rights import ASSESS, ASSESS_COMMITTEE, DUTIES, PUBLISH, RECORD
from common.operator import Actor
from common.requests import Request

ENTERING = (ASSESS, ASSESS_COMMITTEE, PUBLISH)


def entry_for(request: Request, pk: int) -> ManualEntry:
    """Return an entry for whoever assesses its organisation or publishes there; deciding asks for more (services)."""
    rows = ManualEntry.objects.select_related("organisation__parent", "made_by", "decided_by")
    for right in ENTERING:
        found = rows.visible_to(request.user, right).filter(pk=pk).first()
        if found is not None:
            return found
    raise Http404


def require_entries(request: Request) -> None:
    """Raise Http404 unless the account assesses or publishes somewhere."""
    if not any(access.holds_anywhere(request.user, right) for right in ENTERING):
        raise Http404


def judged_by(user: Actor, scheme: Scheme) -> "OrganisationQuerySet | None":
    """Return the organisations that a scheme assesses and of which the account may enter something; None where it may of none."""
    rights = [right for right in (ASSESS, ASSESS_COMMITTEE) if access.holds_anywhere(user, right)]
    if not rights:
        return None
    found = {
        place.pk
        for right in rights
        for place in Organisation.objects.visible_to(user, right).filter(kind__in=scheme.applies)
        if right_to_judge(place) == right
    }
    return Organisation.objects.filter(pk__in=found, archived_on__isnull=True).in_tree_order()


def spoken_for(user: Actor, scheme: Scheme) -> list[Organisation]:
    """Return the organisations that a scheme assesses and of which the account says what they think themselves."""
    seats = {seat.organisation for seat in reach_of(user).seats}
    rows = Organisation.objects.filter(kind__in=scheme.applies, archived_on__isnull=True).select_related("parent")
    near = rows.visible_to(user, DUTIES).filter(pk__in=seats) | rows.visible_to(user, RECORD).filter(kind="committee")
    return [place for place in near.in_tree_order() if speaks_for(user, place)]
