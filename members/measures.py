"""Measures of records: pure reads, one set-based statement each; a value per organisation and month."""

from django.db.models import Count
from django.db.models.functions import TruncMonth

from members.models import COUNTING_STATES, Activity, ActivityKindCode, Attendance, AttendanceState


def activity_counts(first, last, organisations=None):
    """Yield (organisation id, first of month, kind, count) of the records held between two days.

    A joint record counts once, for the organisation that keeps it, so that totals up the tree are records, not
    attendances of organisations.
    """
    rows = Activity.objects.filter(state__in=COUNTING_STATES, day__range=(first, last))
    if organisations is not None:
        rows = rows.filter(organisation__in=organisations)
    rows = rows.order_by().annotate(month=TruncMonth("day")).values_list("organisation_id", "month", "kinds__kind")
    return rows.annotate(number=Count("pk")).iterator()


def attendance_counts(first, last, organisations=None):
    """Yield (organisation id, first of month, attendance state, count) of persons at the records between two days."""
    rows = Attendance.objects.filter(activity__state__in=COUNTING_STATES, activity__day__range=(first, last))
    if organisations is not None:
        rows = rows.filter(organisation__in=organisations)
    rows = rows.order_by().annotate(month=TruncMonth("activity__day")).values_list("organisation_id", "month", "state")
    return rows.annotate(number=Count("pk")).iterator()


ACTIVITY_MEASURES = {f"activities.{kind.value}": f"{kind.label}次数" for kind in ActivityKindCode}
ATTENDANCE_MEASURES = {f"attendance.{state.value}": f"考勤：{state.label}人次" for state in AttendanceState}
