"""What bench/goals.py says of figures: bounds, ratios to the smallest size, statements beside the frame."""

from bench.figures import Figure
from bench.goals import FRAME, WHOLE, missed


def test_what_is_reached_is_not_named():
    figures = {"page: records": Figure(0.1, 0.1, statements=16), FRAME: Figure(0.01, 0.01, statements=5)}
    assert missed({"S": figures, "M": figures}) == []


def test_statements_of_lists_are_counted_beside_the_frame():
    found = {"S": {"page: records": Figure(0.1, 0.1, statements=18), FRAME: Figure(0.01, 0.01, statements=5)}}
    assert missed(found) == ["S: page: records: 13 statements beside the frame for 12"]
    del found["S"][FRAME]
    assert missed(found) == ["S: page: records: 18 statements for 12"]


def test_goals_stand_for_the_largest_size_of_a_run():
    large = Figure(0.1, 0.1, bytes=250_000)
    found = {"S": {"page: dashboard": large}, "M": {"page: dashboard": Figure(0.1, 0.1, bytes=150_000)}}
    assert missed(found) == []
    assert missed({"S": {"page: dashboard": large}}) == ["S: page: dashboard: 250000 bytes for 200000"]
    assert missed({}) == []


def test_imports_have_a_speed_and_a_memory_of_each_row():
    slow = Figure(10, 10, speed=1400, each=600)
    assert missed({"S": {"import of 5000 meetings": slow}}) == [
        "S: import of 5000 meetings: 1400 rows a second for 1500",
        "S: import of 5000 meetings: 600 bytes of memory a row for 500",
    ]


def test_reports_are_linear_in_branches_and_have_a_bound_of_memory():
    found = {
        "S": {"report as docx": Figure(0.1, 0.1, memory=200_000_000)},
        "M": {"report as docx": Figure(1.4, 1.4, memory=200_000_000)},
        "L": {"report as docx": Figure(16, 16, memory=301_000_000)},
    }
    assert missed(found) == [
        "L: report as docx: 301 MB of memory for 300",
        "L: report as docx: 1.6 times a branch for 1.5",
    ]


def test_a_machine_that_has_become_slower_is_not_taken_for_a_page_that_has():
    found = {
        "S": {"page: search": Figure(0.1, 0.1), "yardstick of pages": Figure(0.05, 0.05)},
        "L": {"page: search": Figure(0.25, 0.25), "yardstick of pages": Figure(0.07, 0.07)},
    }
    assert missed(found) == []
    found["L"]["yardstick of pages"] = Figure(0.05, 0.05)
    assert missed(found) == ["L: page: search: 2.5 times for 2"]


def test_the_largest_size_is_measured_within_a_quarter_of_an_hour():
    assert missed({"S": {WHOLE: Figure(1, 100)}, "L": {WHOLE: Figure(800, 900)}}) == []
    assert missed({"L": {WHOLE: Figure(800, 901)}}) == ["L: in all: 901 s by the clock for 900"]
