"""A member's file as pages show it: whose it is, attendance of a year."""

from datetime import date

from django.db.models import QuerySet

from common.operator import Actor
from members.activities.models import Activity, ActivityState, Attendance
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
