"""Which organisations owe a target, and how large they are."""

from collections.abc import Collection, Sequence
from datetime import date

from django.db.models import Count, Q

from assessments.targets.measured import MEASURED
from assessments.targets.models import PlanState, Split, Target, TargetKind, TargetPlan
from branches.places.models.organisations import ALLOWED_CHILDREN, Organisation, OrganisationQuerySet
from common.dated import in_force
from common.operator import Actor


def places_owing(target: Target) -> OrganisationQuerySet:
    """Return the living organisations that owe a target: those of its kinds below the plan's; of one's own that one alone."""
    plan = target.plan
    if target.split == Split.OWN:
        return Organisation.objects.filter(pk=plan.organisation_id)
    rows = Organisation.objects.within(plan.organisation).filter(kind__in=target.applies, archived_on__isnull=True)
    return rows.exclude(pk=plan.organisation_id).in_tree_order()


def places_sharing(target: Target, top: Organisation | None = None) -> list[Organisation]:
    """Return among whom an amount is shared out at once: those that owe it and stand below no other that does; in tree order.

    top: among whom that organisation divides its own share. What lies below a share is its holder's to divide: given to
    both, what the lower one does would reach the share of either.
    """
    rows = places_owing(target)
    found: list[Organisation] = []
    for place in rows if top is None else rows.within(top).exclude(pk=top.pk):
        if not found or not found[-1].contains(place):
            found.append(place)
    return found


def places_below(user: Actor, plan: TargetPlan) -> OrganisationQuerySet:
    """Return the living organisations at or below a plan's that `user` reads, in tree order: whose 目标责任书 there can be."""
    rows = Organisation.objects.within(plan.organisation).filter(archived_on__isnull=True)
    return rows.visible_to(user).in_tree_order()


def owes(target: Target, place: Organisation) -> bool:
    """Whether an organisation owes a target."""
    return places_owing(target).filter(pk=place.pk).exists()


def is_count_of_each(target: Target) -> bool:
    """Whether each organisation owes the same count: what all did together says of none whether it reached it."""
    measured = MEASURED.get(target.measure)
    return target.split == Split.SAME and measured is not None and not measured.rate


def is_pooled(target: Target, place: Organisation) -> bool:
    """Whether an organisation stands in a target where those below it stand who owe it: in stages, or a count of each."""
    if target.split == Split.OWN or not (target.kind == TargetKind.QUALITATIVE or is_count_of_each(target)):
        return False
    return place.pk == target.plan.organisation_id or place.kind not in target.applies


def counts_alone(target: Target, kind: str) -> bool:
    """Whether of an organisation of a kind its own records alone count: those below it owe the same and have theirs counted."""
    return is_count_of_each(target) and kind in target.applies and not kinds_under(kind).isdisjoint(target.applies)


def kinds_under(kind: str) -> set[str]:
    """Return the kinds of organisation that may lie below one of a kind."""
    below = {str(one) for one in ALLOWED_CHILDREN.get(kind, ())}
    return below.union(*(kinds_under(one) for one in below))


def sizes_of(places: Sequence[Organisation], day: date) -> dict[int, int]:
    """Return {organisation id: members on a day}, those of everything below it counted along; one statement.

    Used to share out an amount by size.
    """
    found = dict.fromkeys((place.pk for place in places), 0)
    rows = (
        Organisation.objects.filter(Q(pk__in=found) | Q(parent__in=found))
        .annotate(number=Count("memberships", filter=in_force(day, "memberships__"), distinct=True))
        .order_by()
        .values_list("pk", "parent", "number")
    )
    for pk, parent, number in rows:
        owner = pk if pk in found else parent
        found[owner] += number
    return found


def owed_rows(rows: Sequence[Target], place: Organisation, below: Collection[str] = ()) -> list[Target]:
    """Return those of a plan's targets that an organisation below the plan's owes, with the aims above them.

    below: further kinds of organisation whose targets are shown with its own.
    """
    kinds = {place.kind, *below}
    by_id = {row.pk: row for row in rows}
    kept: set[int] = set()
    for row in rows:
        current: int | None = row.pk if row.split != Split.OWN and kinds & {*row.applies} else None
        while current is not None and current not in kept:
            kept.add(current)
            current = by_id[current].parent_id
    return [row for row in rows if row.pk in kept]


def owed_by(organisation: Organisation, year: int) -> list[Target]:
    """Return the targets of issued plans of a year that an organisation owes: its own plan's, and those set above it."""
    rows = Target.objects.filter(plan__year=year, plan__state=PlanState.ISSUED, stopped_on__isnull=True)
    rows = rows.filter(plan__organisation__in=[organisation, *organisation.get_ancestors()]).filter(
        children__isnull=True
    )
    found = []
    for target in rows.select_related("plan__organisation").prefetch_related("stages"):
        own = target.plan.organisation_id == organisation.pk
        if (target.split == Split.OWN) == own and (own or organisation.kind in target.applies):
            found.append(target)
    return found
