"""Scoring against a slow second way of computing the same, on random schemes and facts."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assessments.scoring import (
    EXEMPT,
    MET,
    MET_LATE,
    NOT_DUE,
    OVERDUE,
    UNKNOWN,
    WAIVED,
    Adjustment,
    Deduction,
    Fact,
    Item,
    VetoEvent,
    apply_quota,
    best_reachable,
    exact,
    rounded,
    scheme_from,
    score,
    split_points,
)

states = st.sampled_from([MET, MET, MET, MET_LATE, OVERDUE, NOT_DUE, EXEMPT, WAIVED])


@st.composite
def whole_items(draw):
    return Item(draw(states), f"第{draw(st.integers(1, 12))}次")


@st.composite
def partial_items(draw):
    expected = draw(st.integers(2, 30))
    done = draw(st.integers(0, expected - 1))
    late = draw(st.integers(0, expected - 1 - done))
    return Item(OVERDUE, "谈心谈话", expected=expected, done=done, late=late, unit="人")


ratio_facts = st.one_of(
    st.just(Fact.not_applicable()),
    st.lists(st.one_of(whole_items(), partial_items()), max_size=8).map(lambda rows: Fact(items=tuple(rows))),
)
deduct_facts = st.lists(st.sampled_from(["0.1", "0.5", "1", "2", "3"]), max_size=6).map(
    lambda points: Fact(deductions=tuple(Deduction("问题", value) for value in points))
)


@st.composite
def schemes_and_facts(draw):
    dimensions, facts, total = [], {}, 0
    for place in range(draw(st.integers(1, 4))):
        rows = []
        for number in range(draw(st.integers(1, 5))):
            key = f"i{place}-{number}"
            method = draw(st.sampled_from(["ratio", "ratio", "deduct"]))
            rows.append(
                {
                    "key": key,
                    "name": key,
                    "points": draw(st.integers(1, 9)),
                    "method": method,
                    "late_factor": Decimal(draw(st.sampled_from(["0", "0.5", "0.7", "1"]))),
                }
            )
            facts[key] = draw(ratio_facts if method == "ratio" else deduct_facts)
        points = sum(row["points"] for row in rows)
        total += points
        dimensions.append({"key": f"d{place}", "name": f"d{place}", "points": points, "indicators": rows})
    scheme = scheme_from(
        {
            "key": "random",
            "title": "随机",
            "version": 1,
            "applies": ["branch"],
            "periods": ["year"],
            "total": total,
            "dimensions": dimensions,
            "bonus": {"cap": 5},
            "grades": [
                {"name": "优秀", "bound": total * Decimal("0.9")},
                {"name": "合格", "bound": total * Decimal("0.7")},
                {"name": "待改进"},
            ],
        }
    )
    return scheme, facts


def slow_share(row, fact):
    """Won share of an indicator, or None: straight from the words of the rulebook, one unit at a time."""
    if fact.state != "known":
        return None
    if row.method == "deduct":
        return max(Fraction(0), 1 - sum(Fraction(d.points) for d in fact.deductions) / row.points)
    won, due = Fraction(0), 0
    for item in fact.items:
        if item.state in (NOT_DUE, EXEMPT, WAIVED):
            continue
        done = item.done if item.done is not None else item.expected * (item.state == MET)
        late = item.late if item.late is not None else item.expected * (item.state == MET_LATE)
        for unit in range(item.expected):
            due += 1
            won += 1 if unit < done else row.late_factor if unit < done + late else 0
    return won / due if due else None


def slow_total(scheme, facts):
    """The base total: dimension shares are weighted means of those that apply, the total again."""
    weighted, weights = Fraction(0), Fraction(0)
    for dimension in scheme.dimensions:
        shares = [(row.points, slow_share(row, facts[row.key])) for row in dimension.indicators]
        known = [(points, share) for points, share in shares if share is not None]
        if known:
            mean = sum(points * share for points, share in known) / sum(points for points, _ in known)
            weighted += dimension.points * mean
            weights += dimension.points
    return weighted / weights * scheme.total if weights else None


@settings(max_examples=300, deadline=None)
@given(schemes_and_facts())
def test_the_total_agrees_with_the_slow_way(case):
    scheme, facts = case
    result, expected = score(scheme, facts), slow_total(scheme, facts)
    if expected is None:
        assert result.state == "not_applicable" and result.total is None
        return
    assert result.base == expected
    assert Fraction(result.total) - Fraction(1, 20) <= expected < Fraction(result.total) + Fraction(1, 20)


@settings(max_examples=300, deadline=None)
@given(schemes_and_facts(), st.sampled_from(["-1.5", "0", "2", "50", "-50"]), st.booleans())
def test_every_lost_point_has_its_reason(case, change, vetoed):
    scheme, facts = case
    key = scheme.dimensions[0].indicators[0].key
    vetoes = [VetoEvent("活动记录弄虚作假", "合格", indicator=key)] if vetoed else []
    result = score(scheme, facts, adjustments=[Adjustment(key, Decimal(change), "经审定")], vetoes=vetoes)
    maxima = Fraction(0)
    for row in result.indicators:
        maxima += row.maximum
        if row.exact is None:
            assert row.reasons == ()
            continue
        assert sum((reason.exact for reason in row.reasons), Fraction(0)) == row.maximum - row.exact
        assert sum((reason.points for reason in row.reasons), Decimal(0)) == row.lost
        assert row.lost == rounded(row.maximum - row.exact, 2)
        assert 0 <= row.exact <= row.maximum
    if result.state == "complete":
        assert maxima == scheme.total
        assert scheme.total - result.base == sum((reason.exact for _, reason in result.reasons()), Fraction(0))


@settings(max_examples=200, deadline=None)
@given(schemes_and_facts())
def test_what_can_be_won_back_leads_to_the_best_reachable_total(case):
    scheme, facts = case
    settled = {
        key: Fact(
            state=fact.state,
            deductions=fact.deductions,
            items=tuple(item for item in fact.items if item.state != NOT_DUE),
        )
        for key, fact in facts.items()
    }
    result, best = score(scheme, settled), best_reachable(scheme, settled)
    if result.state == "complete":
        gain = sum((reason.regain for _, reason in result.reasons()), Fraction(0))
        assert best.base == result.base + gain


@settings(max_examples=200, deadline=None)
@given(schemes_and_facts())
def test_one_unknown_indicator_leaves_the_total_open(case):
    scheme, facts = case
    key = scheme.dimensions[-1].indicators[-1].key
    result = score(scheme, facts | {key: Fact.unknown()})
    assert (result.state, result.total, result.grade) == ("incomplete", None, None)
    assert result.out_of < scheme.total and result.so_far <= result.out_of
    method = scheme.dimensions[-1].indicators[-1].method
    if method == "ratio":
        one = Fact(items=(Item(MET), Item(UNKNOWN)))
        assert score(scheme, facts | {key: one}).state == "incomplete"


@given(st.lists(st.fractions(-20, 20), max_size=12))
def test_hundredths_add_up_to_the_rounded_sum_and_stay_close(parts):
    shares = split_points(parts)
    assert sum(shares, Decimal(0)) == rounded(sum(parts, Fraction(0)), 2)
    assert all(abs(Fraction(share) - part) <= Fraction(1, 100) for share, part in zip(shares, parts, strict=True))


@given(st.decimals("-1000", "1000", places=6))
def test_rounding_is_that_of_decimal_half_up(number):
    assert rounded(number) == number.quantize(Decimal("0.1"), ROUND_HALF_UP)
    assert str(rounded(number)).lstrip("-") == str(number.quantize(Decimal("0.1"), ROUND_HALF_UP)).lstrip("-")


@given(st.lists(st.integers(0, 20), max_size=20), st.integers(0, 20))
def test_a_quota_never_gives_more_places_and_loses_nobody(totals, places):
    rows = list(enumerate(totals))
    for tie in ("decide", "none_in"):
        outcome = apply_quota(rows, places, tie)
        assert len(outcome.kept) + outcome.places_left <= max(places, 0)
        assert sorted(outcome.kept + outcome.dropped + outcome.undecided) == [key for key, _ in rows]
        lowest = min((totals[key] for key in outcome.kept), default=99)
        assert all(totals[key] <= lowest for key in outcome.dropped + outcome.undecided)


@pytest.mark.parametrize("number", [0.1, True, 1e3])
def test_binary_floats_are_refused(number):
    with pytest.raises(TypeError):
        exact(number)
