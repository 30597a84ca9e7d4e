"""Archiving an organisation: nobody may be left in it."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db.models import Q

from branches.places import tree
from branches.places.models.organisations import Kind, Organisation
from branches.places.services import organisations
from common import clock
from common.database import one_transaction
from common.operator import Actor
from members.roster.models.members import Membership


def left_behind(organisation: Organisation, on: date) -> int:
    """Return how many people still belong to an organisation (a branch or a small group) on the day after `on`.

    Who died or left belongs nowhere since, and is not counted.
    """
    there = Membership.objects.filter(Q(organisation=organisation) | Q(small_group=organisation))
    there = there.filter(Q(ends__isnull=True) | Q(ends__gt=on))
    return there.order_by().values("member").distinct().count()


def why_not(organisation: Organisation, on: date) -> str:
    """Return why an organisation cannot be archived with `on` as its last day, in words, "" where nobody is left in it."""
    number = left_behind(organisation, on)
    if not number:
        return ""
    if organisation.kind == Kind.SMALL_GROUP:
        return f"还有 {number} 人编在{organisation.label}，请先编入本支部的其他党小组，或不编入党小组。"
    near = Organisation.objects.filter(parent=organisation.parent_id, kind=organisation.kind, archived_on__isnull=True)
    names = [row.label for row in near.exclude(pk=organisation.pk).in_tree_order()[:3]]
    where = f"（如{'、'.join(names)}）" if names else ""
    return f"还有 {number} 人的组织关系在{organisation.label}，请先转到其他党支部{where}，再撤销。"


@one_transaction
def organisation_archive(
    *, by: Actor, organisation: Organisation, on: date | None = None, version: int | None = None
) -> Organisation:
    """Archive an organisation from the day after `on` (default today); ValidationError while people belong to it.

    The row is held first: whoever transfers somebody into it waits, and then finds it archived.
    """
    tree.lock()
    held = Organisation.objects.select_for_update(of=("self",)).select_related("parent").get(pk=organisation.pk)
    archived = organisations.organisation_archive(by=by, organisation=organisation, on=on, version=version)
    if reason := why_not(held, on or clock.today()):
        raise ValidationError(reason)
    return archived
