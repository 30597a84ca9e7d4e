"""The published cases of the rulebook, and facts in short form: what their tests share."""

import json

from assessments.schemes.data import default_scheme
from assessments.scoring import (
    MET,
    MET_LATE,
    OVERDUE,
    Deduction,
    Fact,
    Item,
    exact,
)
from tests.paths import DATA

CASES = {case["id"]: case for case in json.loads((DATA / "scoring_cases.json").read_text("utf-8"))}
FOUR_LEVELS = {"一等": 100, "二等": 80, "三等": 60, "四等": 40}
STARS = (("五星", 90), ("四星", 80), ("三星", 70), ("二星", 60), ("一星", None))
OWN_GRADES = default_scheme().bounds


def given(number):
    return CASES[number]["given"], CASES[number]["expect"]


def number(value):
    """A figure of the JSON file as written there, without passing through binary."""
    return exact(str(value))


def faults(points):
    return [Deduction(f"第{place}项", str(value)) for place, value in enumerate(points, 1)]


def items(met=0, late=0, overdue=0, **others):
    states = [MET] * met + [MET_LATE] * late + [OVERDUE] * overdue
    return tuple(Item(state) for state in states + [key for key, n in others.items() for _ in range(n)])


def whole_marks():
    """Facts that win every point of the default scheme."""
    facts = {}
    for _, row in default_scheme().indicators():
        facts[row.key] = {
            "ratio": Fact(items=items(met=2)),
            "deduct": Fact(),
            "graded": Fact(level="好"),
        }[row.method]
    return facts
