"""Care reckoned slowly: day by day, person by person, with nothing shared with the product but the tables and the calendar."""

from datetime import date, timedelta

import chinese_calendar

from branches.settings.dated import number
from members.activities.models import ActivityKind, Attendance
from members.care.models import CareEvent, CareMark
from members.roster.models.members import Member, Membership

ASKING = ("hardship", "frail", "pre1949", "old_cadre")


def eve(year):
    """Return the last day before the holiday of the Spring Festival, found day by day; None for an unknown year."""
    day = date(year, 1, 1)
    while day.year == year and day.month < 4:
        try:
            free, name = chinese_calendar.get_holiday_detail(day)
        except NotImplementedError:
            return None
        # A day that is worked in its place bears its name, too.
        if free and name == "Spring Festival":
            return day - timedelta(days=1)
        day += timedelta(days=1)
    return None


def home(member, day):
    for row in Membership.objects.filter(member=member):
        if row.starts <= day and (row.ends is None or row.ends >= day):
            return row.organisation_id
    return None


def met(member, first, due, as_of):
    """Return "in time", "late" or "" of what one member was visited for."""
    days = []
    for row in Attendance.objects.filter(member=member, state__in=("present", "online")).select_related("activity"):
        kinds = set(ActivityKind.objects.filter(activity=row.activity).values_list("kind", flat=True))
        counts = row.activity.state in ("submitted", "accepted") and row.activity.judgements.filter(valid=True).exists()
        if counts and kinds & {"visit", "talk"} and kinds <= {"visit", "talk", "oath"} and row.activity.day <= as_of:
            days.append(row.activity.day)
    if any(first <= day <= due for day in days):
        return "in time"
    return "late" if any(due < day <= due + timedelta(days=180) for day in days) else ""


def owed(member, as_of):
    """Yield (branch, first day, due day) of what a member's marks and events ask for."""
    for year in range(2025, as_of.year + 1):
        last = eve(year)
        if last is None:
            continue
        day = last if last <= as_of else max(as_of, date(year, 1, 1))
        marks = CareMark.objects.filter(member=member, kind__in=ASKING)
        old = member.joined_on is not None and member.joined_on < date(1949, 10, 1)
        if old or any(row.starts <= day and (row.ends is None or row.ends >= day) for row in marks):
            yield home(member, min(last, day)), date(year, 1, 1), last
    for row in CareEvent.objects.filter(member=member):
        due = row.day + timedelta(days=int(number("care_answer_days", row.day)))
        yield home(member, min(due, max(as_of, row.day))), row.day, due


def counted(as_of):
    """Return {(branch id, month): (answered, due, late, overdue)} as of a day."""
    found = {}
    for member in Member.objects.all():
        for place, first, due in owed(member, as_of):
            how = met(member, first, due, as_of)
            if place is None or (not how and as_of <= due):
                continue
            row = found.setdefault((place, f"{due:%Y-%m}"), [0, 0, 0, 0])
            row[0] += bool(how)
            row[1] += 1
            row[2] += how == "late"
            row[3] += not how
    return {key: tuple(row) for key, row in found.items()}
