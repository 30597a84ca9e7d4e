"""Accounts and appointments as the pages of who gives them list them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from branches.access import factor
from branches.access.models import User
from branches.access.resets import waiting_accounts
from branches.reach import access
from branches.reach.intervals import tree_order, within
from branches.reach.models import Appointment
from branches.reach.rights import APPOINT
from common import clock
from common.operator import Actor


def accounts_listed(data: Mapping[str, Any]) -> QuerySet[User]:
    """Return the accounts that fit `data` (cleaned values of AccountFilter); `has_factor`: a device confirms their entering."""
    rows = User.objects.annotate(has_factor=factor.devices()).order_by("username")
    if data.get("q"):
        rows = rows.filter(Q(name__icontains=data["q"]) | Q(username__icontains=data["q"]))
    if data.get("state") == "active":
        rows = rows.filter(is_active=True)
    elif data.get("state") == "locked":
        rows = rows.filter(is_active=False)
    elif data.get("state") == "waiting":
        rows = rows.filter(must_change_password=True)
    return rows


def with_posts_and_resets(users: Iterable[Any]) -> list[Any]:
    """Set on each account of a page, in three statements: `held` (its appointments of today), which resets wait, `unused`."""
    rows = list(users)
    in_force = Appointment.objects.in_force(clock.today()).filter(user__in=rows)
    held = Counter(in_force.order_by().values_list("user", flat=True))
    ever = set(Appointment.objects.filter(user__in=rows).order_by().values_list("user", flat=True))
    waiting = waiting_accounts(rows)
    for row in rows:
        row.held = held[row.pk]
        row.reset_waits = (row.pk, "password") in waiting
        row.factor_waits = (row.pk, "factor") in waiting
        row.unused = row.unvouched and row.must_change_password and row.pk not in ever
    return rows


def appointments_listed(user: Actor, data: Mapping[str, Any]) -> QuerySet[Appointment]:
    """Return the appointments that `user` may see where he appoints and that fit `data` (cleaned values of AppointmentFilter)."""
    today = clock.today()
    rows = Appointment.objects.visible_to(user, APPOINT)
    state = data.get("state")
    if state == "ended":
        rows = rows.filter(ends__lt=today)
    elif state == "future":
        rows = rows.filter(starts__gt=today, withdrawn_at__isnull=True)
    elif state != "all":
        rows = rows.in_force(today)
    if data.get("q"):
        rows = rows.filter(Q(user__name__icontains=data["q"]) | Q(user__username__icontains=data["q"]))
    if data.get("role"):
        rows = rows.filter(role=data["role"])
    if data.get("organisation"):
        rows = rows.filter(within(data["organisation"]))
    rows = rows.select_related("user", "organisation__parent", "appointed_by", "successor", "principal__user")
    rows = rows.annotate(has_factor=factor.devices("user"))
    return rows.order_by(*tree_order("organisation__"), "role", "-starts", "pk")


def state_of(row: Appointment, today: date) -> str:
    """Return how an appointment stands on a day: ended, planned or active."""
    if row.ends and row.ends < today:
        return "ended"
    return "planned" if row.starts > today else "active"


def given_by(user: Actor, rows: Iterable[Appointment]) -> set[int]:
    """Return the ids of those of some appointments that `user` may give: for their holders he may ask for a new code."""
    givable = access.givable(user, assistants=True)
    mine = Appointment.objects.filter(givable, pk__in=[row.pk for row in rows])
    return set(mine.order_by().values_list("pk", flat=True))


def assistants_of(user: Actor) -> list[Appointment]:
    """Return the newest fifty appointments of who acts or acted for `user`."""
    rows = Appointment.objects.filter(principal__user=user.pk).select_related("user")
    return list(rows.order_by("-starts", "-pk")[:50])
