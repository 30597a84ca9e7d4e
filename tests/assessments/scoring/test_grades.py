"""The published cases of the rulebook, computed by the product: ratios, levels, grades, quotas and vetoes."""

from decimal import Decimal

import pytest

from assessments.schemes.data import default_scheme
from assessments.scoring import (
    Fact,
    VetoEvent,
    apply_quota,
    cap_grade,
    grade,
    graded,
    largest_remainder,
    quota_places,
    rounded,
    scheme_from,
    score,
)
from tests.assessments.scoring.cases import OWN_GRADES, STARS, given, number, whole_marks


def test_case_8_without_the_extra_condition_the_next_grade_is_given():
    what, expect = given(8)
    assert not what["innovation_project"]
    assert grade(what["score"], STARS, unmet=("五星",)) == expect["grade"]
    assert grade(what["score"], STARS) == "五星"


def test_cases_9_and_10_ratios_as_maxima_and_as_about():
    what, expect = given(9)
    ratios = [number(value) for value in what["ratios"]]
    floors = [int(what["n"] * value) for value in ratios]
    assert floors == expect["floor"] == [quota_places(what["n"], value) for value in ratios]
    assert largest_remainder(what["n"], ratios) == expect["largest_remainder"]
    what, expect = given(10)
    places = [quota_places(what["n"], value) for value in ("0.1", "0.4", "0.3")]
    assert [*places, what["n"] - sum(places)] == list(expect.values())


def test_cases_11_and_12_a_formula_and_the_edge_of_a_grade():
    what, expect = given(11)
    total = number(what["base"] - what["deductions"]) * number("0.7") + what["appraisal"] * number("0.3")
    assert rounded(total) == Decimal(str(expect["total"])) and grade(total, STARS) == expect["grade"]
    what, expect = given(12)
    total = (what["base"] - what["deductions"]) * number("0.7") + number(what["appraisal"]) * number("0.3")
    assert total == number(expect["exact"]) and rounded(total) == Decimal("90.0")
    assert grade(total, STARS) == expect["grade_on_rounded"]
    assert grade(total, STARS, on="exact") == expect["grade_on_exact"]


def test_cases_13_15_16_17_18_lower_bounds_decide_and_the_higher_grade_wins():
    assert grade(given(13)[0]["total"], STARS) == given(13)[1]["grade"]
    what, expect = given(15)
    total = what["self"] * number("0.4") + what["superior"] * number("0.6")
    assert rounded(total) == Decimal(str(expect["total"]))
    assert grade(total, (("先进", 90), ("较好", 75), ("一般", 60), ("后进", None))) == expect["grade"]
    college = (("优秀", 120), ("良好", 100), ("一般", 80), ("较差", None))
    what, expect = given(16)
    total = what["self"] * number("0.3") + what["committee"] * number("0.7")
    assert rounded(total) == Decimal(str(expect["total"])) and grade(total, college) == expect["grade"]
    assert grade(given(17)[0]["total"], college) == given(17)[1]["grade"]
    bureau = (("优秀", 97), ("合格", 90), ("基本合格", 86), ("不合格", None))
    what, expect = given(18)
    assert [grade(total, bureau) for total in what["totals"]] == expect["grades"]


@pytest.mark.parametrize("id", [14, 41])
def test_a_quota_is_rounded_down_and_a_tie_at_its_edge_is_left_to_a_person(id):
    what, expect = given(id)
    places = quota_places(what["n"], number(what["ratio"]))
    assert places == expect["places"]
    if id == 14:
        totals = list(enumerate(map(str, what["scores"])))
        assert len(apply_quota(totals, places, "none_in").kept) == expect["none_in"]
        assert len(apply_quota(totals, places, "all_in").kept) == expect["all_in"]
        decide = apply_quota(totals, places)
        assert (decide.kept, decide.undecided, decide.places_left) == ((0, 1, 2), (3, 4), 1)
        assert decide.dropped == (5,)


def test_cases_19_and_20_levels():
    levels = {
        "o1": (5, {"每季度(小组每月)": 5, "每半年(小组每季)": 2, "偶尔": 1, "不召开": 0}),
        "o2": (2, {"每月": 2, "每季度": 1, "偶尔": "0.5", "不召开": 0}),
        "o3": (2, {"每半年": 2, "每年": 1, "不讲": 0}),
        "o4": (3, {"规范": 3, "比较规范": 2, "不太规范": 1, "无": 0}),
    }
    what, expect = given(19)
    outcomes = [graded(*levels[key], what[key]) for key in levels]
    assert sum(outcome.points for outcome in outcomes) == number(expect["score"])
    assert sum(points for points, _ in levels.values()) == number(expect["of"])
    # Two facts in one level: assembly each quarter (5), groups each quarter (2); the lower decides.
    assert min(graded(*levels["o1"], level).points for level in ("每季度(小组每月)", "每半年(小组每季)")) == 2
    assert given(20)[1]["o1"] == 2.0


def test_case_26_a_score_by_rank_is_refused():
    data = {
        "key": "x", "title": "x", "version": 1, "applies": [], "periods": [], "total": 200,
        "dimensions": [
            {"key": "d", "name": "d", "points": 200,
             "indicators": [{"key": "i", "name": "排名", "points": 200, "method": "rank"}]}
        ],
        "grades": [{"name": "合格"}],
    }  # fmt: skip
    with pytest.raises(ValueError, match="排名"):
        scheme_from(data)
    what, expect = given(26)
    # What such a scheme would have given, for the record of the case.
    assert what["base"] - (what["rank"] - 1) * what["base"] * number("0.02") == number(expect["linear"])


def test_case_27_a_share_exactly_at_a_bound_belongs_to_the_higher_level():
    what, expect = given(27)
    bounds = ((200, "0.9"), (190, "0.8"), (180, "0.7"), (170, "0.6"), (160, None))
    assert [grade(value, bounds, on="exact") for value in what["share"]] == expect["points"]


def test_case_38_a_veto_caps_the_grade_and_leaves_the_score():
    what, expect = given(38)
    assert cap_grade("优秀", "合格", OWN_GRADES) == expect["grade"]
    facts = whole_marks() | {"edu-hours": Fact.counted("学时", 12, 32, unit="学时")}
    result = score(default_scheme(), facts, vetoes=[VetoEvent("班子成员受处分", "合格", ("notice", 7))])
    assert result.total == Decimal(what["total"])
    assert (result.grade_by_points, result.grade) == ("优秀", expect["grade"])
    assert result.veto_reasons[0].target == ("notice", 7)
