"""A member's file as pages show it: whose it is, attendance of a year."""

from collections import Counter
from datetime import date
from typing import Any

from django.db.models import QuerySet

from common import clock
from common.operator import Actor
from members.activities.models import Activity, ActivityState, Attendance, AttendanceState
from members.activities.selectors.called import called_of
from members.roster.models.members import Member


def own_file(user: Actor) -> Member | None:
    """Return the file of the member whose account `user` is."""
    return Member.objects.select_related("home").filter(account=user.pk).first()


def entries_of_year(member: Member, year: int | None, state: str = "") -> QuerySet[Attendance]:
    """Return a member's entries in the counting records of a year (None: of all), of one state or of all, latest first."""
    records = Activity.objects.exclude(state__in=(ActivityState.PLANNED, ActivityState.DRAFT, ActivityState.CANCELLED))
    if year is not None:
        records = records.filter(day__range=(date(year, 1, 1), date(year, 12, 31)))
    rows = Attendance.objects.filter(member=member, activity__in=records)
    return (rows.filter(state=state) if state else rows).order_by("-activity__day", "-activity", "pk")


def entries_called(member: Member, year: int) -> QuerySet[Attendance]:
    """Return a member's entries in the organisation life of a year at which he was expected (Called), latest first."""
    found = called_of(member, date(year, 1, 1), date(year, 12, 31))
    return entries_of_year(member, year).filter(activity__in=found.records)


def attendance_of_year(member: Member, year: int | None = None) -> dict[str, Any]:
    """Return {"year", "called", "states": [{"state", "label", "count"}]} of a year.

    called: the organisation life he was expected at (Called), as his duty counts it. states: his entries in all records, of
    every kind; one that nobody recorded is a state of its own, neither present nor absent.
    """
    year = year or clock.today().year
    counts = Counter(entries_of_year(member, year).order_by().values_list("state", flat=True))
    return {
        "year": year,
        "called": called_of(member, date(year, 1, 1), date(year, 12, 31)),
        "states": [
            {"state": state.value, "label": state.label, "count": counts[state.value]}
            for state in AttendanceState
            if counts[state.value]
        ],
    }
