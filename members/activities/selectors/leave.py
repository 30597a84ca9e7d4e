"""Leave as the own page, the record form and whoever decides read it."""

from collections.abc import Collection

from django.db.models import QuerySet

from branches.reach.rights import MEMBERS
from common.operator import Actor
from members.activities.models.leave import Leave

READ = (
    "member__account",
    "member__home__parent",
    "organisation__parent",
    "decided_by",
    "activity__organisation__parent",
)


def latest_of(member_id: int, activities: Collection[int]) -> dict[int, Leave]:
    """Return {record's id: the latest leave that a member asked of it}; one statement, none for no records."""
    if not activities:
        return {}
    rows = Leave.objects.filter(member=member_id, activity__in=activities).select_related("activity").order_by("pk")
    return {row.activity_id: row for row in rows}


def asked_of(activity_id: int) -> list[Leave]:
    """Return what nobody has answered yet of one record, in the order in which it was asked."""
    return list(Leave.objects.waiting().filter(activity=activity_id).select_related("member").order_by("pk"))


def waiting_for(user: Actor) -> QuerySet[Leave]:
    """Return what waits for the decision of `user`, the nearest meeting first: not what he asked himself."""
    rows = Leave.objects.visible_to(user, MEMBERS).waiting()
    # None is not equal to anything: a member without account would fall out of a plain exclude.
    rows = rows.exclude(member__account__isnull=False, member__account=getattr(user, "pk", None))
    return rows.select_related(*READ).prefetch_related("activity__kinds").order_by("activity__day", "pk")
