"""Due days over Spring Festival and an unknown year, how steps stand, the flags; no database."""

from datetime import date

import pytest

from responsibilities.policies.flags import COMPLETE, IDLE, LATE, NO_MECHANISM, Mechanism, flags_of
from responsibilities.policies.models import PolicyCheck, PolicyStep
from responsibilities.policies.rules import NO_DAYS, Judged, Point, due_after, is_closed, judge, receipt_state

D = date


def test_working_days_pass_over_spring_festival_and_its_made_up_weekends():
    # 2026: off from 15 to 23 February; 14 and 28 February are worked.
    assert due_after(D(2026, 2, 12), 1) == (D(2026, 2, 13), "")
    assert due_after(D(2026, 2, 12), 2) == (D(2026, 2, 14), "")
    assert due_after(D(2026, 2, 12), 3) == (D(2026, 2, 24), "")
    assert due_after(D(2026, 2, 24), 4) == (D(2026, 2, 28), "")


def test_no_working_days_is_the_same_day():
    assert due_after(D(2026, 2, 15), 0) == (D(2026, 2, 15), "")


def test_a_year_without_published_holidays_is_said_and_never_guessed():
    due, why = due_after(D(2098, 12, 30), 5)
    assert due is None and why == "时限待定：2098年节假日安排尚未收录。"
    (one,) = judge(D(2098, 12, 30), [Point(5)], D(2099, 6, 1))
    assert (one.state, one.due, one.why) == ("undetermined", None, why)


def states(opened, points, today, cancelled=None):
    return [one.state for one in judge(opened, points, today, cancelled)]


def test_a_step_counted_from_the_one_before_waits_for_it():
    opened = D(2026, 11, 2)
    points = [Point(3), Point(2)]
    first, second = judge(opened, points, D(2026, 11, 3))
    assert (first.state, first.due) == ("due_soon", D(2026, 11, 5)) and (second.state, second.due) == ("not_due", None)
    first, second = judge(opened, [Point(3, done_on=D(2026, 11, 9)), Point(2)], D(2026, 11, 12))
    assert (first.state, second.state, second.due) == ("done_late", "overdue", D(2026, 11, 11))
    assert second.days_late(D(2026, 11, 12)) == 1


def test_a_step_counted_from_the_trigger_waits_for_nobody():
    first, second = judge(D(2026, 11, 2), [Point(3), Point(10, "trigger")], D(2026, 11, 3))
    assert second.due == D(2026, 11, 16)


def test_the_due_day_itself_is_in_time():
    opened = D(2026, 11, 2)
    assert states(opened, [Point(3)], D(2026, 11, 5)) == ["due_soon"]
    assert states(opened, [Point(3)], D(2026, 11, 6)) == ["overdue"]
    assert states(opened, [Point(3, done_on=D(2026, 11, 5))], D(2026, 11, 20)) == ["done"]
    assert states(opened, [Point(3, done_on=D(2026, 11, 6))], D(2026, 11, 20)) == ["done_late"]
    assert states(opened, [Point(4)], D(2026, 11, 2)) == ["not_due"]
    assert states(opened, [Point(3)], D(2026, 11, 2)) == ["due_soon"]


def test_an_optional_step_is_stepped_across_and_never_late():
    opened = D(2026, 11, 2)
    points = [Point(1, done_on=D(2026, 11, 3)), Point(1, optional=True), Point(2)]
    first, second, third = judge(opened, points, D(2026, 11, 20))
    assert second.state == "not_due" and (third.state, third.due) == ("overdue", D(2026, 11, 5))


def test_skipped_and_cancelled_steps():
    opened = D(2026, 11, 2)
    points = [Point(1, skipped_on=D(2026, 11, 10)), Point(2)]
    assert states(opened, points, D(2026, 11, 11)) == ["skipped", "due_soon"]
    assert states(opened, points, D(2026, 12, 1), D(2026, 11, 12)) == ["skipped", "cancelled"]
    assert judge(opened, points, D(2026, 11, 11))[1].due == D(2026, 11, 12)


def test_what_the_policy_does_not_say_is_undetermined():
    (one,) = judge(D(2026, 11, 2), [Point(None)], D(2026, 11, 30))
    assert (one.state, one.why) == ("undetermined", NO_DAYS)


def test_closed_once_all_that_must_be_done_is_settled():
    done, left = Judged("done"), Judged("not_due")
    assert is_closed([(False, done), (True, left), (False, Judged("skipped"))])
    assert not is_closed([(False, done), (False, left)])


def test_receipts():
    due = D(2026, 11, 9)
    assert (
        receipt_state(due, None, D(2026, 11, 9)) == "due_soon"
        and receipt_state(due, None, D(2026, 11, 10)) == "overdue"
    )
    assert receipt_state(due, due, D(2026, 12, 1)) == "done"
    assert receipt_state(due, D(2026, 11, 10), D(2026, 12, 1)) == "done_late"
    assert receipt_state(None, None, D(2026, 12, 1)) == "undetermined"


WHOLE = PolicyStep(order=1, title="报告", seat="staff", days=3, yields=["document"])
CHECK = PolicyCheck(planned=90)


@pytest.mark.parametrize(
    ("steps", "check", "whole"),
    [
        ([WHOLE], CHECK, True),
        ([], CHECK, False),
        ([PolicyStep(title="谈", seat="staff", days=0, yields=["talk"], optional=True)], CHECK, False),
        ([WHOLE], None, False),
        ([], None, False),
        ([WHOLE, PolicyStep(title="谈", seat="", days=3, yields=["talk"])], CHECK, False),
        ([WHOLE, PolicyStep(title="谈", seat="staff", days=None, yields=["talk"])], CHECK, False),
        ([WHOLE, PolicyStep(title="谈", seat="staff", days=0, yields=[])], CHECK, False),
        ([PolicyStep(title="谈", seat="staff", days=0, yields=["talk"])], CHECK, True),
    ],
)
def test_a_policy_is_a_mechanism_only_with_whole_steps_and_a_rule(steps, check, whole):
    assert Mechanism(steps, check).has_both is whole


@pytest.mark.parametrize(
    ("check", "since", "has_run", "numbers", "flags"),
    [
        (CHECK, D(2026, 1, 1), False, (0, 0), [COMPLETE]),
        (CHECK, D(2025, 11, 26), False, (0, 0), [IDLE]),
        (CHECK, D(2025, 11, 27), False, (0, 0), [COMPLETE]),
        (CHECK, D(2025, 1, 1), True, (0, 0), [COMPLETE]),
        (CHECK, D(2025, 1, 1), True, (1, 2), [COMPLETE]),
        (CHECK, D(2025, 1, 1), True, (1, 3), [LATE]),
        (None, D(2025, 1, 1), False, (0, 0), [NO_MECHANISM]),
        (None, D(2025, 1, 1), True, (0, 4), [NO_MECHANISM, LATE]),
    ],
)
def test_flags(check, since, has_run, numbers, flags):
    found = flags_of(
        Mechanism([WHOLE], check),
        in_force_from=since,
        idle_months=12,
        has_run=has_run,
        in_time=numbers[0],
        due=numbers[1],
        today=D(2026, 11, 27),
    )
    assert found == flags
