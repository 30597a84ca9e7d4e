"""The first submission decides, kind by kind (judgement 1.4): a correction cannot make punctual what it did not say."""

import importlib
from datetime import date

import pytest
import time_machine
from django.apps import apps

from common.periods import Period
from members.activities.lateness import sayings
from members.activities.models import Activity
from members.activities.selectors.rosters import roster
from members.activities.services.corrections import correction_begin, correction_submit
from members.activities.services.hosts import host_confirm
from members.activities.services.records import activity_update, record_data
from members.activities.services.states import (
    activity_accept,
    activity_return,
    activity_submit,
    activity_withdraw,
    is_late,
)
from members.reviews.findings import findings_for
from members.reviews.selectors import queue
from responsibilities.requirements.selectors import one_requirement
from tests.members.activities.records import submitted

pytestmark = pytest.mark.django_db
DAY = date(2026, 9, 20)


def on(day, hour=10):
    return time_machine.travel(f"{day}T{hour}:00:00+08:00", tick=False)


def corrected(world, record, at, **changes):
    """Submit a correction of an accepted record at the day `at`."""
    with on(at):
        correction_begin(by=world.secretary_a, activity=record, reason="依据会议记录更正")
        data = record_data(record)
        for name, value in changes.items():
            setattr(data, name, value)
        return correction_submit(by=world.secretary_a, activity=record, data=data)


def accepted(world, *kinds, day=DAY, at=None):
    with on(at or day):
        return activity_accept(
            by=world.staff, activity=submitted(world.branch_a, world.secretary_a, kinds=kinds, day=day)
        )


def late(record, place=None):
    rows = record.judgements.filter(organisation=place or record.organisation)
    return dict(rows.values_list("kind", "late"))


def found(world, record):
    row = queue(world.staff).get(pk=record.pk)
    return {one.chip: one.text for one in findings_for(world.staff, [row]).get(row.pk, [])}


def test_another_day_than_the_first_submission_could_say_is_reported_with_the_correction(world):
    record = accepted(world, "lecture", "theme_day")
    record = corrected(world, record, "2026-11-27", kinds=["theme_day"], day=date(2026, 10, 20))
    assert late(record) == {"theme_day": True} and record.late
    with on("2026-11-28"):
        assert one_requirement(world.branch_a, "life-theme-day", Period.parse("2026-10")).late == 1
        assert "晚于首次报送（9月20日）" in found(world, record)["日期晚于首次报送"]
        # What is returned stands as it was accepted, and is as punctual as it was.
        activity_return(by=world.staff, activity=record, reason="日期没有依据")
    record.refresh_from_db()
    assert (record.day, record.late, late(record)) == (DAY, False, {"lecture": False, "theme_day": False})


def test_an_added_kind_is_late_alone_and_stays_so(world):
    record = corrected(world, accepted(world, "lecture"), "2026-11-27", kinds=["lecture", "theme_day"])
    assert late(record) == {"lecture": False, "theme_day": True} and record.late
    with on("2026-11-28"):
        assert "日期晚于首次报送" not in found(world, record)
        record = activity_accept(by=world.staff, activity=record)
    # Neither a further correction nor leaving it out and adding it again makes it punctual.
    record = corrected(world, record, "2026-12-01", title="文字更正")
    assert late(record) == {"lecture": False, "theme_day": True}


def test_a_kind_that_the_reviewer_asked_for_counts_from_the_first_submission(world):
    def back(field, *kinds, after=3):
        with on(DAY):
            record = submitted(world.branch_a, world.secretary_a, kinds=("lecture",), day=DAY)
        with on("2026-11-20"):
            activity_return(by=world.staff, activity=record, reason="请补上主题党日", field=field)
        with on(f"2026-11-{20 + after}"):
            record.refresh_from_db()
            data = record_data(record)
            data.kinds = list(kinds)
            activity_update(by=world.secretary_a, activity=record, data=data)
            return activity_submit(by=world.secretary_a, activity=record)

    # Two months at the reviewer, and he names the kinds: the branch was in time.
    assert late(back("kinds", "lecture", "theme_day")) == {"lecture": False, "theme_day": False}
    # Nobody asked for it.
    assert late(back("content", "lecture", "theme_day")) == {"lecture": False, "theme_day": True}
    # It came back too late.
    assert late(back("kinds", "lecture", "theme_day", after=9)) == {"lecture": True, "theme_day": True}


