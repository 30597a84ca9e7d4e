"""The slips that were printed, as whoever may print them anew sees them."""

from typing import Any

from django.db.models import Q

from branches.access.models import CodeSlip, User
from branches.reach import access
from branches.reach.rights import MEMBERS
from common import clock

# State of the filter → condition over living slips.
_STATES = {
    "unused": lambda: Q(used_at__isnull=True, expires__gt=clock.now()),
    "expired": lambda: Q(used_at__isnull=True, expires__lte=clock.now()),
    "used": lambda: Q(used_at__isnull=False, set_at__isnull=True),
    "active": lambda: Q(set_at__isnull=False),
}


def slips_of(user: User) -> Any:
    """Return the living slips of secretaries whom `user` may appoint and of members whose roster he manages."""
    places = access.organisations_for(user, MEMBERS).order_by().values("pk")
    concerned = access.givable(user) | Q(role="", organisation__in=places)
    rows = CodeSlip.objects.filter(concerned, replaced_at__isnull=True).exclude(user=user)
    return rows.select_related("user", "organisation__parent", "printed_by")


def chosen(rows: Any, state: str, text: str) -> Any:
    """Return those of `rows` in a state ("" for all) whose owner's name or user name contains `text`."""
    if state:
        rows = rows.filter(_STATES[state]())
    if text:
        rows = rows.filter(Q(user__name__icontains=text) | Q(user__username__icontains=text))
    return rows
