"""Points of countable points: nothing spread, few things weigh little, one fault costs once (judgement 6.3 to 6.6)."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.scoring import MET, MET_LATE, NOT_DUE, OVERDUE, Fact, Item, best_reachable, rounded, scheme_from, score
from assessments.scoring.facts import COUNTED, NOT_MEASURED
from assessments.scoring.methods import ELSEWHERE
from tests.assessments.scoring.test_properties import schemes_and_facts, slow_share


def scheme_of(dimensions, **further):
    """A scheme without spread; dimensions: {key: (full_from, {indicator key: (points, further fields)})}."""
    rows = [
        {
            "key": key,
            "name": key,
            "points": sum(points for points, _ in indicators.values()),
            "full_from": full_from,
            "indicators": [
                {"key": name, "name": name, "points": points, "method": "ratio", **fields}
                for name, (points, fields) in indicators.items()
            ],
        }
        for key, (full_from, indicators) in dimensions.items()
    ]
    return scheme_from(
        {
            "key": "own",
            "title": "本机关设定",
            "version": 2,
            "applies": ["branch"],
            "periods": ["quarter"],
            "total": sum(row["points"] for row in rows),
            "spread": False,
            "dimensions": rows,
            "grades": [{"name": "优秀", "bound": 90}, {"name": "合格", "bound": 70}, {"name": "待改进"}],
            **further,
        }
    )


SYNC = scheme_of({"sync": (4, {"study": (40, {}), "act": (60, {})})}, grade_min_points=30)


def things(*states, name="第一季度研究", rests_on=()):
    return Fact(items=tuple(Item(state, name, rests_on=rests_on) for state in states))


def test_one_missing_stage_alone_costs_a_quarter_of_its_weight_and_decides_no_grade():
    result = score(SYNC, {"study": things(OVERDUE), "act": Fact.not_applicable()})
    assert (result.so_far, result.out_of, result.total) == (0, 10, Decimal("0.0"))
    assert result.grade is None and result.state == "complete"
    four = score(SYNC, {"study": things(MET, MET, MET, OVERDUE), "act": Fact.not_applicable()})
    assert (four.so_far, four.out_of, four.total, four.grade) == (30, 40, Decimal("75.0"), "合格")


def test_nothing_done_is_nothing_and_everything_done_is_everything():
    all_done = {"study": things(MET, MET), "act": things(MET, MET)}
    none = {"study": things(OVERDUE, OVERDUE), "act": things(OVERDUE, OVERDUE)}
    assert score(SYNC, all_done).total == 100 and score(SYNC, none).total == 0
    assert score(SYNC, all_done).out_of == score(SYNC, none).out_of == 100


def test_a_weight_without_a_measure_is_not_spread_and_is_said_as_not_covered():
    result = score(SYNC, {"study": things(MET, MET, MET, MET)})
    act = next(row for row in result.indicators if row.key == "act")
    assert act.state == NOT_MEASURED and act.maximum == 0
    assert (result.covered, result.so_far, result.out_of, result.total) == (40, 40, 40, Decimal("100.0"))
    whole = score(SYNC, {"study": things(MET, MET, MET, MET), "act": Fact.not_applicable()})
    assert whole.covered == 100 and whole.out_of == 40


ONCE = scheme_of(
    {
        "life": (1, {"theme": (6, {"measures": ["requirement.life-theme-day"]})}),
        "duty": (1, {"duties": (4, {"measures": ["duties.done"], "counted_in": ["theme"]})}),
    }
)
THEME = ("requirement.life-theme-day",)


def test_a_fault_that_another_indicator_counts_is_said_here_without_points():
    facts = {
        "theme": things(OVERDUE, MET, name="10月主题党日"),
        "duties": Fact(items=(Item(OVERDUE, "每月主题党日", rests_on=THEME), Item(MET, "年度计划"))),
    }
    result = score(ONCE, facts)
    theme, duties = result.indicators
    assert (theme.exact, duties.exact) == (3, 4)
    assert [(row.kind, row.exact, row.points) for row in duties.reasons] == [(ELSEWHERE, 0, 0)]
    assert duties.reasons[0].text == "每月主题党日未见记录（已在“theme”计分，这里不再扣）"
    assert duties.required == 1


def test_where_nothing_is_left_the_indicator_does_not_apply_and_still_says_so():
    facts = {"theme": things(OVERDUE), "duties": things(OVERDUE, MET, name="主题党日", rests_on=THEME)}
    result = score(ONCE, facts)
    duties = result.indicators[1]
    assert duties.state == "not_applicable" and duties.maximum == 0 and len(duties.reasons) == 1
    assert (result.so_far, result.out_of) == (0, 6)


def test_what_another_indicator_counts_wins_nothing_twice_either():
    late = score(ONCE, {"theme": things(MET), "duties": things(MET, MET_LATE, name="主题党日", rests_on=THEME)})
    assert late.out_of == 6 and late.total == 10
    assert [row.kind for row in late.indicators[1].reasons] == [ELSEWHERE]


@pytest.mark.parametrize(
    "duties, theme, text",
    [
        ({"counted_in": ["nothing"]}, {}, "不在方案中"),
        ({"counted_in": ["duties"]}, {}, "不在方案中"),
        ({"counted_in": ["theme"]}, {"counted_in": ["duties"]}, "互相"),
    ],
)
def test_a_scheme_that_points_nowhere_or_in_a_circle_is_refused(duties, theme, text):
    with pytest.raises(ValueError, match=text):
        scheme_of({"life": (1, {"theme": (6, theme), "duties": (4, duties)})})


@pytest.mark.parametrize("change", [{"full_from": 0}, {"full_from": "4"}])
def test_a_number_of_things_that_cannot_be_is_refused(change):
    with pytest.raises(ValueError, match="足额"):
        scheme_of({"life": (change["full_from"], {"theme": (6, {})})})


@st.composite
def unspread(draw):
    """The random schemes of the other properties, nothing spread, each dimension full from a random number of things."""
    scheme, facts = draw(schemes_and_facts())
    rows = [
        {
            "key": part.key,
            "name": part.name,
            "points": part.points,
            "full_from": draw(st.integers(1, 5)),
            "indicators": [
                {"key": r.key, "name": r.name, "points": r.points, "method": r.method, "late_factor": r.late_factor}
                for r in part.indicators
            ],
        }
        for part in scheme.dimensions
    ]
    body = {"key": "random", "title": "随机", "version": 2, "applies": ["branch"], "periods": ["year"]}
    grades = [{"name": row.name, "bound": row.bound} for row in scheme.grades]
    body |= {"total": scheme.total, "spread": False, "grade_min_points": 5, "dimensions": rows, "grades": grades}
    left = {key: fact for key, fact in facts.items() if draw(st.integers(0, 9))}
    return scheme_from(body), left


def slow_points(scheme, facts):
    """(points, countable points, covered): from the words of judgement 6.4, indicator by indicator."""
    points = countable = covered = Fraction(0)
    for part in scheme.dimensions:
        due, number = [], 0
        for row in part.indicators:
            fact = facts.get(row.key)
            covered += row.points if fact is not None else 0
            share = None if fact is None else slow_share(row, fact)
            if share is not None:
                due.append((row.points, share))
                number += sum(1 for item in fact.items if item.state in COUNTED) if row.method == "ratio" else 1
        factor = min(Fraction(number, part.full_from), 1)
        countable += sum(weight for weight, _ in due) * factor
        points += sum(weight * share for weight, share in due) * factor
    return points, countable, covered


@settings(max_examples=300, deadline=None)
@given(unspread())
def test_countable_points_agree_with_the_slow_way(case):
    scheme, facts = case
    result, (points, countable, covered) = score(scheme, facts), slow_points(scheme, facts)
    assert (result.so_far, result.out_of, result.covered) == (points, countable, covered)
    if not countable:
        assert (result.state, result.total, result.grade) == ("not_applicable", None, None)
        return
    assert result.total == rounded(points / countable * scheme.total)
    assert (result.grade is None) == (countable < 5)
    assert countable - points == sum((reason.exact for _, reason in result.reasons()), Fraction(0))
    # What is still to come can shift weight to where something was lost; without it the best is no less.
    if not any(item.state == NOT_DUE for fact in facts.values() for item in fact.items):
        assert result.base <= best_reachable(scheme, facts).base
