"""Each rule of dues at its bound, named by its article; case 47 of the schemes."""

import json
from datetime import date
from decimal import Decimal

import pytest

from branches.rulebook import citation, rule
from common.periods import Period
from members.dues import rules
from members.dues.rules import Kept, Life, Payment, Rate, branch_of, due_day, fee, pays, state_of
from tests.paths import ROOT

JANUARY, NOVEMBER = Period.parse("2026-01"), Period.parse("2026-11")
FROM_2015 = (date(2015, 1, 1), None)


def life(**more):
    usual = {
        "stays": [(1, date(2015, 1, 1), None)],
        "party": [FROM_2015],
        "rates": [Rate(2026, date(2026, 1, 1), None, Decimal("75.02"))],
    }
    return Life(**(usual | more))


def paid(on, amount="75.02"):
    return Payment(Decimal(amount), on, 1)


def test_case_47_bands_on_the_whole_base():
    """fee-band-1 to 4 (规定第二条), fee-whole-base, fee-cap-1000 (通知一（1）), fee-rounding."""
    cases = json.loads((ROOT / "tests/data/scoring_cases.json").read_text())
    case = next(one for one in cases if one["id"] == 47)
    got = [str(fee("salaried", Decimal(base))[0]) for base in case["given"]["base"]]
    assert got == case["expect"]["fee"]


@pytest.mark.parametrize(
    ("base", "amount", "band"),
    [
        ("3000", "15.00", "fee-band-1"),
        ("3000.01", "30.00", "fee-band-2"),
        ("5000", "50.00", "fee-band-2"),
        ("5000.01", "75.00", "fee-band-3"),
        ("10000", "150.00", "fee-band-3"),
        ("10000.01", "200.00", "fee-band-4"),
        ("50000.01", "1000.00", "fee-band-4"),
    ],
)
def test_fee_bands_of_article_2(base, amount, band):
    """规定第二条; 第三、四条 refer to it for yearly pay and irregular income (fee-annual-salary)."""
    for kind in ("salaried", "annual", "other"):
        assert fee(kind, Decimal(base)) == (Decimal(amount), band)
    assert "第二条" in citation(rule(band))


def test_fee_retired_of_article_5():
    assert fee("retired", Decimal("5000")) == (Decimal("25.00"), "fee-retired")
    assert fee("retired", Decimal("5000.01"))[0] == Decimal("50.00")
    assert "第五条" in citation(rule("fee-retired"))


def test_fee_flat_of_article_6():
    assert fee("flat", Decimal(0)) == (Decimal("0.2"), "fee-flat")
    assert "第六条" in citation(rule("fee-flat"))


def test_fee_rounding_is_the_agency_s():
    assert not rule("fee-rounding").citable and citation(rule("fee-rounding")) == "本机关设定"
    for unit, amount in (("0.01", "75.02"), ("0.1", "75.00"), ("1", "75.00")):
        assert fee("salaried", Decimal("5001"), Decimal(unit))[0] == Decimal(amount)
    assert rules.rounded(Decimal("75.5"), Decimal(1)) == Decimal("76.00"), "half a unit up"


def test_fee_cap_1000_and_fee_1000_central():
    """通知一（1）: more than 1000 is given freely; 规定第十一条: above 1000 at once goes to the centre."""
    day = date(2026, 11, 1)
    wrong = rules.payment_problems(JANUARY, Decimal("1000.01"), Decimal(0), date(2026, 1, 1), "")
    assert wrong == {"amount": "月交数额一般不超过 1000 元；自愿多交请填在“多交”。"}
    assert not rules.payment_problems(NOVEMBER, Decimal(1000), Decimal(5000), day, "")
    assert not rules.is_large(Decimal(1000)) and rules.is_large(Decimal("1000.01"))


def test_fee_hardship_asks_meeting_and_consent():
    """规定第七条: the branch looks into it, the committee above consents."""
    wrong = rules.rate_problems(Decimal(10), "", "", reduced=True, decided=False)
    assert {*wrong} == {"reduced_reason", "approved_by", "decided_in"}
    assert wrong["reduced_reason"] == "少交或免交须写明原因。"
    assert not rules.rate_problems(Decimal(0), "重病", "机关党委〔2026〕3号", reduced=True, decided=True)
    assert not rules.rate_problems(Decimal("75.02"), "", "", reduced=False, decided=False)
    assert "第七条" in citation(rule("fee-hardship"))


def test_fee_probation_start_with_the_month_of_the_vote():
    """规定第八条."""
    new = life(party=[(date(2026, 11, 20), None)], joined_on=date(2026, 11, 20))
    assert pays(new, NOVEMBER) and not pays(new, Period.parse("2026-10"))
    assert "第八条" in citation(rule("fee-probation-start"))


def test_months_between_vote_and_approval_fall_due_with_the_approval():
    new = life(
        party=[(date(2026, 3, 20), None)],
        joined_on=date(2026, 3, 20),
        approved_on=date(2026, 5, 12),
    )
    march, june = Period.parse("2026-03"), Period.parse("2026-06")
    assert state_of(new, march, None, date(2026, 5, 31)) == rules.NOT_DUE
    assert state_of(new, march, None, date(2026, 6, 1)) == rules.OWED
    assert state_of(new, march, paid(date(2026, 5, 31)), date(2026, 6, 1)) == rules.PAID
    assert due_day(june, 31, approved_on=new.approved_on) == date(2026, 6, 30)


