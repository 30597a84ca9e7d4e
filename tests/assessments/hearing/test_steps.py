"""The steps of an assessment as its page shows them."""

from datetime import timedelta

import pytest

from assessments.hearing.selectors import steps_of
from tests.assessments.hearing.test_hearing import LAST, on, quarter, sent  # noqa: F401

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
