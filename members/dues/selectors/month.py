"""One branch's month and year of dues, as pages and files show them; a constant number of statements."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, Sum

from branches.places.models.organisations import Kind, Organisation
from branches.rulebook import rule, short_citation
from common import clock
from common.periods import MONTH, Period
from members.dues import rules
from members.dues.models import DuesPayment, DuesRate, DuesUse, UseHeading
from members.dues.rules import NOT_DUE, OWED, PAID, PAID_LATE, UNKNOWN, sum_words
from members.dues.selectors.lives import counted, members_between, reckoned
from members.dues.selectors.told import came_at, untold_in
from members.roster.models.members import Member
from members.roster.namesakes import told_apart

CHIP = {
    NOT_DUE: "not_due",
    PAID: "dues_paid",
    PAID_LATE: "dues_late",
    OWED: "dues_owed",
    rules.WAIVED: "dues_waived",
    UNKNOWN: "dues_unknown",
    rules.NOT_APPLICABLE: "not_applicable",
}


@dataclass(frozen=True)
class MonthLine:
    """One member's month. rate: yuan, None without one; paid: what was noted, None without; short: a sentence where it is too little.

    open: it can be noted with the others; run: how many months he owes one after another, this one included.
    """

    member: int
    name: str
    state: str
    rate: Decimal | None
    paid: DuesPayment | None
    short: str
    open: bool
    run: int

    @property
    def look(self) -> str:
        return CHIP[self.state]

    @property
    def rest(self) -> Decimal:
        """What is still to be paid of a month of which too little was, 0 otherwise."""
        return self.rate - self.paid.amount if self.short and self.paid and self.rate else Decimal(0)

    @property
    def warns(self) -> bool:
        """Whether he owes so long that the rule speaks of leaving by himself (fee-6m): talk with him, nothing follows by itself."""
        return self.run >= rules.WARN_MONTHS


def month_lines(branch: Organisation, month: Period, as_of: date) -> list[MonthLine]:
    """Return a line for each member whose month belongs to a branch and who pays, in roster order."""
    first = add_back(month)
    facts = reckoned(members_between(month.first, month.last, [branch.pk]), first.first, month.last)
    mine = [pk for pk in facts.names if facts.branch(pk, month) == branch.pk]
    had = {
        row.member_id: row
        for row in DuesPayment.objects.standing()
        .filter(member__in=mine, month=month.first)
        .select_related("organisation")
    }
    months, names = list(between(first, month)), told_apart({pk: facts.names[pk] for pk in mine})
    found = []
    for pk in mine:
        state = facts.state(pk, month, as_of)
        if state == rules.NOT_APPLICABLE:
            continue
        rate, paid = rules.rate_of(facts.lives[pk], month), had.get(pk)
        owed = rate.amount if rate else None
        short = rules.short_words(facts.names[pk], owed, paid.amount) if paid and owed and paid.amount < owed else ""
        run = rules.unpaid_run(facts.state(pk, one, as_of) for one in months) if state == OWED else 0
        found.append(MonthLine(pk, names[pk], state, owed, paid, short, bool(owed) and paid is None, run))
    return found


def standing_counts(lines: Iterable[MonthLine]) -> list[tuple[str, int]]:
    """Return [(look, how many members stand so)] of a month, in the order of the states: what is read of it above the branch."""
    number = Counter(line.state for line in lines)
    return [(CHIP[state], number[state]) for state in rules.STATES if number[state]]


def add_back(month: Period) -> Period:
    """Return the month from which a run of owed months is looked for."""
    for _ in range(rules.WARN_MONTHS):
        month = month.previous()
    return month


def between(first: Period, last: Period) -> Iterable[Period]:
    while first.first <= last.first:
        yield first
        first = first.next()


@dataclass(frozen=True)
class BranchSum:
    """One branch's month as who stands above reads it: how many stand how, and the sum in words."""

    branch: Organisation
    owed: int
    paid: int
    late: int
    unknown: int
    not_due: int
    shown: str


def branch_sums(branches: Iterable[Organisation], month: Period, as_of: date) -> list[BranchSum]:
    """Return a BranchSum for each of these branches, in their order."""
    places = list(branches)
    known = [place.pk for place in places]
    counts = counted([month], known, as_of)
    came = came_at({place.parent_id for place in places}, month)
    beside = {pk for of_parent in came.values() for pk in untold_in(of_parent, month)}
    found = []
    for place in places:
        of = counts.get((place.pk, month))
        owed, paid, late, unknown, not_due = (of[one] if of else 0 for one in (OWED, PAID, PAID_LATE, UNKNOWN, NOT_DUE))
        payers, total = came[place.parent_id].get((place.pk, month.first), (0, Decimal(0)))
        words = sum_words(payers, total, month, as_of, beside=place.pk in beside)
        found.append(BranchSum(place, owed, paid, late, unknown, not_due, words))
    return found


def taken(branch: Organisation, month: Period) -> Decimal:
    """Return how much a branch took for a month, in yuan."""
    rows = DuesPayment.objects.standing().filter(organisation=branch, month=month.first).order_by()
    return rows.aggregate(total=Sum(F("amount") + F("extra")))["total"] or Decimal(0)


@dataclass(frozen=True)
class YearMonth:
    """One month of one member's year. paid: None where nothing was noted."""

    month: Period
    state: str
    rate: Decimal | None
    paid: Decimal | None

    @property
    def look(self) -> str:
        return CHIP[self.state]