def test_fee_where_a_month_belongs_to_the_branch_of_its_last_day():
    """规定第九条; 「党费交至」 of a transfer keeps it at the branch that was left."""
    moved = [(2, date(2026, 11, 10), None), (1, date(2015, 1, 1), date(2026, 11, 9))]
    october = Period.parse("2026-10")
    assert (branch_of(life(stays=moved), october), branch_of(life(stays=moved), NOVEMBER)) == (1, 2)
    said = life(stays=moved, kept=[Kept(1, date(2026, 11, 30), date(2026, 11, 10))])
    assert (branch_of(said, NOVEMBER), branch_of(said, Period.parse("2026-12"))) == (1, 2)
    came = life(stays=[(1, date(2026, 11, 10), None)], kept=[Kept(None, date(2026, 11, 30), date(2026, 11, 10))])
    assert state_of(came, NOVEMBER, None, date(2026, 12, 5)) == rules.NOT_APPLICABLE, "he paid before he came"


def test_who_dies_or_is_suspended_within_a_month_owes_nothing_of_it():
    dead = life(stays=[(1, date(2015, 1, 1), date(2026, 11, 3))])
    assert state_of(dead, NOVEMBER, None, date(2026, 12, 5)) == rules.NOT_APPLICABLE
    assert state_of(dead, Period.parse("2026-10"), None, date(2026, 12, 5)) == rules.OWED
    away = life(suspended=[(date(2026, 11, 3), None)])
    assert state_of(away, NOVEMBER, None, date(2026, 12, 5)) == rules.NOT_APPLICABLE


def test_fee_monthly_each_month_or_with_the_quarter():
    """规定第十二条: monthly, with consent once a quarter; arrears of six months at most."""
    monthly = life()
    last = NOVEMBER.last
    assert state_of(monthly, NOVEMBER, None, last) == rules.NOT_DUE
    assert state_of(monthly, NOVEMBER, None, date(2026, 12, 1)) == rules.OWED
    assert state_of(monthly, NOVEMBER, paid(last), date(2026, 12, 1)) == rules.PAID
    assert state_of(monthly, NOVEMBER, paid(date(2026, 12, 1)), date(2026, 12, 1)) == rules.PAID_LATE
    assert state_of(monthly, NOVEMBER, paid(date(2026, 12, 1)), last) == rules.NOT_DUE, "as it was known that day"
    assert state_of(monthly, NOVEMBER, paid(last, "70"), date(2026, 12, 1)) == rules.OWED
    quarterly = life(rates=[Rate(2026, date(2026, 1, 1), None, Decimal(5), True)])
    assert state_of(quarterly, Period.parse("2026-10"), None, date(2026, 12, 31)) == rules.NOT_DUE
    assert state_of(quarterly, Period.parse("2026-10"), None, date(2027, 1, 1)) == rules.OWED
    six = rules.payment_problems(JANUARY, Decimal(5), Decimal(0), date(2026, 8, 1), "")
    assert six == {"late_reason": "补交时间超过 6 个月，请写明原因。"}
    assert not rules.payment_problems(JANUARY, Decimal(5), Decimal(0), date(2026, 7, 31), "")


def test_dues_day_of_a_month_that_lacks_it_is_its_last():
    assert due_day(Period.parse("2028-02"), 30) == date(2028, 2, 29)
    assert due_day(Period.parse("2027-02"), 31) == date(2027, 2, 28)
    assert due_day(NOVEMBER, 20) == date(2026, 11, 20)


def test_fee_fix_yearly_a_change_within_the_year_is_a_dated_row():
    """通知一（1）: fixed at the start of the year; without it a month is unknown, never owed."""
    rates = [
        Rate(2026, date(2026, 7, 1), None, Decimal(90)),
        Rate(2026, date(2026, 1, 1), date(2026, 6, 30), Decimal(70)),
    ]
    changed = life(rates=rates)
    june, july = Period.parse("2026-06"), Period.parse("2026-07")
    assert (rules.rate_of(changed, june).amount, rules.rate_of(changed, july).amount) == (70, 90)
    following = Period.parse("2027-01")
    assert state_of(changed, following, None, date(2027, 2, 5)) == rules.UNKNOWN
    assert state_of(changed, following, None, date(2026, 12, 5)) == rules.NOT_DUE
    spared = life(rates=[Rate(2026, date(2026, 1, 1), None, Decimal(0))])
    assert state_of(spared, june, None, date(2026, 12, 5)) == rules.WAIVED


def test_nothing_is_owed_of_months_before_the_agency_began():
    assert state_of(life(), JANUARY, None, date(2026, 12, 5), start=date(2026, 2, 1)) == rules.NOT_APPLICABLE
    assert state_of(life(), JANUARY, None, date(2026, 12, 5), start=date(2026, 1, 31)) == rules.OWED


def test_fee_6m_counts_months_one_after_another():
    """规定第十三条: a private warning, no act follows by itself."""
    owed, came = rules.OWED, rules.PAID_LATE
    assert rules.unpaid_run([owed] * 6) == 6 == rules.WARN_MONTHS
    assert rules.unpaid_run([owed, owed, came, owed, rules.NOT_DUE]) == 1


def test_sentences():
    assert rules.short_words("甲四", Decimal("75.02"), Decimal(70)) == "甲四应交 75.02 元，登记 70 元，尚差 5.02 元。"
    assert rules.no_rate_words("甲四", 2027) == "甲四还没有核定 2027 年月交数额。"
    assert rules.collected_words(NOVEMBER, "甲处党支部") == "2026年11月已由甲处党支部收缴。"
