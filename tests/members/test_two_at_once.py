"""Two at once on a member's matters: one row is written, and the other learns it in words; nothing is half-written."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from common import clock
from common.errors import Conflict
from members.activities.models import Attendance
from members.activities.models.leave import Leave
from members.activities.services.leave import leave_ask, leave_decide, leave_withdraw
from members.commitments.models import SelfRating
from members.commitments.rating import rating_write
from members.corrections.models import Correction
from members.corrections.services import correction_ask, correction_decide
from members.development.models.cases import CaseStep, DevelopmentCase
from members.development.services import cases
from members.development.services.steps import StepData, step_add
from members.dues.models import DuesPayment, DuesRate
from members.education.models import BroughtHours, LengthMend
from members.education.services.bringing import hours_bring, hours_confirm
from members.education.services.mending import mend_confirm, mend_state
from members.files.calendar import address_make, member_at
from members.files.models import CalendarAddress
from tests.members.activities.records import ahead_of, on_leave
from tests.members.activities.test_races import _at_once
from tests.members.corrections.made import mine
from tests.members.dues.made import collected, fixed
from tests.members.education.made import arrived, without_times

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="needs rows that are locked one by one"),
]
assert connection


def refused(results):
    """Return what the one that failed said, the other having passed."""
    (error,) = [one for one in results if isinstance(one, Exception)]
    assert isinstance(error, ValidationError | Conflict), results
    return error.messages[0] if isinstance(error, ValidationError) else str(error)


def test_a_member_asks_for_leave_once(live_world):
    world, meeting = live_world, ahead_of(live_world.branch_a)
    said = {"by": world.member, "member": mine(world), "activity": meeting, "reason": "公差"}
    assert "已经请过假" in refused(_at_once(lambda: leave_ask(**said), lambda: leave_ask(**said)))
    assert Leave.objects.count() == 1


def test_leave_is_answered_once_and_stands_as_it_was_answered(live_world):
    world, leave = live_world, on_leave(live_world)
    results = _at_once(
        lambda: leave_decide(by=world.secretary_a, leave=leave, agree=True),
        lambda: leave_decide(by=world.organiser_a, leave=leave, agree=False, answer="当天选举"),
    )
    assert "已处理" in refused(results)
    state = Leave.objects.get().state
    assert Attendance.objects.filter(activity=leave.activity, state="leave").exists() is (state == "agreed")


def test_leave_that_is_taken_back_while_it_is_agreed_leaves_no_trace_in_the_attendance(live_world):
    world, leave = live_world, on_leave(live_world)
    _at_once(
        lambda: leave_decide(by=world.secretary_a, leave=leave, agree=True),
        lambda: leave_withdraw(by=world.member, leave=leave),
    )
    assert Leave.objects.get().state == "withdrawn"
    assert not Attendance.objects.filter(activity=leave.activity, state="leave").exists()


def test_one_address_of_a_calendar_stands(live_world):
    world = live_world
    tokens = _at_once(*[lambda: address_make(by=world.member, member=mine(world))] * 2)
    assert CalendarAddress.objects.count() == 1
    assert sorted(member_at(token) is not None for token in tokens) == [False, True]


def test_one_self_rating_of_a_year(live_world):
    world = live_world
    ahead_of(world.branch_a, kind="member_review", day=clock.today() + timedelta(days=7))
    member = mine(world)
    results = _at_once(
        lambda: rating_write(by=world.member, member=member, text="甲", version=0),
        lambda: rating_write(by=world.member, member=member, text="乙", version=0),
    )
    assert "请核对后再保存" in refused(results) and SelfRating.objects.count() == 1


def test_hours_from_outside_are_stated_and_confirmed_once(live_world):
    world, member = live_world, arrived(live_world)
    said = {"by": world.secretary_a, "member": member, "year": clock.today().year, "hours": Decimal(8), "proof": "证明"}
    assert "已经登记" in refused(_at_once(lambda: hours_bring(**said), lambda: hours_bring(**said)))
    row = BroughtHours.objects.get()
    results = _at_once(
        lambda: hours_confirm(by=world.staff, row=row),
        lambda: hours_confirm(by=world.committee_secretary, row=row),
    )
    assert "不能再改" in refused(results)


def test_lengths_are_stated_and_confirmed_once(live_world):
    world = live_world
    without_times(world)
    said = {"organisation": world.branch_a, "kind": "lecture", "year": clock.today().year, "hours": Decimal("1.5")}
    results = _at_once(
        lambda: mend_state(by=world.secretary_a, **said), lambda: mend_state(by=world.organiser_a, **said)
    )
    assert "已由他人补填" in refused(results)
    mend = LengthMend.objects.get()
    results = _at_once(
        lambda: mend_confirm(by=world.staff, mend=mend), lambda: mend_confirm(by=world.committee_secretary, mend=mend)
    )
    assert "不能再改" in refused(results)


def test_a_correction_is_asked_and_decided_once(live_world):
    world, member = live_world, mine(live_world)
    said = {"by": world.member, "member": member, "text": "硕士研究生", "item": "education"}
    assert "已经提出过" in refused(_at_once(lambda: correction_ask(**said), lambda: correction_ask(**said)))
    row = Correction.objects.get()
    results = _at_once(
        lambda: correction_decide(by=world.secretary_a, correction=row, right=True),
        lambda: correction_decide(by=world.organiser_a, correction=row, right=False, reason="未提供证书"),
    )
    assert "认定" in refused(results)


def test_an_applicant_is_entered_once_and_a_step_of_his_once(live_world):
    world, today = live_world, clock.today()
    person = cases.NewPerson(world.branch_a, {"name": "申一", "birth_date": date(1996, 1, 2)})
    results = _at_once(
        lambda: cases.case_open(by=world.secretary_a, person=person, opened_on=today),
        lambda: cases.case_open(by=world.organiser_a, person=person, opened_on=today),
    )
    assert "已经登记" in refused(results)
    case = DevelopmentCase.objects.get()
    data = StepData(day=today, document="x")
    results = _at_once(
        lambda: step_add(by=world.secretary_a, case=case, key="14", data=data),
        lambda: step_add(by=world.organiser_a, case=case, key="14", data=data),
    )
    assert "请核对后再保存。" in refused(results)
    assert CaseStep.objects.standing().filter(case=case, key="14").count() == 1


def test_dues_of_a_month_are_noted_once_and_fixed_once(live_world):
    world = live_world
    _at_once(lambda: fixed(world), lambda: fixed(world))
    people = len(world.people("branch_a"))
    assert DuesRate.objects.filter(ends__isnull=True).count() == people
    numbers = _at_once(lambda: collected(world), lambda: collected(world))
    assert sorted(numbers) == [0, people] and DuesPayment.objects.standing().count() == people
