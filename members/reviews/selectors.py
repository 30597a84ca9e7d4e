"""Whose turn it is to review: the nearest level of review grants above a record (decisions 9)."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from branches.reach.nearest import grants_between, nearest_below
from branches.reach.reach import NOWHERE, reach_of
from branches.reach.rights import REVIEW
from common.operator import OPERATOR, Actor
from members.activities.models import Activity, ActivityState, ActivityWriter
from members.activities.writers import written_after_reset, written_by


def waiting_for(user: Actor) -> QuerySet[Activity]:
    """Return the submitted records that wait for `user`, the longest waiting first.

    Those that he may review, wrote nothing of, and for which nobody but their writers stands nearer; nor what somebody
    wrote in whose password he just reset (access rule 10). One statement, whatever the number of records.
    """
    if user is OPERATOR:
        return Activity.objects.none()
    mine = NOWHERE
    for place in sorted(reach_of(user).places(REVIEW)[0]):
        mine |= Q(organisation__in=nearest_below(REVIEW, place)) | _only_its_writers_are_nearer(place)
    return (
        Activity.objects.filter(mine, state=ActivityState.SUBMITTED)
        .filter(~written_by(user.pk or 0))
        .exclude(written_after_reset(user.pk or 0))
        .order_by("submitted_at", "pk")
    )


def _only_its_writers_are_nearer(place: int) -> Q:
    """Return the condition «between `place` (an id) and the record some of its writers may review, and nobody else»."""
    nearer = grants_between(REVIEW, place)
    writer = Exists(ActivityWriter.objects.filter(activity=OuterRef(OuterRef("pk")), user=OuterRef("user_id")))
    return Q(Exists(nearer.filter(writer))) & ~Q(Exists(nearer.filter(~writer)))


def waiting_count(user: Actor) -> int:
    """Return how many records wait for `user`."""
    return waiting_for(user).count()


def next_after(user: Actor, activity: Activity) -> Activity | None:
    """Return the record that waits longest for `user` after this one was decided, or None."""
    return waiting_for(user).exclude(pk=activity.pk).first()
