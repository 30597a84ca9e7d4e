"""Meetings that decided something, among which the one that did is chosen."""

from collections.abc import Collection
from datetime import timedelta

from django.db.models import QuerySet

from branches.places.models.organisations import Organisation
from common import clock
from common.operator import Actor
from common.text import quoted
from members.activities.models import COUNTING_STATES, Activity

# What was decided longer ago is not looked for.
LATELY = timedelta(days=92)
# So long a meeting stays among those that may be chosen as the one that decided.
_CHOSEN = timedelta(days=400)


def meetings_lately(
    user: Actor, kinds: Collection[str], place_kinds: Collection[str] = ()
) -> QuerySet[Activity, Activity]:
    """Return the records of meetings of these kinds in the last three months that `user` may read, the latest first.

    place_kinds: of the organisations that held them, all when there are none.
    """
    rows = _held(user, kinds).filter(day__gte=clock.today() - LATELY)
    return rows.filter(organisation__kind__in=place_kinds) if place_kinds else rows


def meetings_at(user: Actor, kinds: Collection[str], place: Organisation) -> QuerySet[Activity, Activity]:
    """Return the records of valid meetings of these kinds at one organisation that `user` may read, the latest first."""
    return _held(user, kinds).filter(valid=True, organisation=place)


def _held(user: Actor, kinds: Collection[str]) -> QuerySet[Activity, Activity]:
    rows = Activity.objects.visible_to(user).filter(kinds__kind__in=kinds, state__in=COUNTING_STATES)
    return rows.distinct().order_by("-day", "-pk")


def meetings_offered(places: Collection[int], kinds: Collection[str] = (), *, most: int) -> list[tuple[str, str]]:
    """Return [(id, words)] of what these organisations held of some kinds, of any where none is named, the latest first."""
    today = clock.today()
    rows = Activity.objects.filter(organisation__in=places, state__in=COUNTING_STATES)
    rows = rows.filter(day__range=(today - _CHOSEN, today))
    if kinds:
        rows = rows.filter(kinds__kind__in=kinds).distinct()
    return [
        (str(row.pk), f"{clock.in_words(row.day)}{row.kinds_label}{quoted(row.title) if row.title else ''}")
        for row in rows.order_by("-day", "-pk").prefetch_related("kinds")[:most]
    ]


def meeting_among(offered: Collection[tuple[str, str]], pk: str) -> Activity | None:
    """Return the record that was chosen out of `meetings_offered`; None where none was."""
    return Activity.objects.get(pk=pk) if pk and pk in {key for key, _ in offered} else None
