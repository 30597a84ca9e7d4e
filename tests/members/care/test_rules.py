"""Windows and occasions: the Spring Festival by the published calendar, unknown years undetermined, two marks one occasion."""

from datetime import date, timedelta

import pytest

from common.workdays import UnknownYear, spring_festival
from members.care.rules import (
    ANSWERED,
    COMING,
    LATE,
    OPEN,
    OVERDUE,
    UNDETERMINED,
    Happened,
    Mark,
    Visit,
    birthday_in,
    judged,
    missed,
    occasions_of,
    told,
    told_to_leader,
    windows,
)


def window(year=2026, july=False):
    return windows(year, july=july)


def visit(day):
    return Visit(1, day, day)


def festival(as_of, visits=(), marks=None, year=2026):
    marks = marks or [Mark(1, "hardship", date(2025, 5, 1), None)]
    (one,) = occasions_of(7, marks, [], window(year), as_of)
    return judged(one, [visit(day) for day in visits], as_of)


def test_the_window_ends_on_the_eve_of_the_published_holiday():
    assert spring_festival(2026) == date(2026, 2, 15)
    (one,) = window()
    assert (one.first, one.last) == (date(2026, 1, 1), date(2026, 2, 14)) and "2月14日" in one.words
    assert [row.kind for row in window(july=True)] == ["festival", "july"]


def test_an_unknown_year_is_undetermined_never_guessed():
    with pytest.raises(UnknownYear, match="时限待定：2027年节假日安排尚未收录"):
        spring_festival(2027)
    (one,) = window(2027)
    assert one.last is None and one.words == "时限待定：2027年节假日安排尚未收录。"
    row = festival(date(2027, 1, 20), [date(2027, 1, 10)], year=2027)
    assert row.state == UNDETERMINED and row.due is None


@pytest.mark.parametrize(
    ("as_of", "visits", "state"),
    [
        (date(2025, 12, 30), (), COMING),
        (date(2026, 1, 1), (), OPEN),
        (date(2026, 2, 14), (), OPEN),
        (date(2026, 2, 15), (), OVERDUE),
        (date(2026, 2, 15), (date(2025, 12, 31),), OVERDUE),
        (date(2026, 2, 15), (date(2026, 1, 1),), ANSWERED),
        (date(2026, 2, 15), (date(2026, 2, 14),), ANSWERED),
        (date(2026, 3, 1), (date(2026, 2, 20),), LATE),
        (date(2026, 2, 15), (date(2026, 2, 20),), OVERDUE),
        (date(2026, 11, 1), (date(2026, 8, 13),), LATE),
        (date(2026, 11, 1), (date(2026, 8, 14),), OVERDUE),
    ],
)
def test_days_at_the_bounds(as_of, visits, state):
    assert festival(as_of, visits).state == state


def test_two_marks_are_one_occasion_and_other_marks_none():
    marks = [Mark(1, "frail", date(2025, 1, 1), None), Mark(2, "old_cadre", date(2025, 1, 1), None)]
    assert festival(date(2026, 2, 1), marks=marks).kinds == ("frail", "old_cadre")
    none = [Mark(1, "ill", date(2025, 1, 1), None), Mark(2, "injured", date(2025, 1, 1), None)]
    assert occasions_of(7, none, [], window(), date(2026, 2, 1)) == []


def test_a_mark_asks_where_it_stands_on_the_last_day():
    for starts, ends, asks in (
        (date(2026, 2, 14), None, True),
        (date(2026, 2, 15), None, False),
        (date(2025, 1, 1), date(2026, 2, 14), True),
        (date(2025, 1, 1), date(2026, 2, 13), False),
    ):
        found = occasions_of(7, [Mark(1, "hardship", starts, ends)], [], window(), date(2026, 3, 1))
        assert bool(found) is asks, (starts, ends)


def test_a_visit_before_the_event_answers_nothing():
    event = Happened(5, "hospital", date(2026, 3, 10), date(2026, 4, 9))
    (one,) = occasions_of(7, [], [event], [], date(2026, 5, 1))
    assert judged(one, [visit(date(2026, 3, 9))], date(2026, 5, 1)).state == OVERDUE
    assert judged(one, [visit(date(2026, 3, 10))], date(2026, 5, 1)).state == ANSWERED
    assert judged(one, [visit(date(2026, 4, 10))], date(2026, 5, 1)).state == LATE


def test_small_numbers_are_not_told():
    assert [told(number) for number in (0, 1, 2, 3)] == ["0", "不足3人", "不足3人", "3"]


def test_a_leader_is_told_a_week_before():
    row = festival(date(2026, 2, 7))
    assert told_to_leader(row, date(2026, 2, 7)) and not told_to_leader(row, date(2026, 2, 6))
    assert not told_to_leader(festival(date(2026, 2, 7), [date(2026, 2, 1)]), date(2026, 2, 7)), "it is met"


def test_what_nobody_can_answer_any_more_is_missed_and_told_to_no_leader():
    row = festival(date(2026, 3, 16))
    due = row.due
    assert row.state == OVERDUE and told_to_leader(row, due + timedelta(days=30))
    assert not told_to_leader(row, due + timedelta(days=31))
    assert not missed(row, due + timedelta(days=180)) and missed(row, due + timedelta(days=181))
    # To the day to which a visit still counts, late.
    for days, state in ((180, LATE), (181, OVERDUE)):
        day = due + timedelta(days=days)
        assert festival(day, [day]).state == state


def test_a_political_birthday_is_a_day_of_its_month():
    joined, full = date(2010, 7, 1), date(2011, 7, 1)
    assert birthday_in(joined, full, 1, 7) == joined and birthday_in(joined, full, 2, 7) == full
    assert birthday_in(joined, full, 0, 7) is None and birthday_in(None, full, 1, 7) is None
    assert birthday_in(joined, full, 1, 6) is None
