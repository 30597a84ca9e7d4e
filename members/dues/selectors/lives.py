"""Read what the months of members follow from, a constant number of statements for however many of them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Exists, Q, QuerySet

from branches.places.models.organisations import Kind, Organisation
from branches.reach.intervals import within_outer
from branches.settings import dated
from branches.settings.dated import Timeline
from branches.settings.start import timelines_and_start
from common import clock
from common.periods import MONTH, Period
from common.together import read_or_each
from members.dues import above
from members.dues.models import DUES_DAY, DUES_ROUNDING, DuesPayment, DuesRate, DuesUse
from members.dues.rules import OWED, Kept, Life, Payment, Rate, branch_of, state_of
from members.roster.models.members import Member, Membership
from members.roster.models.standing import PARTY_STAGES, PartyStatus, StageSpell, Standing

# So many members are read together in one statement.
FEW = 300


@dataclass(frozen=True)
class Reckoning:
    """Everything by which months of some members are judged.

    names: {member id: name}, in roster order. payments: {(member id, first day of the month): Payment}. kept_from: {branch id: its own
    first day}. start: of the agency.
    """

    names: Mapping[int, str]
    lives: Mapping[int, Life]
    payments: Mapping[tuple[int, date], Payment]
    kept_from: Mapping[int, date | None]
    start: date
    day_line: Timeline = field(repr=False)

    def day(self, month: Period) -> int:
        """Return the number of the last day of a month on which its dues are in time, by the setting of its end."""
        return int(dated.at(self.day_line, month.last))

    def branch(self, member: int, month: Period) -> int | None:
        return branch_of(self.lives[member], month)

    def payment(self, member: int, month: Period) -> Payment | None:
        return self.payments.get((member, month.first))

    def state(self, member: int, month: Period, as_of: date) -> str:
        """Return the state of one member's month (rules.STATES)."""
        place = self.branch(member, month)
        start = self.start if place is None else max(self.start, self.kept_from.get(place) or date.min)
        paid = self.payment(member, month)
        return state_of(self.lives[member], month, paid, as_of, day=self.day(month), start=start)


def rounding(day: date) -> Decimal:
    """Return the unit in yuan to which amounts reckoned on a day are rounded (the agency's setting)."""
    return dated.number(DUES_ROUNDING, day)


def members_between(first: date, last: date, branches: Collection[int] | None = None) -> set[int]:
    """Return the ids of members some month of whom, between two days, may belong to one of these branches (ids; None: to any)."""
    stays = Membership.objects.in_force_during(first, last)
    if branches is not None:
        # Whom a branch still collects from has left it; the transfer says so, and those are few.
        left = Membership.objects.filter(
            organisation__in=branches, ends__lt=first, ends__gte=first.replace(year=first.year - 1)
        )
        stays = stays.filter(organisation__in=branches) | left
    else:
        stays = stays | Membership.objects.filter(ends__lt=first, ends__gte=first.replace(year=first.year - 1))
    return set(stays.order_by().values_list("member", flat=True))


def reckoned(members: Collection[int], first: date, last: date) -> Reckoning:
    """Return the Reckoning of some members (ids) for months between two days.

    One statement of few members, six of many, the settings, and those of the subjects above.
    """
    found = read_or_each({}, _reads(members, first, last), few=len(members) <= FEW)
    stays: dict[int, list[Any]] = defaultdict(list)
    kept_from: dict[int, date | None] = {}
    for member, place, starts, ends, begun in found["stays"]:
        stays[member].append((place, starts, ends))
        kept_from[place] = begun
    party, suspended = _spans(found["party"]), _spans(found["suspended"])
    rates: dict[int, list[Rate]] = defaultdict(list)
    for member, year, starts, ends, amount, quarterly in found["rates"]:
        rates[member].append(Rate(year, starts, ends, amount, quarterly))
    kept: dict[int, list[Kept]] = defaultdict(list)
    for said in above.KEPT:
        for member, one in said(members):
            kept[member].append(one)
    approved = {member: day for told in above.APPROVED for member, day in told(members).items()}
    lines, start = timelines_and_start(DUES_DAY)
    names, lives = {}, {}
    for pk, name, joined in found["people"]:
        names[pk] = name
        lives[pk] = Life(stays[pk], party[pk], suspended[pk], joined, approved.get(pk), kept[pk], rates[pk])
    payments = {
        (member, month): Payment(amount, paid_on, place) for member, month, amount, paid_on, place in found["payments"]
    }
    return Reckoning(names, lives, payments, kept_from, start, lines[DUES_DAY])


