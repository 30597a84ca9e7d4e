"""How far an aim is: lines in time, rates, at most, stages, means, sharing out."""

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.targets.rules import (
    ShareState,
    Value,
    divided,
    elapsed,
    mean_of,
    parts_problem,
    stages_reached,
    standing,
    weight_problem,
)

YEAR = (date(2026, 1, 1), date(2026, 12, 31))


def of_count(number, planned, day, direction="at_least", tolerance=10):
    return standing(Value(number), Decimal(planned), direction, YEAR, day, tolerance=tolerance, is_rate=False)


def of_rate(done, owed, planned, day, direction="at_least"):
    return standing(Value(done, owed), Decimal(planned), direction, YEAR, day, tolerance=10, is_rate=True)


def test_the_example_of_the_design():
    found = of_count(18, 40, date(2026, 6, 30))
    assert found.state == ShareState.ON_COURSE and round(float(found.expected), 1) == 19.8
    assert of_count(15, 40, date(2026, 6, 30)).state == ShareState.BEHIND
    assert of_count(16, 40, date(2026, 6, 30)).state == ShareState.ON_COURSE


def test_a_count_is_held_to_whole_numbers_alone():
    """One talk, founded on 3 November: on 28 November there is still December to hold it in."""
    late = (date(2026, 11, 3), date(2026, 12, 31))

    def of(number, planned, day, span=YEAR):
        return standing(Value(number), Decimal(planned), "at_least", span, day, tolerance=10, is_rate=False).state

    assert of(0, 1, date(2026, 11, 28), late) == ShareState.ON_COURSE
    assert of(0, 1, date(2027, 1, 1), late) == ShareState.MISSED
    assert of(1, 4, date(2026, 9, 29)) == ShareState.BEHIND, "2.98 should be there, two whole ones"
    assert of(2, 4, date(2026, 9, 29)) == ShareState.ON_COURSE


@pytest.mark.parametrize(
    "number, day, state",
    [
        (40, date(2026, 6, 30), ShareState.MET),
        (41, date(2026, 12, 31), ShareState.MET),
        (39, date(2026, 12, 31), ShareState.ON_COURSE),
        (39, date(2027, 1, 1), ShareState.MISSED),
        (0, date(2026, 1, 1), ShareState.ON_COURSE),
        (0, date(2025, 12, 31), ShareState.NOT_DUE),
    ],
)
def test_states_of_a_count(number, day, state):
    assert of_count(number, 40, day).state == state


def test_at_most_is_missed_at_once_and_none_may_be_allowed():
    assert of_count(3, 3, date(2026, 6, 1), "at_most").state == ShareState.ON_COURSE
    assert of_count(4, 3, date(2026, 6, 1), "at_most").state == ShareState.MISSED
    assert of_count(0, 0, date(2027, 1, 1), "at_most").progress == 1
    assert of_count(1, 0, date(2026, 2, 1), "at_most").progress == 0


def test_a_rate_is_compared_with_what_is_planned_itself():
    assert of_rate(9, 10, 90, date(2026, 2, 1)).state == ShareState.ON_COURSE
    assert of_rate(8, 10, 90, date(2026, 2, 1)).state == ShareState.BEHIND
    assert of_rate(9, 10, 90, date(2027, 1, 1)).state == ShareState.MET
    assert of_rate(8, 10, 90, date(2027, 1, 1)).state == ShareState.MISSED
    assert of_rate(8, 10, 90, date(2026, 2, 1)).percent == 88, "what is not quite reached is rounded down"


def test_nothing_owed_is_no_zero():
    assert of_rate(0, 0, 90, date(2026, 5, 1)).state == ShareState.NOT_DUE
    assert of_rate(0, 0, 90, date(2027, 5, 1)).state == ShareState.NOT_APPLICABLE
    unknown = standing(None, Decimal(40), "at_least", YEAR, date(2026, 5, 1), tolerance=10, is_rate=False)
    assert unknown.state == ShareState.UNKNOWN and unknown.progress is None and unknown.percent is None


def test_stages_and_means():
    assert stages_reached([]) is None
    assert stages_reached([(40, "reached"), (60, "mostly")]) == Fraction(40 + 36, 100)
    assert stages_reached([(40, "reached"), (60, "")]) == Fraction(2, 5)
    assert mean_of([(Decimal(50), Fraction(1)), (Decimal(30), None), (Decimal(20), Fraction(0))]) == (Fraction(5, 7), 2)
    assert mean_of([(Decimal(50), None)]) == (None, 0)


def test_words_of_what_is_wrong():
    assert weight_problem([Decimal("45.5"), Decimal("49.5")]) == "同级目标权重合计 95，应为 100。"
    assert weight_problem([Decimal(60), Decimal(40)]) == ""
    assert parts_problem([50, 40]) == "各阶段占比合计 90，应为 100。"
    assert parts_problem([100]) == "定性目标至少分两个阶段。"


@given(
    amount=st.integers(0, 400), sizes=st.dictionaries(st.integers(1, 60), st.integers(0, 80), min_size=1, max_size=30)
)
def test_an_amount_is_shared_out_whole_and_everybody_gets_one_while_it_lasts(amount, sizes):
    shares = divided(amount, sizes)
    assert sum(shares.values()) == amount and set(shares) == set(sizes)
    if amount >= len(sizes):
        assert min(shares.values()) >= 1
    else:
        assert set(shares.values()) <= {0, 1}


def test_by_largest_remainder():
    assert divided(40, {1: 20, 2: 10, 3: 10}) == {1: 20, 2: 10, 3: 10}
    assert divided(10, {1: 30, 2: 30, 3: 40}) == {1: 3, 2: 3, 3: 4}
    assert divided(3, {1: 100, 2: 1, 3: 1}) == {1: 1, 2: 1, 3: 1}


def test_days_that_have_passed():
    assert elapsed(*YEAR, date(2026, 12, 31)) == 1 and elapsed(*YEAR, date(2025, 1, 1)) == 0
    assert elapsed(*YEAR, date(2026, 6, 30)) == Fraction(181, 365)
