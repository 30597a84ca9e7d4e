"""The clock jumps, periods end, leap days come (faults F22, F25, F26)."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from assessments.facts import fill as rollups
from assessments.facts.models import Fact
from branches.audit import seal
from branches.audit.models import AuditEntry, AuditSeal
from branches.audit.verify import verify
from branches.jobs import services as jobs
from branches.jobs.models import Heartbeat
from common import clock
from common.periods import Period, add_months
from members.activities.models import Activity, ActivityKind
from tests.faults.processes import wait_for
from tests.members.activities.records import submitted
from tests.records import counted

HOUR = timedelta(hours=1)


def slots():
    return sorted(Fact.objects.values_list("measure", "period", "organisation", "numerator", "denominator"))


def test_a_clock_that_jumps_back_and_forth_counts_nothing_twice(world, as_):
    now = datetime.now(UTC)
    today = clock.today()
    # Before the jump: a record, a roll-up, signs of life, a page.
    submitted(world.branch_a, world.secretary_a)
    rollups.fill(as_of=today)
    for name in ("worker:short", "beat", "rollup"):
        jobs.beat(name)
    client = as_("secretary_a")
    assert client.get("/").status_code == 200
    before = slots()
    assert len(before) == len({row[:3] for row in before}) > 0

    with time_machine.travel(now - HOUR, tick=False):
        # An hour back: nobody is thrown out, nothing is made twice, no age below zero is told.
        assert client.get("/").status_code == 200
        submitted(world.branch_a, world.secretary_a, kinds=("theme_day",))
        rollups.fill(as_of=today)
        jobs.requeue()
        ages = Client().get("/readyz", REMOTE_ADDR="127.0.0.1").json()["reasons"].get("ages", "")
        assert "-" not in ages
        assert Heartbeat.objects.exclude(name=rollups.DAY_FILLED).count() == 3
    after = slots()
    assert len(after) == len({row[:3] for row in after})
    rollups.fill(as_of=today, rebuild=True)
    assert slots() == after

    with time_machine.travel(now + timedelta(days=1), tick=False):
        # A day forward: the session is over, and when the clock is right again it stays over.
        assert client.get("/").status_code == 302
    assert client.get("/").status_code == 302


def test_the_trail_is_ordered_by_its_seal_and_not_by_the_time_of_its_entries(live_world):
    now = datetime.now(UTC)
    submitted(live_world.branch_a, live_world.secretary_a)
    wait_for(lambda: seal.seal_all() and AuditSeal.objects.count() == AuditEntry.objects.count())
    with time_machine.travel(now - HOUR, tick=False):
        submitted(live_world.branch_a, live_world.secretary_a, kinds=("theme_day",))
    wait_for(lambda: seal.seal_all() and AuditSeal.objects.count() == AuditEntry.objects.count())
    order = list(AuditSeal.objects.order_by("pos").values_list("entry_id", flat=True))
    assert order == sorted(order)
    moments = list(AuditEntry.objects.order_by("pk").values_list("at", flat=True))
    assert moments != sorted(moments), "the later entry is told to be the earlier one"
    assert verify().ok


# The last second of a month, a quarter, a half-year and a year in Shanghai; in UTC it is still the afternoon.
BORDERS = [date(2026, 2, 28), date(2025, 9, 30), date(2025, 6, 30), date(2025, 12, 31)]


@pytest.mark.parametrize("last", BORDERS)
def test_the_last_millisecond_belongs_to_the_old_period_and_midnight_to_the_new(world, last):
    midnight = datetime(last.year, last.month, last.day, 16, tzinfo=UTC)
    seen = {}
    for moment, day in ((midnight - timedelta(milliseconds=1), last), (midnight, last + timedelta(days=1))):
        with time_machine.travel(moment, tick=False):
            assert clock.today() == day and clock.day_of(clock.now()) == day
            record = Activity.objects.create(
                organisation=world.branch_a, day=clock.today(), title="x", state="accepted"
            )
            ActivityKind.objects.create(activity=record, kind="theme_day")
            counted(record, record.valid)
            seen[day] = record
    for kind in ("month", "quarter", "half", "year"):
        old, new = (Period.containing(kind, day) for day in seen)
        # Of the four borders each ends its own kind of period; a day is in exactly one of each.
        assert (old == new) == (old.last != last)
    rollups.fill(as_of=last + timedelta(days=40), rebuild=True)
    for day in seen:
        month = Period.containing("month", day)
        facts = Fact.objects.filter(measure="activities.theme_day", organisation=world.branch_a, period=str(month))
        assert [fact.numerator for fact in facts] == [1], (day, month)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 2, 29), 36, date(2027, 2, 28)),
        (date(2024, 2, 29), 48, date(2028, 2, 29)),
        (date(2096, 2, 29), 48, date(2100, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
    ],
)
def test_a_year_after_the_leap_day_ends_with_february(day, months, expected):
    """Probation of one year, terms of so many: the last day of a month that lacks the number (2100 is no leap year)."""
    assert add_months(day, months) == expected


def test_a_record_of_the_leap_day_counts_in_its_february(world):
    record = Activity.objects.create(organisation=world.branch_a, day=date(2024, 2, 29), title="x", state="accepted")
    ActivityKind.objects.create(activity=record, kind="theme_day")
    counted(record, record.valid)
    assert Period.containing("month", record.day).last == date(2024, 2, 29)
    rollups.fill(as_of=date(2024, 3, 31), rebuild=True)
    facts = Fact.objects.filter(measure="activities.theme_day", organisation=world.branch_a, numerator__gt=0)
    assert "2024-02" in facts.values_list("period", flat=True) and "2024-03" not in facts.values_list(
        "period", flat=True
    )
