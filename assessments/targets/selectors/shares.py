"""The organisations that owe a target, a page of them at a time, with what each may be asked about it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.core.paginator import Page, Paginator
from django.db.models import F, FloatField, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Cast, NullIf

from assessments.facts.models import Fact
from assessments.targets.measured import MEASURED
from assessments.targets.models import Direction, PlanState, Split, Target
from assessments.targets.rules import GOOD, KNOWN, ShareState, Standing
from assessments.targets.selectors.below import BEHIND
from assessments.targets.selectors.pages import amount_words, value_words
from assessments.targets.selectors.places import kinds_under, places_owing, places_sharing
from assessments.targets.selectors.standings import Asked, planned_at, standings
from branches.places.models.organisations import Organisation
from branches.reach.rights import REVIEW
from common import clock
from common.operator import Actor
from common.periods import MONTH, YEAR, Period
from responsibilities.supervision.models import Supervision
from responsibilities.supervision.selectors.about import askable

PAGE = 40
# Up to so many organisations are judged before they are put in order; of more the database orders them by their value.
FEW = 200


@dataclass
class PlaceLine:
    """One organisation that owes a target. notices: open supervisions about it; may_ask: whether the reader may raise one."""

    place: Organisation
    standing: Standing
    planned: str
    value: str
    notices: list[Supervision] = field(default_factory=list)
    may_ask: bool = False

    @property
    def behind(self) -> bool:
        return self.standing.state in BEHIND


@dataclass(frozen=True)
class Shares:
    """A page of the organisations that owe a target, those that lack something first.

    number: how many there are; good: met or on course, of `known` ones; both None where there are too many to judge for a page.
    """

    page: Page
    lines: list[PlaceLine]
    number: int
    good: int | None = None
    known: int | None = None
    not_applicable: int = 0

    @property
    def words(self) -> str:
        """How they stand together, in words."""
        parts = [f"达到或按进度 {self.good}/{self.known}"] if self.known else []
        parts += [f"共 {self.number} 个，数值差的在前"] if self.known is None else []
        parts += [f"不适用 {self.not_applicable}"] if self.not_applicable else []
        return "　".join(parts)


def may_divide(user: Actor, target: Target, top: Organisation) -> bool:
    """Whether `user` divides the share of an organisation below the plan's among those below it that owe the target too."""
    if target.split != Split.DIVIDED or target.stopped_on is not None or target.plan.state == PlanState.CLOSED:
        return False
    if kinds_under(top.kind).isdisjoint(target.applies) or top.pk == target.plan.organisation_id:
        return False
    return target.shares.filter(organisation=top, ends__isnull=True).exists() and reviews_all(
        user, places_sharing(target, top)
    )


def reviews_all(user: Actor, places: Sequence[Organisation]) -> bool:
    """Whether there are organisations and `user` reviews each of them."""
    ids = {place.pk for place in places}
    return bool(ids) and Organisation.objects.visible_to(user, REVIEW).filter(pk__in=ids).count() == len(ids)


def about(target: Target, place: Organisation) -> str:
    """Return what a supervision of an organisation's share names: target/12/34."""
    return f"target/{target.pk}/{place.pk}"


def shares_of(user: Actor, target: Target, asked: Asked, page: str | None) -> Shares:
    """Return the Shares of a target that `user` may read, at a page of the list."""
    rows = places_owing(target).visible_to(user).select_related("parent")
    if (number := rows.count()) > FEW:
        many = Paginator(_by_value(target, rows, asked), PAGE).get_page(page)
        return Shares(many, _asked(user, target, _lines(target, list(many.object_list), asked)), number)
    lines = sorted(_lines(target, list(rows), asked), key=lambda line: _RANK.index(line.standing.state))
    at = Paginator(lines, PAGE).get_page(page)
    states = [line.standing.state for line in lines]
    return Shares(
        at,
        _asked(user, target, list(at.object_list)),
        len(lines),
        sum(state in GOOD for state in states),
        sum(state in KNOWN for state in states),
        states.count(ShareState.NOT_APPLICABLE),
    )


def _lines(target: Target, places: list[Organisation], asked: Asked) -> list[PlaceLine]:
    found = standings([target], places, asked)
    planned = planned_at(target, places, asked)
    return [
        PlaceLine(
            place,
            found[target.pk, place.pk],
            "—" if (owed := planned.get(place.pk)) is None else amount_words(target, owed),
            value_words(target, found[target.pk, place.pk]),
        )
        for place in places
    ]


def _asked(user: Actor, target: Target, lines: list[PlaceLine]) -> list[PlaceLine]:
    """Put in what is open about those that are behind, and whether the reader may raise it."""
    behind = [line for line in lines if line.behind]
    if not behind:
        return lines
    there = Supervision.objects.open_about(user, [about(target, line.place) for line in behind])
    mine = set(askable(user, [line.place.pk for line in behind]).values_list("pk", flat=True))
    for line in behind:
        line.notices = there.get(about(target, line.place), [])
        line.may_ask = line.place.pk in mine and not line.notices
    return lines


def _by_value(target: Target, rows: QuerySet[Organisation], asked: Asked) -> QuerySet[Organisation]:
    """Return organisations by the value of a target, the worst first, those without one last; in the order of the tree else."""
    measured = MEASURED.get(target.measure)
    if measured is None or not measured.grain:
        return rows
    day = asked.day or clock.today()
    first = Period(MONTH, target.plan.year, target.first_month).first
    periods = [
        str(one)
        for one in Period(YEAR, target.plan.year).parts(measured.grain)
        if first <= one.last and one.first <= day
    ]
    facts = Fact.objects.filter(measure=target.measure, organisation=OuterRef("pk"), period__in=periods).order_by()
    whole = Sum("numerator") + Sum("overdue") if measured.of_due else Sum("denominator")
    share = Cast(Sum("numerator"), FloatField())
    value = share / NullIf(whole, 0) if measured.rate else share
    told = facts.values("organisation").annotate(told=value).values("told")
    worst = F("worth").asc(nulls_last=measured.rate or None, nulls_first=not measured.rate or None)
    if target.direction == Direction.AT_MOST:
        worst = F("worth").desc(nulls_last=True)
    return rows.annotate(worth=Subquery(told[:1], output_field=FloatField())).order_by(worst, "pk")


_RANK = [
    ShareState.MISSED,
    ShareState.BEHIND,
    ShareState.UNKNOWN,
    ShareState.ON_COURSE,
    ShareState.MET,
    ShareState.NOT_DUE,
    ShareState.NOT_APPLICABLE,
    ShareState.STOPPED,
]
