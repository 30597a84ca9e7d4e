"""Limits of cases against a table written from the text: what was owed until when, and when it was done; and what counts as a mistake."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from common.periods import add_months
from members.development.limits import limits
from members.development.rules import judge
from tests.members.development.made import a_file, day, standing
from tests.members.development.test_random import START, files, stands

# Step: (step from which it counts, months) of 发展党员工作细则 articles 6, 19, 23, 27; each asked of days from the text of 2026 on.
TABLE = {"2": ("1", 1), "15": ("13", 1), "17": ("15", 3)}


@given(files(), st.integers(1, 1500))
def test_limits_are_those_of_the_text(file, days):
    today = START + timedelta(days=days)
    file = replace(file, entries=[one for one in file.entries if one.day <= today])
    found = {one.key: (one.due, one.done) for one in limits(file, judge(file, today), today) if one.key in TABLE}
    expected = {}
    for key, (since, months) in TABLE.items():
        begun = stands(file, since)
        if begun is not None:
            expected[key] = (add_months(begun, months), stands(file, key))
    assert found == expected


def test_reviews_are_owed_every_half_year_however_many_were_left_out():
    """dev-review-6m, 第十一条: nobody saves the second by leaving out the first."""
    file = a_file("4", reviews=[])
    found = standing(file, "2028-06-10")
    assert [one.due for one in limits(file, found, day("2028-06-10")) if one.key == "6"] == [
        day("2027-06-01"),
        day("2027-12-01"),
        day("2028-06-01"),
        day("2028-12-01"),
    ]
    assert [fault.day for fault in found.of("6").faults] == [day("2027-06-02"), day("2027-12-02"), day("2028-06-02")]
    late = a_file("4", reviews=[day("2027-06-11"), day("2027-11-01")])
    owed = limits(late, standing(late, "2028-01-10"), day("2028-01-10"))
    assert [(one.due, one.done, one.late) for one in owed if one.key == "6"] == [
        (day("2027-06-01"), day("2027-06-11"), True),
        (day("2027-12-01"), day("2027-11-01"), False),
        (day("2028-06-01"), None, False),
    ]


def test_whoever_is_listed_without_reviews_was_not_reviewed():
    file = a_file("8a", reviews=[])
    found = standing(file, "2028-03-01")
    assert [fault.rule for fault in found.of("6").faults] == ["dev-review-6m"] * 2


def test_a_limit_runs_on_while_another_step_is_missing():
    """第二十三条: the three months of the approval do not wait for the talk."""
    file = a_file("15")
    found = standing(file, "2028-06-30")
    assert found.of("17").state == "later" and found.of("17").faults[0].rule == "dev-approve-3m"
    assert not standing(file, "2028-05-29").of("17").faults


def test_a_decision_is_no_mistake():
    """Who decides may say no: neither a refused consent nor a vote that fails costs the branch anything."""
    refused = a_file("8", steps={"s8": {"result": "failed"}})
    found = standing(refused, "2027-12-07")
    assert found.of("8").state == "stopped" and not [one for one in found.faults if one.counts]


def test_a_case_that_is_over_owes_nothing_of_later():
    file = replace(a_file("1"), closed_on=day("2026-06-10"))
    assert limits(file, judge(file, day("2026-06-10")), day("2026-06-10")) == []