def _reads(members: Collection[int], first: date, last: date) -> dict[str, Any]:
    """Return {name: rows} of who these members were, where they belonged, and their amounts and payments of months between two days."""
    spans = ("member", "starts", "ends")
    stays = Membership.objects.filter(member__in=members).order_by("-starts")
    party = StageSpell.objects.filter(member__in=members, stage__in=PARTY_STAGES).order_by()
    suspended = PartyStatus.objects.filter(member__in=members, state=Standing.SUSPENDED).order_by()
    # Of the year before too: who kept dues then is asked for the amounts of the new year.
    rates = DuesRate.objects.filter(member__in=members, year__range=(first.year - 1, last.year)).order_by("-starts")
    payments = DuesPayment.objects.standing().filter(member__in=members, month__range=(first.replace(day=1), last))
    return {
        "rates": rates.values_list("member", "year", "starts", "ends", "amount", "quarterly"),
        "payments": payments.order_by().values_list("member", "month", "amount", "paid_on", "organisation"),
        "stays": stays.values_list("member", "organisation", "starts", "ends", "organisation__kept_from"),
        "party": party.values_list(*spans),
        "suspended": suspended.values_list(*spans),
        "people": Member.objects.filter(pk__in=members).order_by("pk").values_list("pk", "name", "joined_on"),
    }


def _spans(rows: Any) -> dict[int, list[tuple[date | None, date | None]]]:
    found: dict[int, list[tuple[date | None, date | None]]] = defaultdict(list)
    for member, starts, ends in rows:
        found[member].append((starts, ends))
    return found


def months_between(first: date, last: date) -> list[Period]:
    """Return the months that end between two days, in order."""
    found, month = [], Period.containing(MONTH, first)
    while month.last <= last:
        found.append(month)
        month = month.next()
    return found


@dataclass
class Counts:
    """How many member-months of a branch stand in which state."""

    by_state: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def __getitem__(self, state: str) -> int:
        return self.by_state.get(state, 0)


def any_rate() -> QuerySet[DuesRate, Any]:
    """Return the statement that finds a row where an amount was ever fixed for anybody: without one nobody keeps dues here."""
    return DuesRate.objects.order_by().values_list("pk")[:1]


def counted(
    months: Iterable[Period], branches: Collection[int] | None, as_of: date, *, kept: bool | None = None
) -> dict[tuple[int, Period], Counts]:
    """Return {(branch id, month): Counts} of the member-months of branches (None: of all) as they stand on a day.

    Of branches that keep dues here: an amount was fixed for one of theirs in that year or the one before. Of the others nothing is
    known, and nothing is asked. kept: whether `any_rate` has found anything, for a caller who has read it.
    """
    months = list(months)
    if not months or not (DuesRate.objects.exists() if kept is None else kept):
        return {}
    first, last = months[0].first, months[-1].last
    facts = reckoned(members_between(first, last, branches), first, last)
    found: dict[tuple[int, Period], Counts] = defaultdict(Counts)
    keeping: set[tuple[int, Period]] = set()
    for member in facts.names:
        years = {rate.year for rate in facts.lives[member].rates}
        for month in months:
            place = facts.branch(member, month)
            if place is not None and (branches is None or place in branches):
                found[place, month].by_state[facts.state(member, month, as_of)] += 1
                if not years.isdisjoint((month.year, month.year - 1)):
                    keeping.add((place, month))
    return {key: counts for key, counts in found.items() if key in keeping}


def keeping_reads(year: int, places: Collection[int] | None = None) -> dict[str, QuerySet[Any, Any]]:
    """Return {name: statement} whose rows are (id,) of those of the organisations (ids; of all when None) where dues are kept in a year.

    Branches for one of whose people an amount is fixed in that year or the one before; whoever used dues in it; committees above those.
    """
    stays = Membership.objects.in_force_during(date(year, 1, 1), date(year, 12, 31))
    stays = stays.filter(member__dues_rates__year__in=(year - 1, year)).order_by()
    uses = DuesUse.objects.filter(on__year=year).order_by()
    below = Organisation.objects.order_by().filter(within_outer(), Q(pk__in=stays.values("organisation")))
    upper = Organisation.objects.order_by().filter(Exists(below), kind=Kind.COMMITTEE)
    if places is not None:
        stays, uses = stays.filter(organisation__in=places), uses.filter(organisation__in=places)
        upper = upper.filter(pk__in=places)
    # Few: places, not people.
    return {
        "stays": stays.values_list("organisation").distinct(),
        "uses": uses.values_list("organisation").distinct(),
        "upper": upper.values_list("pk"),
    }


def owed_at(organisation: Organisation) -> int:
    """Return how many member-months of this year are owed at a branch; above the branches nobody collects."""
    if organisation.kind != Kind.BRANCH:
        return 0
    today = clock.today()
    months = [month for month in Period("year", today.year).parts(MONTH) if month.first <= today]
    return sum(one[OWED] for one in counted(months, {organisation.pk}, today).values())
