"""Whose turn it is to review: the nearest level of review grants above a record (decisions 9)."""

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Coalesce

from branches.reach.models import OrganisationGrant
from branches.reach.rights import REVIEW
from common import clock
from common.operator import OPERATOR
from members.activities.models import Activity, ActivityState


def _grants_above(path, day):
    """Grants of review in force on `day` held strictly above the organisation of the record that `path` leads to."""
    return OrganisationGrant.objects.filter(
        permission__codename=REVIEW,
        below=True,
        user__is_active=True,
        starts__lte=day,
        content_object__tree_id=path("organisation__tree_id"),
        content_object__lft__lt=path("organisation__lft"),
        content_object__rght__gt=path("organisation__rght"),
    ).filter(Q(ends__isnull=True) | Q(ends__gte=day))


def waiting_for(user, day=None):
    """Return the submitted records that wait for `user`, the longest waiting first.

    Those that he may review, did not write himself, and for which nobody but the author stands nearer. One statement,
    whatever the number of records.
    """
    day = day or clock.today()
    if user is OPERATOR:
        return Activity.objects.none()
    nearer = _grants_above(lambda name: OuterRef(OuterRef(name)), day).filter(
        content_object__lft__gt=OuterRef("content_object__lft")
    )
    # An author that is no account (0) excludes nobody.
    nearer = nearer.exclude(user_id=Coalesce(OuterRef(OuterRef("author_id")), 0))
    mine = _grants_above(OuterRef, day).filter(user_id=user.pk or 0).filter(~Exists(nearer))
    return (
        Activity.objects.filter(Exists(mine), state=ActivityState.SUBMITTED)
        .filter(Q(author__isnull=True) | ~Q(author=user.pk or 0))
        .order_by("submitted_at", "pk")
    )


def waiting_count(user):
    """Return how many records wait for `user`."""
    return waiting_for(user).count()


def next_after(user, activity):
    """Return the record that waits longest for `user` after this one was decided, or None."""
    return waiting_for(user).exclude(pk=activity.pk).first()
