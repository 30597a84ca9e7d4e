"""A member's file as pages show it: masked numbers, attendance of a year."""

from collections import Counter
from datetime import date

from branches import clock, crypto, identity
from branches.fields import reveal
from members.models import ATTENDING, Activity, ActivityState, Attendance, AttendanceState

UNREADABLE = "无法显示"


def masked_identity(member):
    """Return the masked identity number, "" when none is held, 无法显示 when the key is missing."""
    try:
        return identity.mask(reveal(member, "identity")) if member.identity else ""
    except crypto.CannotBeShown:
        return UNREADABLE


def masked_phone(member):
    """Return the masked phone, "" when none is held, 无法显示 when the key is missing."""
    try:
        return identity.mask_phone(reveal(member, "phone")) if member.phone else ""
    except crypto.CannotBeShown:
        return UNREADABLE


def attendance_of_year(member, year=None):
    """Return {"year", "total", "attended", "states": [{"state", "label", "count"}]} of counting records of a year.

    An entry that nobody recorded is a state of its own, neither present nor absent.
    """
    year = year or clock.today().year
    records = Activity.objects.filter(day__range=(date(year, 1, 1), date(year, 12, 31)))
    records = records.exclude(state__in=(ActivityState.PLANNED, ActivityState.DRAFT, ActivityState.CANCELLED))
    rows = Attendance.objects.filter(member=member, activity__in=records).order_by()
    counts = Counter(rows.values_list("state", flat=True))
    return {
        "year": year,
        "total": sum(counts.values()),
        "attended": sum(counts[state] for state in ATTENDING),
        "states": [
            {"state": state.value, "label": state.label, "count": counts[state.value]}
            for state in AttendanceState
            if counts[state.value]
        ],
    }
