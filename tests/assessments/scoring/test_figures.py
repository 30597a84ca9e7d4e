"""Points from a figure: by bands, by steps from a base, by the lower of two levels; weighted dimensions and open tops."""

from decimal import Decimal
from fractions import Fraction

import pytest

from assessments.scoring import Fact, exact, scheme_from, score
from tests.assessments.scoring.cases import given, number


def scheme_of(*indicators, points=None, **further):
    """A scheme of one dimension with these indicators; `points` what they weigh together, where it is not their sum."""
    total = points or sum(row["points"] for row in indicators)
    return scheme_from(
        {
            "key": "one", "title": "一项", "version": 1, "applies": ["branch"], "periods": ["year"], "total": total,
            "dimensions": [{"key": "d", "name": "一项", "points": total, "weighted": points is not None,
                            "indicators": [{"name": row["key"], **row} for row in indicators]}],
            "grades": [{"name": "达标", "bound": 60}, {"name": "不达标"}],
            **further,
        }
    )  # fmt: skip


def points_of(scheme, fact):
    (row,) = score(scheme, {"i": fact}).indicators
    assert row.exact is None or sum((one.exact for one in row.reasons), Fraction(0)) == row.maximum - row.exact
    return row.exact


def test_case_20_of_two_facts_that_decide_one_level_the_lower_counts():
    what, expect = given(20)
    levels = {"每季度(小组每月)": 5, "每半年(小组每季)": 2, "偶尔": 1, "不召开": 0}
    scheme = scheme_of({"key": "i", "points": 5, "method": "graded", "levels": levels})
    assert (what["assembly"], what["groups"]) == ("每季度", "每季")
    fact = Fact(level="每季度(小组每月)", also=("每半年(小组每季)",))
    assert points_of(scheme, fact) == number(expect["o1"])
    assert points_of(scheme, Fact(level="不召开", also=("偶尔",))) == 0


def test_case_21_steps_go_up_and_down_from_the_base():
    what, expect = given(21)
    row = {"key": "i", "points": 5, "method": "steps", "base_at": Decimal("0.3"), "base_points": 3}
    scheme = scheme_of({**row, "step": Decimal("0.1"), "step_points": 1})
    assert [points_of(scheme, Fact(value=one, of=1)) for one in what["u3_share"]] == [
        number(p) for p in expect["points"]
    ]
    assert points_of(scheme, Fact(value="0.99", of=1)) == 5 and points_of(scheme, Fact(value=0, of=1)) == 0


def test_case_30_a_started_step_costs_only_where_the_scheme_says_so():
    what, expect = given(30)
    row = {
        "key": "i",
        "points": 4,
        "method": "steps",
        "base_at": Decimal("0.9"),
        "step": Decimal("0.1"),
        "step_points": 1,
    }
    whole, started = scheme_of(row), scheme_of({**row, "started": True})
    fact = Fact(value=what["attendance"], of=1)
    assert 4 - points_of(whole, fact) == expect["whole_steps"]
    assert 4 - points_of(started, fact) == expect["started_steps"]


def test_case_27_a_figure_exactly_at_a_bound_belongs_to_the_higher_band():
    what, expect = given(27)
    rows = [[Decimal("0.9"), 200], [Decimal("0.8"), 190], [Decimal("0.7"), 180], [None, 160]]
    scheme = scheme_of({"key": "i", "points": 200, "method": "bands", "bands": rows})
    assert [points_of(scheme, Fact(value=one, of=1)) for one in what["share"]] == expect["points"]
    assert points_of(scheme, Fact(value=9, of=10)) == 200


def test_a_figure_that_nobody_gave_is_unknown_and_not_zero():
    scheme = scheme_of({"key": "i", "points": 5, "method": "bands", "bands": [[1, 5], [None, 0]]})
    assert score(scheme, {"i": Fact()}).state == "incomplete"


def test_case_22_a_dimension_scored_to_100_weighs_what_the_scheme_says():
    what, expect = given(22)
    rows = [{"key": f"i{place}", "points": 20, "method": "manual"} for place, _ in enumerate(what["A"])]
    facts = {f"i{place}": Fact(value=value, of=20) for place, value in enumerate(what["A"])}
    for spread in (True, False):
        scheme = scheme_of(*rows, points=exact(100 * number(what["weight"])), spread=spread)
        result = score(scheme, facts)
        assert result.so_far == number(expect["in_total"]) and result.out_of == 20


@pytest.mark.parametrize(("open_top", "total"), [(False, Decimal("10.0")), (True, Decimal("12.5"))])
def test_bonus_lifts_the_total_beyond_the_whole_only_where_the_top_is_open(open_top, total):
    row = {"key": "i", "points": 10, "method": "manual"}
    scheme = scheme_of(row, open_top=open_top, bonus={"open": True})
    result = score(scheme, {"i": Fact(value=10, of=10)}, bonus=["1.5", 1])
    assert (result.total, result.bonus) == (total, Decimal("2.5"))


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ({"method": "bands"}, "分档"),
        ({"method": "bands", "bands": [[1, 5], [2, 3], [None, 0]]}, "由高到低"),
        ({"method": "bands", "bands": [[1, 6], [None, 0]]}, "0 至5"),
        ({"method": "steps"}, "步长"),
        ({"method": "steps", "base_at": 1, "step": 0, "step_points": 1}, "步长"),
        ({"method": "steps", "base_at": 1, "step": 1, "step_points": 1, "base_points": 9}, "起算处"),
    ],
)
def test_bands_and_steps_that_cannot_be_are_refused_in_chinese(row, text):
    with pytest.raises(ValueError, match=text):
        scheme_of({"key": "i", "points": 5, **row})
