"""Which period a record meets, what was done on the day of judging, a review that begins twice."""

from datetime import date

import pytest

from branches.audit.models import AuditEntry
from common.operator import OPERATOR
from common.periods import Period
from members.activities.models import Activity, Resolution
from members.activities.selectors.counting import LATE, ON_TIME, CountingRecord, returned_records
from members.activities.selectors.resolutions import resolution_items
from members.activities.services.resolutions import resolution_done, resolution_reopen
from members.activities.services.states import activity_return, review_begin
from tests.members.activities.records import submitted

pytestmark = pytest.mark.django_db
MAY, JUNE = date(2026, 5, 20), date(2026, 6, 9)


@pytest.mark.parametrize(
    ("day", "makes_up_for", "late", "met"),
    [
        (MAY, None, False, ON_TIME),
        (MAY, None, True, LATE),
        (JUNE, None, False, None),
        (JUNE, MAY, False, LATE),
        (MAY, MAY, False, ON_TIME),
        (MAY, MAY, True, LATE),
        (MAY, JUNE, False, None),
        (JUNE, JUNE, False, None),
    ],
)
def test_a_record_meets_the_period_of_its_day_or_of_the_day_that_it_makes_up_for(day, makes_up_for, late, met):
    assert CountingRecord(1, 1, "assembly", day, makes_up_for, late, True).meets(Period.parse("2026-05")) == met


def test_records_given_back_are_those_of_the_days_asked_for(world):
    record = submitted(world.branch_a, world.secretary_a, day=MAY)
    activity_return(by=world.staff, activity=record, reason="补充")
    found = {(world.branch_a.pk, "assembly"): [(MAY, record.pk)]}
    assert returned_records(MAY, MAY, ["assembly"]) == found
    assert returned_records(JUNE, JUNE, ["assembly"]) == returned_records(MAY, MAY, ["lecture"]) == {}
    assert returned_records(MAY, MAY, ["assembly"], [world.branch_b.pk]) == {}


def test_what_was_carried_out_on_the_day_of_judging_is_carried_out(world):
    record = Activity.objects.create(organisation=world.branch_a, day=MAY, state="accepted")
    Resolution.objects.create(activity=record, order=1, text="整改", due=JUNE, done_on=JUNE)
    states = [resolution_items(Period.parse("2026"), as_of=date(2026, 6, day))[0].state for day in (8, 9)]
    assert states == ["not_due", "met"]


def test_whoever_takes_his_own_mark_back_is_not_told(world):
    record = submitted(world.branch_a, world.secretary_a, day=MAY)
    row = Resolution.objects.create(activity=record, order=1, text="整改", due=JUNE)
    for by, told in ((world.secretary_a, 0), (world.officer_a, 1)):
        done = resolution_done(by=by, resolution=row, done_on=JUNE)
        resolution_reopen(by=world.secretary_a, resolution=done or row, reason="尚未完成")
        assert by.notices.filter(kind="returned").count() == told, by
        row.refresh_from_db()


def test_a_review_begins_once(world):
    record = submitted(world.branch_a, world.secretary_a)
    moment = review_begin(by=world.staff, activity=record).review_opened_at
    assert review_begin(by=world.committee_secretary, activity=record).review_opened_at == moment
    assert AuditEntry.objects.filter(verb="activity.review", object_id=record.pk).count() == 1
    assert review_begin(by=OPERATOR, activity=record).review_opened_at == moment
