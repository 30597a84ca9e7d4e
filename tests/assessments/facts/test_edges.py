"""What rooms measure at the edges: a record without a kind, a day beside the period, a place beside those asked for."""

from datetime import date

import pytest

from members.activities.models import Activity, ActivityKind, Attendance
from members.measures import activity_counts, attendance_counts

pytestmark = pytest.mark.django_db
FIRST, LAST = date(2026, 4, 1), date(2026, 6, 30)


def held(place, day, kind="assembly", state="accepted"):
    record = Activity.objects.create(organisation=place, day=day, state=state, title="一次")
    if kind:
        ActivityKind.objects.create(activity=record, kind=kind)
    return record


def test_records_count_by_kind_on_the_days_and_at_the_places_asked_for(world):
    a, b = world.branch_a, world.branch_b
    for day in (FIRST, LAST, date(2026, 3, 31), date(2026, 7, 1)):
        record = held(a, day)
        for member, state in zip(world.people("branch_a")[:2], ("present", "leave")):
            Attendance.objects.create(activity=record, member=member, organisation=a, state=state)
    held(a, FIRST, "lecture", "returned")
    held(a, FIRST, "")
    held(b, FIRST, "lecture")
    assert sorted(activity_counts(FIRST, LAST)) == [
        (a.pk, "activities.assembly", 2),
        (b.pk, "activities.lecture", 1),
    ]
    assert list(activity_counts(FIRST, LAST, [b.pk])) == [(b.pk, "activities.lecture", 1)]
    assert sorted(attendance_counts(FIRST, LAST)) == [(a.pk, "attendance.leave", 2), (a.pk, "attendance.present", 2)]
    assert list(attendance_counts(FIRST, LAST, [b.pk])) == []
