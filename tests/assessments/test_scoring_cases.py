"""The published cases of the rulebook, each computed by the product's own functions."""

import datetime
import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from assessments.scheme_data import default_scheme
from assessments.scoring import (
    EXEMPT,
    MET,
    MET_LATE,
    NOT_DUE,
    OVERDUE,
    WAIVED,
    Adjustment,
    Deduction,
    Fact,
    Item,
    VetoEvent,
    Votes,
    apply_quota,
    best_reachable,
    bonus,
    cap_grade,
    deduct,
    exact,
    grade,
    graded,
    largest_remainder,
    lost_text,
    quota_places,
    ratio,
    rounded,
    scheme_from,
    score,
    share,
    steps,
    votes,
)
from branches.periods import Period, add_months
from branches.workdays import working_days_after
from members import validity

CASES = {
    case["id"]: case for case in json.loads((Path(__file__).parents[1] / "data/scoring_cases.json").read_text("utf-8"))
}
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


def test_cases_23_to_25_votes():
    what, expect = given(23)
    scores = {}
    for key, counts in what.items():
        outcome = votes(100, FOUR_LEVELS, Votes(dict(zip(FOUR_LEVELS, counts, strict=True))))
        scores[key] = outcome.points
        assert outcome.points == number(expect[key])
    mean = scores["workload"] * number("0.3") + scores["efficiency"] * number("0.3")
    assert mean + scores["completion"] * number("0.4") == number(expect["appraiser"])
    what, expect = given(24)
    total = what["leader"] * number("0.2") + (number(what["staff"]) + what["group"]) * number("0.4")
    assert total + what["bonus"] == number(expect["total"])
    what, expect = given(25)
    counts = {level: what[level] for level in ("好", "较好", "一般", "差")}
    ballots = Votes(counts, what["blank"], what["double"])
    outcome = votes(100, {"好": 100, "较好": 80, "一般": 60, "差": 40}, ballots, min_valid=3)
    assert (outcome.required, ballots.invalid) == (expect["valid"], expect["invalid"])
    assert rounded(outcome.points) == Decimal(str(expect["score"]))
    assert outcome.note == "有效票14张，无效票2张"


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


def test_case_31_a_small_branch_without_committee_and_groups():
    _, expect = given(31)
    facts = whole_marks() | {
        "life-assembly": Fact(items=items(met=4)),
        "life-committee": Fact.not_applicable(),
        "life-group": Fact.not_applicable(),
        "life-theme": Fact(items=items(met=11, late=1)),
        "life-lecture": Fact(items=items(met=3, overdue=1)),
        "life-review": Fact(items=items(met=2)),
        "life-talks": Fact(items=(Item(MET, expected=5),)),
    }
    life = score(default_scheme(), facts).dimensions[0]
    assert (life.raw, life.applicable) == (number(expect["raw"]), expect["applicable_points"])
    assert life.points == Decimal(str(expect["score"])) and life.maximum == 30
    assert life.exact == Fraction(200, 7)


def test_case_32_stages_that_are_waived_or_not_due_stay_outside():
    what, expect = given(32)
    rows = items(met=what["synchronised"], late=what["lagging"], overdue=what["missing"])
    rows += items(**{WAIVED: what["waived"], NOT_DUE: what["not_due"]})
    outcome = ratio(6, rows, "0.5")
    assert outcome.required == what["due"]
    assert outcome.points == number(expect["exact"]) and rounded(outcome.points) == Decimal("4.9")


def test_case_33_the_month_of_founding_counts_when_half_of_it_remains():
    what, expect = given(33)
    founded = datetime.date.fromisoformat(what["founded"])
    months = [part for part in Period.parse(what["period"]).parts("month") if part.counts_since(founded)]
    assert [str(part) for part in months] == expect["months"] and len(months) == expect["required"]
    november = Period.parse("2026-11")
    assert november.counts_since(datetime.date(2026, 11, 16))
    assert not november.counts_since(datetime.date(2026, 11, 17))


def test_cases_34_and_35_exempt_is_not_unknown_and_neither_is_zero():
    what, expect = given(34)
    scheme = default_scheme()
    facts = whole_marks() | {what["indicator"]: Fact(items=items(**{EXEMPT: what["exempt"]}))}
    result = score(scheme, facts)
    row = next(row for row in result.indicators if row.key == what["indicator"])
    assert (row.points, row.state) == (expect["score"], expect["state"])
    assert result.state == "complete" and result.total == 100
    what, expect = given(35)
    result = score(scheme, whole_marks() | {what["indicator"]: Fact.unknown()})
    row = next(row for row in result.indicators if row.key == what["indicator"])
    assert (row.points, row.state, result.state) == (None, expect["state"], expect["total_state"])
    assert result.total is None and result.grade is None and result.unknown == ("党费收缴",)
    assert (result.so_far, result.out_of) == (96, 96)


