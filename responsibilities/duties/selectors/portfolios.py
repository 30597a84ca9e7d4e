"""Who of the leading group is in charge of what, as its page lists it."""

from typing import Any

from django.db.models import F, QuerySet

from branches.reach.models import Appointment
from common import clock
from common.operator import Actor
from responsibilities.assigning import LEADING
from responsibilities.portfolios.models import LeaderPortfolio


def portfolios_listed(user: Actor, *, own: bool) -> QuerySet[LeaderPortfolio]:
    """Return the portfolios within reach of `user`, leader by leader. own: his alone."""
    rows = LeaderPortfolio.objects.select_related("leader", "department", "contact__parent")
    rows = rows.filter(leader=user.pk) if own else rows.visible_to(user)
    return rows.order_by("leader", F("contact").asc(nulls_first=True), "starts", "pk")


def leaders_to_name() -> QuerySet[Any, Any]:
    """Return the accounts that may have a portfolio, as a column of ids: who belongs to the leading group today."""
    rows = Appointment.objects.in_force(clock.today()).filter(role__in=LEADING, user__is_active=True)
    return rows.order_by().values("user")
