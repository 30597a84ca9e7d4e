"""Decisions about dues that need no database: how much somebody pays, which branch collects a month, and how the month stands.

Source: 党费收缴、使用和管理的规定 (中组发〔2008〕3号) and 关于进一步规范党费工作的通知 (组电明字〔2017〕5号), as the rules `fee-*` of the rulebook
hold them; the whole base is taken (fee-whole-base) and rounded as the agency sets (fee-rounding).
"""

import re
from calendar import monthrange
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from branches.rulebook import rule
from common import clock
from common.periods import MONTH, QUARTER, Period, add_months
from members.dues.models import RateKind

ARREARS_MONTHS = int(rule("fee-monthly").number("arrears_max_months"))
WARN_MONTHS = int(rule("fee-6m").number("months"))
CAP = Decimal(str(rule("fee-cap-1000").number("cap")))
LARGE = Decimal(str(rule("fee-1000-central").number("threshold")))
FLAT = Decimal(str(rule("fee-flat").number("flat")))

NOT_DUE, PAID, PAID_LATE, OWED = "not_due", "paid", "paid_late", "owed"
WAIVED, UNKNOWN, NOT_APPLICABLE = "waived", "unknown", "not_applicable"
STATES = (NOT_DUE, PAID, PAID_LATE, OWED, WAIVED, UNKNOWN, NOT_APPLICABLE)
# What was due of a month, whether it came or not: the whole of the measure.
DUE = (PAID, PAID_LATE, OWED, UNKNOWN)

_BANDS = ("fee-band-1", "fee-band-2", "fee-band-3", "fee-band-4")
_PAIR = re.compile(r"(<=|>)([0-9]+):([0-9.]+)")
Span = tuple[date | None, date | None]


def _pairs(rule_id: str) -> list[tuple[Decimal | None, Decimal]]:
    """Return [(upper bound or None, share)] of what a rule of the rulebook writes as `<=3000:0.005`."""
    conditions = (match for text in rule(rule_id).conditions for match in [_PAIR.fullmatch(text.strip())] if match)
    return [
        (Decimal(bound) if sign == "<=" else None, Decimal(share))
        for sign, bound, share in (m.groups() for m in conditions)
    ]


def fee(kind: str, base: Decimal, rounding: Decimal = Decimal("0.01")) -> tuple[Decimal, str]:
    """Return (yuan a month, id of the rule that gives them) of a monthly base in yuan.

    The share of the band is taken of the whole base, half a unit up, at most CAP. kind: one of RateKind; the flat amount asks no base.
    """
    if kind == RateKind.FLAT:
        return FLAT, "fee-flat"
    named = ("fee-retired",) if kind == RateKind.RETIRED else _BANDS
    for rule_id in named:
        for bound, share in _pairs(rule_id):
            if bound is None or base <= bound:
                return min(rounded(base * share, rounding), CAP.quantize(Decimal("0.01"))), rule_id
    raise ValueError(f"no band of {kind} takes {base}")


def rounded(amount: Decimal, unit: Decimal) -> Decimal:
    """Return an amount of yuan in whole units (0.01, 0.1, 1 yuan …), half a unit up."""
    return ((amount / unit).quantize(Decimal(1), ROUND_HALF_UP) * unit).quantize(Decimal("0.01"))


@dataclass(frozen=True)
class Kept:
    """A transfer that says up to which month the branch that is left collects. giver: its id, None of a body outside.

    until: last day of that month; since: the day from which he belongs elsewhere.
    """

    giver: int | None
    until: date
    since: date


@dataclass(frozen=True)
class Rate:
    """What somebody pays a month, for months of `year` that end between two days."""

    year: int
    starts: date
    ends: date | None
    amount: Decimal
    quarterly: bool = False

    def covers(self, month: Period) -> bool:
        return self.year == month.year and _within(month.last, (self.starts, self.ends))


@dataclass(frozen=True)
class Payment:
    """What came for a month. branch: id of the branch that took it."""

    amount: Decimal
    paid_on: date
    branch: int


@dataclass(frozen=True)
class Life:
    """What the months of one member follow from.

    stays: (branch id, first day, last day or None). party: spells as a Party member; suspended: spells of suspension. joined_on: the
    day of the vote. approved_on: the day of approval, None where nobody noted it. kept: transfers that name a month.
    """

    stays: Sequence[tuple[int, date, date | None]] = ()
    party: Sequence[Span] = ()
    suspended: Sequence[Span] = ()
    joined_on: date | None = None
    approved_on: date | None = None
    kept: Sequence[Kept] = ()
    rates: Sequence[Rate] = ()


