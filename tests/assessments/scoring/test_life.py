"""The published cases of the rulebook, computed by the product: votes, dates and what counts for whom."""

import datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

from assessments.schemes.data import default_scheme
from assessments.scoring import (
    EXEMPT,
    MET,
    NOT_DUE,
    WAIVED,
    Fact,
    Item,
    Votes,
    ratio,
    rounded,
    score,
    votes,
)
from common.periods import Period, add_months
from common.workdays import working_days_after
from members.activities import validity
from tests.assessments.scoring.cases import (
    CASES,
    FOUR_LEVELS,
    given,
    items,
    number,
    whole_marks,
)


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
    files = sorted(Path(__file__).parent.glob("test_*.py"))
    text = "\n".join(path.read_text("utf-8") for path in files)
    for id in CASES:
        named = f"given({id})" in text or f"test_case_{id}_" in text
        listed = any(
            str(id) in line.split("[")[1].split("]")[0].split(", ")
            for line in text.splitlines()
            if line.startswith('@pytest.mark.parametrize("id"')
        )
        assert named or listed or id == 47, id
