"""Corrections as lists and files show them, and what counts of them as faults of rosters."""

from collections.abc import Collection, Mapping
from datetime import date
from typing import Any

from django.db.models import QuerySet

from branches.reach.rights import MEMBERS
from common.operator import Actor
from members.activities.models import Attendance
from members.corrections.models import Correction, CorrectionItem, CorrectionState
from members.roster.models.members import Member

READ = ("member__home__parent", "member__account", "activity", "decided_by")
# So many of one member are shown on his page.
SHOWN = 6


def listed(user: Actor, data: Mapping[str, Any]) -> QuerySet[Correction]:
    """Return the corrections asked for by members whose roster `user` keeps, as far as they fit `data` (CorrectionFilter)."""
    rows = Correction.objects.visible_to(user, MEMBERS)
    state, place = data.get("state") or "", data.get("organisation")
    if state != "all":
        rows = rows.filter(state=state or CorrectionState.ASKED)
    if place:
        rows = rows.filter(member__home=place)
    return rows.select_related(*READ).order_by("-asked_on", "-pk")


def waiting_for(user: Actor) -> QuerySet[Correction]:
    """Return what waits for the decision of `user`, what has waited longest first: not what he asked himself."""
    rows = Correction.objects.visible_to(user, MEMBERS).waiting()
    # None is not equal to anything: a member without account would fall out of a plain exclude.
    rows = rows.exclude(member__account__isnull=False, member__account=getattr(user, "pk", None))
    return rows.select_related(*READ).order_by("asked_on", "pk")


def of_member(member: Member) -> list[Correction]:
    """Return the latest corrections that a member asked for."""
    rows = Correction.objects.filter(member=member).select_related("activity", "decided_by")
    return list(rows.order_by("-asked_on", "-pk")[:SHOWN])


def attendance_meant(correction: Correction) -> Attendance | None:
    """Return the attendance that a correction is about, as it is kept now."""
    return Attendance.objects.filter(activity=correction.activity_id, member=correction.member_id).first()


def found_right(first: date, last: date, organisations: Collection[int] | None = None) -> QuerySet[Correction]:
    """Return what of the roster was found right between two days at some branches (ids), at all when None.

    Not attendance and dues, which are no roster, nor a telephone number, of which nobody but its owner learns that it is another.
    """
    rows = Correction.objects.filter(state=CorrectionState.RIGHT, decided_on__range=(first, last))
    rows = rows.exclude(item__in=(CorrectionItem.ATTENDANCE, CorrectionItem.DUES, CorrectionItem.PHONE))
    if organisations is not None:
        rows = rows.filter(branch__in=organisations)
    return rows.select_related("member", "activity").order_by("branch", "member", "pk")
