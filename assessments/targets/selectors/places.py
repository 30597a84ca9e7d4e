"""Which organisations owe a target, and how large they are."""

from collections.abc import Iterable

from django.db.models import Count, Q

from assessments.targets.models import Split, Target
from branches.places.models.organisations import Organisation, OrganisationQuerySet
from common.dated import in_force


def places_owing(target: Target) -> OrganisationQuerySet:
    """Return the living organisations that owe a target: those of its kinds below the plan's; of one's own that one alone."""
    plan = target.plan
    if target.split == Split.OWN:
        return Organisation.objects.filter(pk=plan.organisation_id)
    rows = Organisation.objects.within(plan.organisation).filter(kind__in=target.applies, archived_on__isnull=True)
    return rows.exclude(pk=plan.organisation_id).in_tree_order()


def sizes_of(places: Iterable[Organisation], day) -> dict[int, int]:
    """Return {organisation id: members on a day}, those of everything below it counted along; one statement.

    Used to share out an amount by size.
    """
    found = {}
    for place in places:
        found[place.pk] = 0
    if not found:
        return found
    tops = list(places)
    rows = (
        Organisation.objects.filter(Q(pk__in=found) | Q(parent__in=found))
        .annotate(number=Count("memberships", filter=in_force(day, "memberships__"), distinct=True))
        .order_by()
        .values_list("pk", "parent", "number")
    )
    for pk, parent, number in rows:
        owner = pk if pk in found else parent
        found[owner] += number
    return {place.pk: found[place.pk] for place in tops}
