"""The year of a member's file: which records it reckons with, and what each of his entries was."""

from collections import Counter
from datetime import date

import pytest

from members.activities.models import Activity, ActivityKind, Attendance
from members.activities.selectors.called import called_of
from members.files.selectors import entries_of_year
from tests.records import counted

pytestmark = pytest.mark.django_db


def test_the_year_counts_ones_own_entries_at_what_was_held(world):
    mine, other = world.people("branch_a")[3:5]
    for day, state, attended in (
        (date(2026, 1, 1), "accepted", "present"),
        (date(2026, 12, 31), "submitted", "leave"),
        (date(2026, 5, 5), "returned", "present"),
        (date(2026, 6, 6), "accepted", "not_recorded"),
        (date(2026, 7, 7), "planned", "present"),
        (date(2026, 7, 8), "draft", "present"),
        (date(2026, 7, 9), "cancelled", "present"),
        (date(2025, 12, 31), "accepted", "absent"),
        (date(2027, 1, 1), "accepted", "absent"),
    ):
        record = Activity.objects.create(
            organisation=world.branch_a, day=day, state=state, title="一次", cancel_reason="无"
        )
        ActivityKind.objects.create(activity=record, kind="assembly")
        counted(record)
        for member, word in ((mine, attended), (other, "online")):
            Attendance.objects.create(activity=record, member=member, organisation=world.branch_a, state=word)
    # Returned, it does not count; at what nobody recorded nobody was missed.
    called = called_of(mine, date(2026, 1, 1), date(2026, 12, 31))
    assert (called.expected, called.attended, called.excused, called.silent) == (2, 1, 1, 1)
    assert _states(mine, 2026) == {"present": 2, "leave": 1, "not_recorded": 1}
    assert _states(mine, 2025) == {"absent": 1}


def _states(member, year):
    return Counter(entry.state for entry in entries_of_year(member, year))
