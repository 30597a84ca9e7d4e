"""What a correction changes of what counts is told, and a correction is never accepted with others."""

from datetime import date

import pytest
import time_machine

from members.activities.models import Activity, Attendance
from members.activities.services.corrections import correction_begin, correction_submit
from members.activities.services.records import record_data
from members.activities.services.states import activity_accept, activity_submit
from members.reviews.findings import findings_for
from members.reviews.selectors import queue
from members.reviews.services import activities_accept
from tests.members.activities.records import draft, submitted

pytestmark = pytest.mark.django_db
DAY = date(2026, 9, 14)


@pytest.fixture(autouse=True)
def _in_october():
    with time_machine.travel("2026-10-15T10:00:00+08:00", tick=False) as moment:
        yield moment


def chips(world, record):
    row = queue(world.staff).get(pk=record.pk)
    return {one.chip: one.text for one in findings_for(world.staff, [row]).get(row.pk, [])}


def accepted(world, record):
    return activity_accept(by=world.staff, activity=Activity.objects.get(pk=record.pk))


def corrected(world, record, **changes):
    correction_begin(by=world.secretary_a, activity=record, reason="登记有误")
    data = record_data(record)
    for name, value in changes.items():
        setattr(data, name, value)
    return correction_submit(by=world.secretary_a, activity=record, data=data)


def in_one_go(world, record):
    """Accept it with another; return why it was not."""
    other = submitted(world.branch_b, world.secretary_b, day=DAY)
    mine, its = activities_accept(by=world.staff, choices=[(row, row.version) for row in (record, other)])
    assert its.problem == ""
    return mine.problem


def test_people_who_are_found_later_make_a_meeting_valid_only_before_its_reviewers_eyes(world):
    people = world.people("branch_a")
    away = dict.fromkeys(people[1:], "absent")
    record = accepted(world, submitted(world.branch_a, world.secretary_a, day=DAY, states=away))
    assert not record.valid
    record = corrected(world, record, attendance={member.pk: ("present", "") for member in people})
    text = chips(world, record)["更正后才达到法定人数"]
    assert "更正前到会 1 人，不能计入" in text and f"更正后 {record.judgements.get().present} 人" in text
    assert in_one_go(world, record) == "这是对已通过记录的更正，请打开对照后单独审核。"
    assert accepted(world, record).state == "accepted"


@pytest.mark.parametrize(
    ("decided", "chip"),
    [
        ([("完成初审", None, date(2026, 12, 31))], "改了已过的时限"),
        ([("完成初审", None, None)], "改了已过的时限"),
        ([("做好初审", None, date(2026, 9, 30))], "删改了逾期的决议"),
        ([("完成初审", None, date(2026, 9, 20))], ""),
    ],
)
def test_a_deadline_that_has_passed_is_not_moved_in_silence(world, decided, chip):
    record = draft(world.branch_a, world.secretary_a, day=DAY)
    record.resolutions.create(order=1, text="完成初审", due=date(2026, 9, 30))
    record = accepted(world, activity_submit(by=world.secretary_a, activity=record))
    found = chips(world, corrected(world, record, resolutions=decided))
    assert {name for name in found if "时限" in name or "决议" in name} == ({chip} if chip else set())
    assert not chip or "2026-09-30" in found[chip]


def test_one_sitting_that_is_entered_twice_and_a_meeting_of_one_are_seen(world):
    people = world.people("branch_a")
    both = {"starts_at": "14:30", "ends_at": "16:30"}
    first, second = (
        submitted(world.branch_a, world.secretary_a, day=DAY, kinds=[kind]) for kind in ("assembly", "lecture")
    )
    Activity.objects.update(**both)
    assert "14:30–16:30 另有“学习讨论”" in chips(world, second)["同一时间另有记录"]
    Activity.objects.filter(pk=second.pk).update(starts_at="16:30", ends_at="17:30")
    assert "同一时间另有记录" not in chips(world, first)
    Attendance.objects.filter(activity=second).exclude(member=people[0]).update(state="leave", reason="出差")
    expected = Attendance.objects.filter(activity=second).count()
    assert f"到会 1/{expected}" in chips(world, second)
