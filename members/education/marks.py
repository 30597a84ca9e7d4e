"""The change mark of hours of study: at whose branch somebody's hours of a year may be others, though the record is elsewhere.

A record marks the organisations that held it. Hours belong to whoever was there, and count where he belongs on the year's last
day: before facts are filled, those branches are marked too.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from django.db.models import F, Q

from branches.jobs.marks import mark_days
from branches.jobs.models import ChangeMark
from members.activities.models import Activity, Attendance
from members.activities.study import STUDY_KINDS
from members.roster.models.members import Member

SUBJECT = "education"
_KINDS = {str(kind) for kind in STUDY_KINDS}


def concerns_study(mark: ChangeMark) -> bool:
    """Whether a mark of a record may change hours: it names a kind of study, or none at all."""
    return not mark.kinds or not _KINDS.isdisjoint(mark.kinds.split(","))


def studied_marked(marks: Iterable[ChangeMark]) -> int:
    """Mark the branches of those who were at the records that these marks say were written; returns how many branches.

    By the fill, before it reads the marks; a constant number of statements.
    """
    written = [row for row in marks if row.subject == "activity" and concerns_study(row)]
    if not written:
        return 0
    spans = Q(activity__in={row.thing for row in written if row.thing is not None})
    for row in written:
        if row.thing is None:
            near = Q(activity__day__range=(row.first_day, row.last_day))
            spans |= near & Q(activity__organisation=row.organisation_id)
    there = Attendance.objects.filter(spans, activity__kinds__kind__in=STUDY_KINDS).order_by()
    rows = there.exclude(member__home=F("organisation")).values_list("member__home", "activity__day").distinct()
    found: dict[int, set[date]] = defaultdict(set)
    for home, day in rows:
        found[home].add(day)
    _add_teachers(found, [row.thing for row in written if row.thing is not None])
    for home, days in sorted(found.items()):
        mark_days([home], days, SUBJECT)
    return len(found)


def _add_teachers(found: dict[int, set[date]], records: Iterable[int]) -> None:
    """Add the branches of who chaired or taught: somebody named as a lecturer may have moved since."""
    rows = Activity.objects.filter(pk__in=set(records)).order_by()
    names: dict[str, set[date]] = defaultdict(set)
    for home, name, day in rows.values_list("chair__home", "lecturer_name", "day"):
        if home is not None:
            found[home].add(day)
        if name.strip():
            names[name.strip()].add(day)
    for name, home in Member.objects.filter(name__in=names).order_by().values_list("name", "home"):
        found[home] |= names[name]
