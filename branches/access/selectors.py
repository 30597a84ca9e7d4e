"""What the own security page reads of the trail; what rests on an appointment that is to be withdrawn."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from branches.access.models import User
from branches.audit.models import AuditEntry
from branches.audit.verbs import verb_label
from branches.reach.models import Appointment
from common import clock

SHOWN = 15
_DAYS = 90
# The verb of the trail → how it looks: (state of the chip, word).
_LOOKS = {"login.enter": "done", "login.fail": "failed", "login.lock": "locked", "login.sso_fail": "failed"}


@dataclass(frozen=True)
class SignIn:
    """One line of the trail about entering: when, from where, what came of it."""

    at: datetime
    address: str
    state: str
    word: str
    note: str


def sign_ins(user: User) -> list[SignIn]:
    """Return what the trail says of signing in with this account, the newest first; one statement."""
    rows = AuditEntry.objects.filter(
        object_type="user", object_id=user.pk, verb__in=_LOOKS, at__gt=clock.real_now() - timedelta(days=_DAYS)
    )
    found = rows.order_by("-at", "-pk")[:SHOWN]
    return [
        SignIn(
            row.at, row.address, _LOOKS[row.verb], verb_label(row.verb), json.loads(row.payload or "{}").get("note", "")
        )
        for row in found
    ]


def given_since(row: Appointment) -> list[Appointment]:
    """Return the appointments in force that the holder of `row` has made since it was entered; they outlive it."""
    if row.made_at is None:
        return []
    made = Appointment.objects.in_force(clock.today()).filter(appointed_by=row.user, made_at__gte=row.made_at)
    return list(made.select_related("user", "organisation", "principal__user").order_by("pk")[:20])
