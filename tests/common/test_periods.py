import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common import clock
from common.periods import KINDS, MONTHS_IN, Period, add_months
from common.workdays import UnknownYear, working_days_after

periods = st.builds(
    lambda kind, day: Period.containing(kind, day),
    st.sampled_from(KINDS),
    st.dates(datetime.date(1901, 1, 1), datetime.date(2998, 12, 31)),
)
days = st.dates(datetime.date(1901, 1, 1), datetime.date(2998, 12, 31))


@pytest.mark.parametrize(
    "text, first, last, label, short",
    [
        ("2026", "2026-01-01", "2026-12-31", "2026年度", "全年"),
        ("2026H1", "2026-01-01", "2026-06-30", "2026年上半年", "上半年"),
        ("2026H2", "2026-07-01", "2026-12-31", "2026年下半年", "下半年"),
        ("2026Q3", "2026-07-01", "2026-09-30", "2026年第三季度", "三季度"),
        ("2026-10", "2026-10-01", "2026-10-31", "2026年10月", "10月"),
        ("2024-02", "2024-02-01", "2024-02-29", "2024年2月", "2月"),
    ],
)
def test_a_written_period_has_its_days_and_names(text, first, last, label, short):
    period = Period.parse(text)
    assert (period.first.isoformat(), period.last.isoformat()) == (first, last)
    assert (period.label(), period.short(), str(period)) == (label, short, text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "26",
        "2026Q5",
        "2026Q0",
        "2026H3",
        "2026-13",
        "2026-00",
        "2026-1",
        "2026q3",
        " 2026",
        "2026\n",
        "２０２６",
        "0000",
        None,
        2026,
    ],
)
def test_anything_else_is_refused_in_chinese(text):
    with pytest.raises(ValueError, match="[一-龥]"):
        Period.parse(text)


def test_the_span_is_written_as_in_an_official_text():
    assert Period.parse("2026Q3").span() == "2026年7月1日至9月30日"


def test_a_quarter_has_three_months_and_no_half_years():
    assert [str(part) for part in Period.parse("2026Q4").parts("month")] == ["2026-10", "2026-11", "2026-12"]
    with pytest.raises(ValueError):
        Period.parse("2026Q4").parts("half")


@given(periods)
def test_writing_and_reading_gives_the_same_period(period):
    assert Period.parse(str(period)) == period


@given(periods)
def test_neighbours_touch_without_gap_or_overlap(period):
    one = datetime.timedelta(days=1)
    assert period.next().first == period.last + one
    assert period.previous().last == period.first - one
    assert period.next().previous() == period == period.previous().next()
    assert period.previous() < period < period.next()


@given(periods, st.sampled_from(KINDS))
def test_parts_cover_the_whole_exactly_once(period, kind):
    if MONTHS_IN[kind] > MONTHS_IN[period.kind]:
        return
    parts = period.parts(kind)
    assert tuple(day for part in parts for day in part.days()) == period.days()
    assert all(part.within(period) for part in parts)


@given(days, st.sampled_from(KINDS))
def test_the_period_of_a_day_contains_it_and_its_neighbours_do_not(day, kind):
    period = Period.containing(kind, day)
    assert day in period
    assert day not in period.next() and day not in period.previous()
    assert Period.containing("month", day).within(period)


@given(days, st.integers(0, 240))
def test_months_added_keep_the_day_or_end_with_the_month(day, months):
    later = add_months(day, months) if day.year < 2970 else day
    if day.year >= 2970:
        return
    assert (later.year - day.year) * 12 + later.month - day.month == months
    last_of_month = Period.containing("month", later).last
    assert later.day == min(day.day, last_of_month.day)


def test_today_is_the_date_in_shanghai():
    utc = datetime.datetime.now(datetime.UTC)
    assert clock.today() in {(utc + datetime.timedelta(hours=8, seconds=s)).date() for s in (-2, 0)}


def test_holidays_not_yet_published_are_reported():
    with pytest.raises(UnknownYear, match="2900 年"):
        working_days_after(datetime.date(2900, 1, 4), 5)


def test_a_made_up_saturday_is_a_working_day():
    # National Day 2026: Saturday 10 October is worked, Thursday 1 to Wednesday 7 are not.
    assert working_days_after(datetime.date(2026, 9, 30), 3)[1] == datetime.date(2026, 10, 10)