def test_case_36_a_trial_score_counts_what_is_due():
    _, expect = given(36)
    outcome = ratio(5, items(met=1, **{NOT_DUE: 2}), "0.5")
    assert (outcome.points, outcome.required) == (number(expect["score"]), expect["of_required"])


def test_case_38_a_veto_caps_the_grade_and_leaves_the_score():
    what, expect = given(38)
    assert cap_grade("优秀", "合格", OWN_GRADES) == expect["grade"]
    facts = whole_marks() | {"edu-hours": Fact.counted("学时", 12, 32, unit="学时")}
    result = score(default_scheme(), facts, vetoes=[VetoEvent("班子成员受处分", "合格", ("notice", 7))])
    assert result.total == Decimal(what["total"])
    assert (result.grade_by_points, result.grade) == ("优秀", expect["grade"])
    assert result.veto_reasons[0].target == ("notice", 7)


def test_cases_39_and_40_one_rounding_half_up():
    what, expect = given(39)
    assert [rounded(total) for total in what["totals"]] == [Decimal(str(x)) for x in expect["rounded"]]
    what, expect = given(40)
    parts = [exact(part) for part in what["dimensions"]]
    assert rounded(sum(parts)) == Decimal(str(expect["total"]))
    assert sum(rounded(part) for part in parts) == Decimal(str(expect["sum_of_rounded"]))


def test_case_42_excellent_members():
    what, expect = given(42)
    assert validity.excellent_places(what["members"], what["ratio"]) == expect["of_all"]
    full = what["members"] - what["probationary"]
    assert validity.excellent_places(full, what["ratio"]) == expect["of_full"]


def test_case_43_three_quorums():
    what, expect = given(43)
    voters = what["expected"]
    general, admission = validity.general_vote(voters, voters), validity.admission_vote(voters, voters)
    assert general.present_needed == expect["general_present_min"]
    assert general.yes_needed == expect["general_yes_min"]
    assert admission.present_needed == expect["development_present_min"]
    assert admission.yes_needed == expect["development_yes_min"]
    assert validity.election_quorum(voters, voters).present_needed == expect["election_present_min"]


def test_case_44_written_votes_of_the_absent_count():
    what, expect = given(44)
    vote = validity.admission_vote(what["expected"], what["present"], what["yes_present"], what["written_yes"])
    assert vote.passed is expect["passed"]
    assert validity.admission_vote(what["expected"], what["present"], what["yes_present"]).passed is False


def test_cases_45_and_46_candidates_and_winners():
    what, expect = given(45)
    assert [validity.candidates_needed(seats) for seats in what["seats"]] == expect["candidates_min"]
    what, expect = given(46)
    assert [validity.is_elected(what["present"], yes) for yes in what["yes"]] == expect["elected"]


def test_cases_48_to_50_dates():
    what, expect = given(48)
    day = datetime.date.fromisoformat
    assert add_months(day(what["application"]), 1) == day(expect["talk_by"])
    what, expect = given(49)
    expires = add_months(day(what["assembly"]), 12)
    assert expires == day(expect["expires"])
    assert add_months(expires, 6) == day(expect["extended_earliest"])
    assert add_months(expires, 12) == day(expect["extended_latest"])
    what, expect = given(50)
    assert working_days_after(day(what["from"]), 5) == (day(expect["first_day"]), day(expect["last_day"]))


def test_every_case_but_the_fees_has_a_test_here():
    text = Path(__file__).read_text("utf-8")
    for id in CASES:
        named = f"given({id})" in text or f"test_case_{id}_" in text
        listed = any(
            str(id) in line.split("[")[1].split("]")[0].split(", ")
            for line in text.splitlines()
            if line.startswith('@pytest.mark.parametrize("id"')
        )
        assert named or listed or id == 47, id


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
        ("11月支委会补办完成", Fraction(1, 2), "late"),
        ("“中期调整”同步研究滞后18天", Fraction(1, 2), "late"),
        ("党费收缴还差3人月", 3, "partial"),
        ("党费收缴1人月补办完成", Fraction(1, 2), "late"),
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
