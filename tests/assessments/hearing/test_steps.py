"""The steps of an assessment as its page shows them."""

from datetime import timedelta

import pytest

from assessments.hearing.selectors import again_until, steps_of, why_not_object
from assessments.hearing.services import answer_draft, answer_release
from tests.assessments.hearing.test_hearing import LAST, objected, on, quarter, sent  # noqa: F401

pytestmark = pytest.mark.django_db


def test_the_branches_may_speak_to_the_end_of_the_last_day(sent):  # noqa: F811
    for day, states in (
        (LAST, ["done", "done", "now", "", "", ""]),
        (LAST + timedelta(days=1), ["done", "done", "done", "done", "now", ""]),
    ):
        with on(day):
            steps = steps_of(sent)
        assert [step.state for step in steps] == states, day
        assert steps[2].when.endswith("前") == (day == LAST)


def test_a_branch_may_object_on_the_last_day_and_again_on_the_last_day_after_the_answer(quarter, sent):  # noqa: F811
    with on(LAST):
        assert why_not_object(sent, []) == ""
        row = objected(quarter, sent)
    with on(LAST + timedelta(days=1)):
        assert "异议期已过" in why_not_object(sent, [])
        answer_draft(by=quarter.staff, objection=row, decision="refused", answer="没有记录")
        answer_release(by=quarter.committee_secretary, objection=row)
    row.refresh_from_db()
    again = again_until(row)
    assert again is not None
    with on(again):
        assert why_not_object(sent, [row]) == ""
    with on(again + timedelta(days=1)):
        assert "已经过了" in why_not_object(sent, [row])