def _within(day: date, span: Span) -> bool:
    first, last = span
    return (first is None or first <= day) and (last is None or day <= last)


def branch_of(life: Life, month: Period) -> int | None:
    """Return the id of the branch to which a month belongs: where he is on its last day, unless a transfer names it (fee-where)."""
    for one in life.kept:
        if one.since <= month.last <= one.until:
            return one.giver
    return next((place for place, first, last in life.stays if _within(month.last, (first, last))), None)


def rate_of(life: Life, month: Period) -> Rate | None:
    """Return the rate in force on the last day of a month, None while none was fixed."""
    return next((rate for rate in life.rates if rate.covers(month)), None)


def pays(life: Life, month: Period) -> bool:
    """Return whether he pays for a month: a Party member on its last day, from the month of the vote on (fee-probation-start)."""
    last = month.last
    if life.joined_on is not None and last < life.joined_on:
        return False
    return any(_within(last, span) for span in life.party) and not any(_within(last, span) for span in life.suspended)


def due_day(month: Period, day: int, *, quarterly: bool = False, approved_on: date | None = None) -> date:
    """Return the last day on which the dues of a month are in time.

    day: that of the agency's setting; a month without it ends on its last. quarterly: with the quarter's last month (fee-monthly).
    approved_on: months between vote and approval fall due with the month of the approval.
    """
    ends = Period.containing(QUARTER, month.first).parts(MONTH)[-1] if quarterly else month
    if approved_on is not None and ends.last < approved_on:
        ends = Period.containing(MONTH, approved_on)
    return date(ends.year, ends.number, min(day, monthrange(ends.year, ends.number)[1]))


def state_of(
    life: Life, month: Period, payment: Payment | None, as_of: date, *, day: int = 31, start: date = date.min
) -> str:
    """Return the state of one member's month on a day, one of STATES; never stored.

    payment: what came by `as_of`. day: see due_day. start: from which day anything is owed by the branch.
    """
    if branch_of(life, month) is None or not pays(life, month) or month.last < start:
        return NOT_APPLICABLE
    rate = rate_of(life, month)
    if rate is None:
        return UNKNOWN if month.first <= as_of else NOT_DUE
    if rate.amount == 0:
        return WAIVED
    due = due_day(month, day, quarterly=rate.quarterly, approved_on=life.approved_on)
    if payment is not None and payment.paid_on <= as_of and payment.amount >= rate.amount:
        return PAID if payment.paid_on <= due else PAID_LATE
    return NOT_DUE if as_of <= due else OWED


# Above the branch no payment is told from which what one member pays could be reckoned (decisions 243, 248). Sums are told, of so many
# payers at least and once their month is over; who has paid and who owes is told by number, beside no name.
FEWEST = 3
TOO_FEW, NEXT_MONTH, NOT_LISTED = f"不足{FEWEST}人", "下月列出", "不列出"


def is_told(payers: int, month: Period, today: date) -> bool:
    """Whether the sum of a month is told above the branch: of payers enough, or it says what one of them pays, once it is over."""
    return payers >= FEWEST and month.last < today


def untold_beside(payers: Mapping[int, int]) -> set[int]:
    """Return of the branches of one parent, {branch id: payers of a month}, those whose sums are not told above them.

    Those of few payers; and, since the sum of all beside those that are told would tell theirs, those with the fewest payers of the
    others too, until what is not told is of two branches and of FEWEST payers at least.
    """
    hidden = {place for place, number in payers.items() if 0 < number < FEWEST}
    others = sorted((number, place) for place, number in payers.items() if number >= FEWEST)
    while others and tells_one(payers, hidden):
        hidden.add(others.pop(0)[1])
    return hidden


def tells_one(payers: Mapping[int, int], hidden: Collection[int]) -> bool:
    """Whether the sum of all, less what is told, would say what a branch, or fewer than FEWEST people, paid. As for untold_beside."""
    return bool(hidden) and (len(hidden) < 2 or sum(payers[place] for place in hidden) < FEWEST)


