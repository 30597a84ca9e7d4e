"""The published cases of the rulebook, computed by the product: points taken off, added, rounded and explained."""

from decimal import Decimal
from fractions import Fraction

import pytest

from assessments.schemes.data import default_scheme
from assessments.scoring import (
    MET,
    MET_LATE,
    NOT_DUE,
    OVERDUE,
    Adjustment,
    Deduction,
    Fact,
    Item,
    VetoEvent,
    best_reachable,
    bonus,
    deduct,
    exact,
    grade,
    lost_text,
    ratio,
    rounded,
    score,
    share,
    steps,
)
from tests.assessments.scoring.cases import OWN_GRADES, STARS, faults, given, items, number, whole_marks


@pytest.mark.parametrize("id", [1, 2, 28, 51, 52])
def test_deductions_stop_at_zero_and_stay_listed(id):
    what, expect = given(id)
    lists = {
        1: lambda: (what["points"], what["deductions"]),
        2: lambda: (what["points"], what["deductions"]),
        # 2 points for each meeting short, each day short, each member without a speech
        28: lambda: (what["points"], [2] * (what["meetings_short"] + what["days_short"] + what["no_speech"])),
        # 2 points each, 5 without debriefing, 3 for each leader short of hours
        51: lambda: (what["points"], [2] * len(what["not_done"]) + [5] + [3] * what["leaders_short"]),
    }
    if id == 52:
        points = {"A1": 15, "A2": 10, "A3": 10, "A4": 10, "A5": 10, "A6": 20, "A7": 25}
        total = sum(deduct(points[key], faults([lost])).points for key, lost in what["deductions"].items())
        assert total == number(expect["total"])
        return
    points, lost = lists[id]()
    outcome = deduct(points, faults(lost))
    assert outcome.points == number(expect["score"])
    assert len(outcome.reasons) == len(lost)
    assert sum(reason.exact for reason in outcome.reasons) == points - outcome.points
    if "raw_deduction" in expect:
        assert sum(reason.raw for reason in outcome.reasons) == number(expect["raw_deduction"])


def test_case_3_occurrences_persons_and_a_factor_of_ten():
    what, expect = given(3)
    lost = ["0.1"] * (what["meetings_missed"] + what["fee_person_months"])
    lost.append(number(what["upper_platform_loss"]) * 10)
    outcome = deduct(100, faults(lost))
    assert 100 - outcome.points == number(expect["deduction"])


def test_case_4_one_case_counts_once_by_its_highest_sanction():
    what, expect = given(4)
    points = {"诫勉": 1, "警告": 3, "严重警告": 3}
    found = [Deduction(text, points[text], case=what["case"]) for text in what["sanctions"]]
    outcome = deduct(100, found)
    assert 100 - outcome.points == number(expect["deduction"])
    assert [reason.exact for reason in outcome.reasons] == [3, 0, 0]
    # the same object given twice is still one case
    assert deduct(100, [found[0], found[0]]).points == 97


def test_case_5_the_floor_of_a_sub_item_or_of_the_indicator():
    what, expect = given(5)
    found = [Deduction("一", str(points), part=0) for points in what["deductions_on_first"]]
    assert deduct(4, found, what["sub_items"]).points == number(expect["per_sub_item"])
    assert deduct(4, found, what["sub_items"], "indicator").points == number(expect["per_indicator"])


def test_case_6_a_bonus_inside_an_indicator_stays_within_its_points():
    what, expect = given(6)
    for may_exceed, key in ((True, "open"), (False, "capped")):
        outcome = deduct(
            what["points"],
            faults(what["deductions"]),
            inside_bonus=what["inside_bonus"],
            bonus_may_exceed=may_exceed,
        )
        assert outcome.points == number(expect[key])
        assert sum(reason.exact for reason in outcome.reasons) == what["points"] - outcome.points


def test_case_7_more_missing_than_there_are_points():
    what, expect = given(7)
    assert deduct(what["points"], faults([1] * what["missing"])).points == number(expect["score"])


def test_cases_21_and_30_only_whole_steps_count():
    what, expect = given(21)
    won = [3 + steps(number(value) - number("0.3"), "0.1") for value in what["u3_share"]]
    assert won == [int(points) for points in expect["points"]]
    what, expect = given(30)
    below = number("0.90") - number(what["attendance"])
    assert steps(below, "0.10") == expect["whole_steps"]
    assert steps(below, "0.10", started=True) == expect["started_steps"]


def test_case_22_a_dimension_scored_to_100_and_weighted():
    what, expect = given(22)
    outcome = share(100 * number(what["weight"]), sum(what["A"]))
    assert sum(what["A"]) == expect["dimension"] and outcome.points == number(expect["in_total"])


