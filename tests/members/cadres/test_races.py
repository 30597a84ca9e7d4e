"""Two posts of one form at once write one class, one topic, one person's work; of two changes the second is told by whom."""

import uuid
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from common import clock
from common.errors import Conflict
from members.cadres.models import PartyWork, StaffTotal, StudyTopic, TrainingClass, TrainingPlan
from members.cadres.services.classes import class_hold, class_write, plan_write
from members.cadres.services.staff import total_note, work_note
from members.cadres.services.topics import topic_review, topic_set
from tests.members.activities.test_races import _at_once
from tests.members.cadres.made import VALUES, found_topic, planned

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="needs rows that are locked one by one"),
]
assert connection


@pytest.mark.parametrize("_", range(5))
def test_a_class_that_is_sent_twice_is_one(live_world, _):
    world, key, today = live_world, uuid.uuid4(), clock.today()

    def click():
        values = VALUES | {"first": today, "last": today}
        return class_write(by=world.staff, organisation=world.committee, values=values, form_key=key)

    first, second = _at_once(click, click)
    assert first == second == TrainingClass.objects.get(), (first, second)


@pytest.mark.parametrize("_", range(5))
def test_a_topic_that_is_sent_twice_is_one(live_world, _):
    world, key, lead = live_world, uuid.uuid4(), live_world.people("branch_a")[3]
    values = {"lead": lead, "title": "一题", "question": "问", "first": clock.today(), "due": clock.today()}

    def click():
        return topic_set(by=world.secretary_a, organisation=world.branch_a, values=values, form_key=key)

    first, second = _at_once(click, click)
    assert first == second == StudyTopic.objects.get(), (first, second)


def test_of_two_changes_of_a_class_or_a_topic_the_second_is_told_by_whom(live_world):
    world = live_world
    row, one = planned(world), found_topic(world)
    values = VALUES | {"first": row.first, "last": row.last}

    def change(by, title):
        return class_write(
            by=by,
            organisation=world.committee,
            values=values | {"title": title},
            training_class=row,
            version=row.version,
        )

    def judge(by, reason):
        return topic_review(by=by, topic=one, level="taken", reason=reason, version=one.version)

    for call in (change, judge):
        results = _at_once(lambda: call(world.staff, "甲"), lambda: call(world.committee_secretary, "乙"))  # noqa: B023
        (refused,) = [found for found in results if isinstance(found, Exception)]
        assert isinstance(refused, Conflict), results
        other = world.staff if isinstance(results[1], Exception) else world.committee_secretary
        assert refused.message == f"这项内容刚由{other.name}修改，请核对后再保存。"


@pytest.mark.parametrize("_", range(3))
def test_work_totals_plans_and_records_of_a_class_are_one_each(live_world, _):
    world, member = live_world, live_world.people("branch_a")[3]
    today = clock.today()

    def work():
        return work_note(by=world.staff, member=member, organisation=world.committee, share="full", starts=today)

    def total():
        return total_note(by=world.staff, organisation=world.committee, number=300, starts=today)

    for call in (work, total):
        results = _at_once(call, call)
        assert sum(isinstance(one, ValidationError) for one in results) == 1, results
    assert PartyWork.objects.count() == StaffTotal.objects.count() == 1

    def plan():
        return plan_write(by=world.staff, organisation=world.committee, year=today.year, title="计划")

    first, second = _at_once(plan, plan)
    assert first == second == TrainingPlan.objects.get()
    row = planned(world, first=date(today.year, 1, 5))
    one, two = _at_once(*[lambda: class_hold(by=world.staff, training_class=row)] * 2)
    assert one == two and row.records.active().count() == 1, (one, two)