def sum_words(payers: int, total: Decimal, month: Period, today: date, *, beside: bool) -> str:
    """Return the sum of a branch's month as it is read above. beside: it is not told for the sake of another (untold_beside)."""
    if payers < FEWEST:
        return TOO_FEW if payers else "0"
    if month.last >= today:
        return NEXT_MONTH
    return NOT_LISTED if beside else yuan(total)


def months_of(year: int) -> tuple[Period, ...]:
    return Period("year", year).parts(MONTH)


def unpaid_run(states: Iterable[str]) -> int:
    """Return how many of the latest months that were due are owed one after another (fee-6m); states in order of the months."""
    run = 0
    for state in states:
        if state == OWED:
            run += 1
        elif state in (PAID, PAID_LATE, WAIVED, NOT_APPLICABLE):
            run = 0
    return run


def no_rate_words(name: str, year: int) -> str:
    return f"{name}还没有核定 {year} 年月交数额。"


def short_words(name: str, owed: Decimal, amount: Decimal) -> str:
    return f"{name}应交 {yuan(owed)} 元，登记 {yuan(amount)} 元，尚差 {yuan(owed - amount)} 元。"


def beyond_rate(owed: Decimal, amount: Decimal, before: Decimal = Decimal(0)) -> str:
    """Return what is said to whoever notes more than is owed of a month, "" otherwise. before: what was noted of it already."""
    more = before + amount - owed
    if more <= 0:
        return ""
    said = f"尚差 {yuan(owed - before)} 元" if before else f"应交 {yuan(owed)} 元"
    return f"{said}，多出的 {yuan(more)} 元请填在“多交”。"


def collected_words(month: Period, branch: str) -> str:
    return f"{month.label()}已由{branch}收缴。"


def yuan(amount: Decimal) -> str:
    """Return an amount as a page says it: 75.02, 70."""
    text = f"{amount:.2f}"
    return text.removesuffix(".00")


def balance_words(year: int, came: Decimal, went: Decimal) -> str:
    """Return what there is of a year's dues, for whoever is about to use some."""
    return f"{year} 年已收 {yuan(came)} 元，已用 {yuan(went)} 元，结余 {yuan(came - went)} 元。超出的也可以登记，登记后提醒核对。"


def beyond_words(year: int, came: Decimal, went: Decimal) -> str:
    """Return the warning about a year in which more was used than came, "" of any other."""
    if went <= came:
        return ""
    return (
        f"{year} 年使用党费合计 {yuan(went)} 元，超过当年已收的 {yuan(came)} 元，超出 {yuan(went - came)} 元；"
        "用往年结余或上级下拨的不必更正，填错的请更正。"
    )


def payment_problems(month: Period, amount: Decimal, extra: Decimal, paid_on: date, reason: str) -> dict[str, str]:
    """Return {field: what is wrong} of a payment (fee-cap-1000, fee-monthly)."""
    wrong: dict[str, str] = {}
    if amount > CAP:
        wrong["amount"] = f"月交数额一般不超过 {yuan(CAP)} 元；自愿多交请填在“多交”。"
    if amount + extra <= 0:
        wrong["amount"] = "请填写交纳数额。"
    if paid_on > clock.today():
        wrong["paid_on"] = "交纳日期不能晚于今天。"
    elif paid_on > add_months(month.last, ARREARS_MONTHS) and not reason:
        wrong["late_reason"] = f"补交时间超过 {ARREARS_MONTHS} 个月，请写明原因。"
    return wrong


def is_large(extra: Decimal) -> bool:
    """Whether a free payment goes to the centre whole, with a receipt (fee-1000-central)."""
    return extra > LARGE


def rate_problems(amount: Decimal, reason: str, approved_by: str, *, reduced: bool, decided: bool) -> dict[str, str]:
    """Return {field: what is wrong} of a rate (fee-cap-1000, fee-hardship). reduced: it is less than the rule gives, by consent."""
    wrong: dict[str, str] = {}
    if amount > CAP:
        wrong["amount"] = f"月交数额一般不超过 {yuan(CAP)} 元；自愿多交请填在“多交”。"
    if not reduced:
        return wrong
    if not reason:
        wrong["reduced_reason"] = "少交或免交须写明原因。"
    if not approved_by:
        wrong["approved_by"] = "少交或免交须经上一级党委批准，请填写批准的文号或日期。"
    if not decided:
        wrong["decided_in"] = "少交或免交须经党支部研究，请选择会议。"
    return wrong