def test_what_a_correction_said_first_dates_from_it(world):
    record = corrected(world, accepted(world, "lecture"), "2026-09-25", title="只改文字")
    activity_accept(by=world.staff, activity=record)
    # The words of 09-25 said nothing of a meeting of 09-24 that the submission of 09-20 had not said.
    record = corrected(world, record, "2026-11-27", day=date(2026, 9, 24))
    assert late(record) == {"lecture": True}


@pytest.mark.parametrize(("day", "is_so"), [(9, False), (5, False), (4, True)])
def test_a_date_corrected_back_is_judged_by_the_first_submission(world, day, is_so):
    record = accepted(world, "theme_day", day=date(2026, 10, 10), at="2026-10-12")
    record = corrected(world, record, "2026-11-27", day=date(2026, 10, day))
    assert late(record) == {"theme_day": is_so}


@pytest.mark.parametrize(("back", "is_so"), [("2026-11-20", False), ("2026-11-27", False), ("2026-11-28", True)])
def test_a_record_that_was_taken_back_is_as_punctual_as_it_was(world, back, is_so):
    with on("2026-09-21"):
        record = submitted(world.branch_a, world.secretary_a, kinds=["theme_day"], day=DAY)
    with on("2026-11-20"):
        record = activity_withdraw(by=world.secretary_a, activity=record)
    with on(back):
        record = activity_submit(by=world.secretary_a, activity=record)
        assert (late(record)["theme_day"], record.late) == (is_so, is_so)


def test_what_is_changed_while_it_is_taken_back_is_said_anew(world):
    with on("2026-09-21"):
        record = submitted(world.branch_a, world.secretary_a, kinds=["theme_day"], day=DAY)
    with on("2026-11-20"):
        record = activity_withdraw(by=world.secretary_a, activity=record)
        data = record_data(record)
        data.kinds = ["theme_day", "lecture"]
        record = activity_update(by=world.secretary_a, activity=record, data=data)
        record = activity_submit(by=world.secretary_a, activity=record)
    assert late(record) == {"theme_day": False, "lecture": True}


def test_another_host_is_in_time_by_its_own_days_whatever_the_owner_was(world):
    with on("2026-11-20"):
        record = submitted(world.branch_a, world.secretary_a, kinds=["theme_day"], day=DAY, hosts=[world.branch_b])
    states = {member.pk: ("present", "") for member in roster(world.branch_b, DAY)}
    with on("2026-12-05"):
        host_confirm(by=world.secretary_b, host=record.hosts.get(), attendance=states)
    assert (late(record), late(record, world.branch_b)) == ({"theme_day": True}, {"theme_day": False})
    with on("2026-12-05"):
        activity_accept(by=world.staff, activity=Activity.objects.get(pk=record.pk))
    record = corrected(world, Activity.objects.get(pk=record.pk), "2026-12-20", kinds=["theme_day", "lecture"])
    assert late(record, world.branch_b) == {"theme_day": False, "lecture": True}


def test_a_ledgers_record_is_never_late_for_what_the_ledger_said(world):
    with on("2026-11-01"):
        record = Activity.objects.create(
            organisation=world.branch_a, day=DAY, title="台账", state="accepted", origin="import",
            content="一、学习。", written_expected=9, written_present=8,
        )  # fmt: skip
        record.kinds.create(kind="theme_day")
    record = corrected(world, record, "2026-11-27", kinds=["theme_day", "lecture"], title="更正")
    assert late(record) == {"theme_day": False, "lecture": True}


def test_the_migration_keeps_what_a_returned_record_says(world):
    with on(DAY):
        record = submitted(world.branch_a, world.secretary_a, kinds=["theme_day"], day=DAY)
        record = activity_return(by=world.staff, activity=record, reason="请补写")
    said = [one.row() for one in sayings(record)]
    Activity.objects.update(first_said=None)
    importlib.import_module("members.migrations.0019_reported_first").keep(apps, None)
    record.refresh_from_db()
    assert [one.row() for one in sayings(record)] == said and record.first_said is not None
    # Of a record from before it was kept the row tells.
    old = Activity(organisation=world.branch_a, day=DAY, submitted_at=record.submitted_at)
    old.unsaved_kinds = ["talk"]
    assert not is_late(old, record.submitted_at)