@pytest.mark.parametrize("id", [29, 37, 53])
def test_bonus_points_are_capped_and_listed(id):
    what, expect = given(id)
    if id == 29:
        assert bonus(what["items"], 20) == (expect["sum"], expect["counted"])
        return
    base, extra = exact(what["base"]), what["bonus"]
    if id == 37:
        _, counted = bonus([extra], default_scheme().bonus.cap)
        total = min(base + counted, 100)
        assert (counted, rounded(total)) == (number(expect["bonus"]), Decimal("100.0"))
        assert grade(total, OWN_GRADES) == expect["grade"]
    else:
        _, counted = bonus([extra], 10)
        assert rounded(base + counted) == Decimal(str(expect["with_bonus"]))
        assert grade(base + counted, STARS) == expect["grade_with"]
        assert grade(base, STARS) == expect["grade_without"]


def test_cases_39_and_40_one_rounding_half_up():
    what, expect = given(39)
    assert [rounded(total) for total in what["totals"]] == [Decimal(str(x)) for x in expect["rounded"]]
    what, expect = given(40)
    parts = [exact(part) for part in what["dimensions"]]
    assert rounded(sum(parts)) == Decimal(str(expect["total"]))
    assert sum(rounded(part) for part in parts) == Decimal(str(expect["sum_of_rounded"]))


def test_the_best_still_reachable_follows_the_case_of_the_talks():
    facts = whole_marks() | {
        "life-talks": Fact(items=(Item(OVERDUE, "谈心谈话", expected=14, done=9, unit="人"),)),
        "life-committee": Fact(items=items(met=1, overdue=1, **{NOT_DUE: 1})),
    }
    result, best = score(default_scheme(), facts), best_reachable(default_scheme(), facts)
    lost = Fraction(3 * 5, 14) + Fraction(5, 2)
    assert result.base == 100 - lost
    # the talks are made good in full (late factor 1), one committee meeting of three late
    assert best.base == 100 - Fraction(5, 6)
    reasons = [reason for _, reason in result.reasons()]
    assert [reason.text for reason in reasons] == ["未见记录", "谈心谈话还差5人"]
    assert [reason.points for reason in reasons] == [Decimal("2.50"), Decimal("1.07")]
    assert [reason.regain for reason in reasons] == [Fraction(5, 4), Fraction(15, 14)]
    assert [lost_text(reason) for reason in reasons] == ["未见记录，扣2.5分", "谈心谈话还差5人，扣1.07分"]


def test_reasons_say_what_happened_and_where_to_go():
    place = ("requirement", 12, "life-committee-m", "2026-10")
    rows = (
        Item(OVERDUE, "10月支委会", place),
        Item(MET_LATE, "11月支委会", ("activity", 7)),
        Item(MET_LATE, "同步研究", late_text="“中期调整”同步研究滞后18天"),
        Item(OVERDUE, "党费收缴", expected=24, done=20, late=1, unit="人月"),
        Item(MET, "9月支委会"),
    )
    reasons = ratio(28, rows, "0.5").reasons
    assert [(reason.text, reason.exact, reason.kind) for reason in reasons] == [
        ("10月支委会未见记录", 1, "missing"),
        ("11月支委会补录或补办完成", Fraction(1, 2), "late"),
        ("“中期调整”同步研究滞后18天", Fraction(1, 2), "late"),
        ("党费收缴还差3人月", 3, "partial"),
        ("党费收缴1人月补录或补办完成", Fraction(1, 2), "late"),
    ]
    assert [reason.target for reason in reasons[:2]] == [place, ("activity", 7)]


def test_an_adjustment_and_a_zeroed_indicator_are_reasons_of_their_own():
    facts = whole_marks() | {"duty-done": Fact.counted("责任事项", 5, 7)}
    changes = [Adjustment("duty-done", Decimal("1"), "防汛值班，经同意顺延", ("adjustment", 3))]
    result = score(default_scheme(), facts, adjustments=changes)
    row = next(row for row in result.indicators if row.key == "duty-done")
    assert [(lost_text(reason), reason.kind) for reason in row.reasons] == [
        ("责任事项还差2项，扣2分", "partial"),
        ("人工调整：防汛值班，经同意顺延，加1分", "adjustment"),
    ]
    assert (row.exact, row.lost, result.total) == (6, Decimal("1.00"), Decimal("99.0"))
    event = VetoEvent("活动记录弄虚作假经核实", "合格", ("activity", 9), "life-theme")
    result = score(default_scheme(), whole_marks(), vetoes=[event])
    assert (result.total, result.grade_by_points, result.grade) == (Decimal("94.0"), "优秀", "合格")
    with pytest.raises(KeyError):
        score(default_scheme(), {"no-such-indicator": Fact()})


def test_an_indicator_without_a_measure_gives_its_weight_to_the_others():
    facts = {"life-assembly": Fact(items=items(met=3, overdue=1)), "sync-study": Fact(items=items(met=1))}
    result = score(default_scheme(), facts)
    # 30 and 25 of 55 points stand for the whole 100
    assert result.base == Fraction(100) - Fraction(100 * 30, 55) / 4
    assert [row.state for row in result.dimensions] == ["known", "not_applicable", "known"] + ["not_applicable"] * 2
