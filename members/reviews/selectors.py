"""Whose turn it is to review: the nearest level of review grants above a record (decisions 9)."""

from datetime import datetime
from typing import NamedTuple

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from branches.reach.nearest import grants_between, nearest_below
from branches.reach.reach import NOWHERE, reach_of
from branches.reach.rights import REVIEW
from common import clock
from common.operator import OPERATOR, Actor
from members.activities.models import Activity, ActivityState, ActivityWriter
from members.activities.writers import written_after_reset, written_by, written_by_givers
from members.reviews.findings import Finding, findings_for

# With a filter by findings so many of the longest waiting are looked at, whatever the length of the queue.
LOOKED_AT = 200


def waiting_for(user: Actor) -> QuerySet[Activity]:
    """Return the submitted records that wait for `user`, the longest waiting first.

    Those that he may review, wrote nothing of, and for which nobody but their writers stands nearer; nor what somebody
    wrote in whose password he just reset, or who was handed his own code (access rule 10). One statement, whatever the number of records.
    """
    if user is OPERATOR:
        return Activity.objects.none()
    mine = NOWHERE
    for place in sorted(reach_of(user).places(REVIEW)[0]):
        mine |= Q(organisation__in=nearest_below(REVIEW, place)) | Q(pk__in=_only_their_writers_are_nearer(place))
    return (
        Activity.objects.filter(mine, state=ActivityState.SUBMITTED)
        .filter(~written_by(user.pk or 0))
        .exclude(written_after_reset(user.pk or 0))
        .exclude(written_by_givers(user))
        .annotate(sent=Coalesce("revised_at", "submitted_at"))
        .order_by("sent", "pk")
    )


def _only_their_writers_are_nearer(place: int) -> QuerySet:
    """Return the submitted records between which and `place` (an id) some of their writers may review, and nobody else.

    As values of their ids, and asked once for all of them: a condition on each record that waits would cost as much as there are.
    """
    nearer = grants_between(REVIEW, place, "activity__organisation__")
    of_the_record = ActivityWriter.objects.filter(activity=OuterRef(OuterRef("activity")), user=OuterRef("user_id"))
    rows = ActivityWriter.objects.filter(
        Exists(nearer.filter(user=OuterRef("user_id"))), activity__state=ActivityState.SUBMITTED
    )
    return rows.filter(~Exists(nearer.filter(~Exists(of_the_record)))).order_by().values("activity")


def waiting_count(user: Actor) -> int:
    """Return how many records wait for `user`."""
    return waiting_for(user).count()


class Position(NamedTuple):
    """Where a record stands among those that wait for a reviewer, counted from 1; previous, following: ids or None."""

    number: int
    total: int
    previous: int | None
    following: int | None


def _before(sent: datetime, pk: int) -> Q:
    return Q(sent__lt=sent) | Q(sent=sent, pk__lt=pk)


def _after(sent: datetime, pk: int) -> Q:
    return Q(sent__gt=sent) | Q(sent=sent, pk__gt=pk)


def position_of(user: Actor, activity: Activity) -> Position | None:
    """Return the Position of a record that waits for `user`, None for any other; three statements."""
    sent = activity.revised_at or activity.submitted_at
    if sent is None:
        return None
    rows = waiting_for(user)
    before, after = _before(sent, activity.pk), _after(sent, activity.pk)
    counts = rows.order_by().aggregate(
        total=Count("pk"), before=Count("pk", filter=before), here=Count("pk", filter=Q(pk=activity.pk))
    )
    if not counts["here"]:
        return None
    previous = rows.filter(before).reverse().values_list("pk", flat=True).first()
    following = rows.filter(after).values_list("pk", flat=True).first()
    return Position(counts["before"] + 1, counts["total"], previous, following)


def next_after(user: Actor, activity: Activity) -> Activity | None:
    """Return the record that waits for `user` next after this one was decided, the longest waiting one at the end, or None."""
    rows = waiting_for(user).exclude(pk=activity.pk)
    sent = activity.revised_at or activity.submitted_at
    after = rows.filter(_after(sent, activity.pk)).first() if sent else None
    return after or rows.first()


class Waiting(NamedTuple):
    """A record that waits, with what is worth a look in it and the days it has waited."""

    record: Activity
    findings: list[Finding]
    days: int


def looked_at(user: Actor, records: list[Activity]) -> list[Waiting]:
    """Return records of the queue with their findings, in a constant number of statements."""
    found = findings_for(user, records)
    today = clock.today()
    sent = {row.pk: row.revised_at or row.submitted_at for row in records}
    return [
        Waiting(row, found.get(row.pk, []), (today - clock.day_of(moment)).days if (moment := sent[row.pk]) else 0)
        for row in records
    ]


def queue(user: Actor) -> QuerySet[Activity]:
    """Return what waits for `user`, ready to be listed."""
    return waiting_for(user).select_related("organisation__parent", "author").prefetch_related("kinds")


def sorted_out(user: Actor, with_findings: bool) -> list[Waiting]:
    """Return the waiting records with findings, or those without: of the LOOKED_AT that wait longest."""
    rows = looked_at(user, list(queue(user)[:LOOKED_AT]))
    return [row for row in rows if bool(row.findings) == with_findings]