def year_of_member(member: Member, year: int, as_of: date) -> list[YearMonth]:
    """Return the months of a member's year that concern him, in order; of a year that goes on those until today.

    None where nothing is known of any of them: his branch does not keep dues here.
    """
    months = [one for one in rules.months_of(year) if one.first <= as_of]
    if not months:
        return []
    facts = reckoned([member.pk], months[0].first, months[-1].last)
    found = []
    for month in months:
        state = facts.state(member.pk, month, as_of)
        if state == rules.NOT_APPLICABLE:
            continue
        rate, paid = rules.rate_of(facts.lives[member.pk], month), facts.payment(member.pk, month)
        found.append(YearMonth(month, state, rate.amount if rate else None, paid.amount if paid else None))
    return found if any(one.state != UNKNOWN for one in found) else []


@dataclass(frozen=True)
class RateRow:
    """What one member of a branch pays in a year; rate: None while it is not fixed."""

    member: int
    name: str
    rate: DuesRate | None

    @property
    def source(self) -> str:
        """Where the amount comes from, in words: the article, or what was typed."""
        if self.rate is None:
            return ""
        if self.rate.reduced_reason:
            return "经批准少交、免交"
        return short_citation(rule(self.rate.band)) if self.rate.band else ""


def rate_rows(branch: Organisation, year: int) -> list[RateRow]:
    """Return a RateRow for each Party member of a branch today, in roster order."""
    people = list(Member.objects.on_roster(branch, clock.today()).order_by("pk").values_list("pk", "name"))
    rows = DuesRate.objects.filter(member__in=[pk for pk, _ in people], year=year, ends__isnull=True)
    rates = {row.member_id: row for row in rows}
    return [RateRow(pk, name, rates.get(pk)) for pk, name in told_apart(dict(people)).items()]


def kinds_so_far(members: Iterable[int]) -> dict[int, str]:
    """Return {member id: kind by which he was reckoned last}."""
    rows = DuesRate.objects.filter(member__in=[*members]).order_by("starts", "pk")
    return dict(rows.values_list("member", "kind"))


@dataclass(frozen=True)
class Published:
    """What is told to members once a year (fee-publish): months with heads and sums, uses by heading and one by one."""

    months: list[tuple[Period, int, Decimal]]
    headings: list[tuple[str, int, Decimal]]
    uses: list[DuesUse]

    @property
    def came(self) -> Decimal:
        return sum((total for _, _, total in self.months), Decimal(0))

    @property
    def went(self) -> Decimal:
        return sum((total for _, _, total in self.headings), Decimal(0))


def collecting(organisation: Organisation) -> Any:
    """Return the condition over payments «taken by this branch, or by a branch below»."""
    if organisation.kind == Kind.BRANCH:
        return Q(organisation=organisation)
    return Q(organisation__in=Organisation.objects.within(organisation).order_by().values("pk"))


def published(organisation: Organisation, year: int) -> Published:
    """Return what came and what was used in a year: of a branch its own, above of all branches below and the own uses."""
    rows = DuesPayment.objects.standing().filter(collecting(organisation), month__year=year).order_by()
    by_month = {
        month: (number, total)
        for month, number, total in rows.values_list("month").annotate(
            number=Count("member", distinct=True), total=Sum(F("amount") + F("extra"))
        )
    }
    months = [(one, *by_month.get(one.first, (0, Decimal(0)))) for one in Period("year", year).parts(MONTH)]
    uses = list(uses_of(organisation, year))
    headings = []
    for heading in UseHeading:
        mine = [use.amount for use in uses if use.heading == heading]
        headings.append((heading.label, len(mine), sum(mine, Decimal(0))))
    return Published(months, headings, uses)


def balance_of(organisation: Organisation, year: int, besides: int | None = None) -> tuple[Decimal, Decimal]:
    """Return (what came, what was used) of an organisation's dues of a year, in yuan. besides: id of a use that is left out."""
    rows = DuesPayment.objects.standing().filter(collecting(organisation), month__year=year).order_by()
    came = rows.aggregate(total=Sum(F("amount") + F("extra")))["total"]
    went = uses_of(organisation, year).exclude(pk=besides).aggregate(total=Sum("amount"))["total"]
    return came or Decimal(0), went or Decimal(0)


def uses_of(organisation: Organisation, year: int) -> Any:
    """Return what an organisation used dues for in a year, in order of the days."""
    rows = DuesUse.objects.filter(organisation=organisation, on__year=year).select_related("decided_in")
    return rows.order_by("on", "pk")


YEAR_COLUMNS = ["姓名", "月份", "应交（元）", "交纳（元）", "多交（元）", "交纳日期", "状态", "说明"]


def year_rows(branch: Organisation, year: int, words: Mapping[str, str]) -> list[list[Any]]:
    """Return the rows of the file of a branch's year, members in roster order, months in theirs. words: {state: how it is called}."""
    today = clock.today()
    months = [one for one in rules.months_of(year) if one.first <= today]
    if not months:
        return []
    facts = reckoned(members_between(months[0].first, months[-1].last, [branch.pk]), months[0].first, months[-1].last)
    had = {
        (row.member_id, row.month): row
        for row in DuesPayment.objects.standing().filter(member__in=[*facts.names], month__year=year)
    }
    found = []
    for pk, name in facts.names.items():
        for month in months:
            state = facts.state(pk, month, today)
            if facts.branch(pk, month) != branch.pk or state == rules.NOT_APPLICABLE:
                continue
            rate, paid = rules.rate_of(facts.lives[pk], month), had.get((pk, month.first))
            sums = [float(paid.amount), float(paid.extra), paid.paid_on] if paid else ["", "", ""]
            amount = float(rate.amount) if rate else ""
            found.append([name, str(month), amount, *sums, words[state], paid.late_reason if paid else ""])
    return found
