"""Reads of offers: what may be joined, what was asked, which planned records could be held together."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from branches.places.models.organisations import Kind, Organisation
from branches.reach.rights import RECORD
from common import clock
from common.operator import Actor
from members.activities.likeness import wanted
from members.activities.models import Activity, ActivityHost, ActivityState
from members.resources.models import GUESTS, Answer, Offer, OfferAsk, under_one_committee
from members.resources.selectors.library import answered_by, own_places

# Of a user's plans so many are compared with so many of others, as far ahead.
OWN, OTHERS, AHEAD = 20, 200, timedelta(days=62)


def _taking() -> QuerySet[OfferAsk]:
    """Return the asks that take a place of the offer of the outer statement: who was agreed to is a host of the record still."""
    host = ActivityHost.objects.filter(activity=OuterRef("offer__activity"), organisation=OuterRef("organisation"))
    return OfferAsk.objects.taking().filter(offer=OuterRef("pk")).filter(Q(state=Answer.ASKED) | Exists(host))


def _number(asks: QuerySet[OfferAsk]) -> Coalesce:
    """Return how many asks of the offer of the outer statement there are, for annotations."""
    each = asks.order_by().values("offer").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(each, output_field=IntegerField()), 0)


def offer_of(activity: Activity) -> Offer | None:
    """Return the offer of a planned record, None where nobody is invited to it."""
    return Offer.objects.filter(activity=activity).first()


def joinable(user: Actor) -> QuerySet[Offer]:
    """Return what others offer and the organisations of `user` may still join, with `taken`, the nearest first.

    waits, agreed: how many of his own organisations have asked and wait for an answer, and were agreed to.
    """
    mine = own_places(user)
    rows = Offer.objects.joinable().visible_to(user).exclude(activity__organisation__in=mine)
    rows = rows.select_related("activity__organisation__parent").prefetch_related("activity__kinds")
    asks = _taking().filter(organisation__in=mine)
    return rows.annotate(
        taken=_number(_taking()),
        waits=_number(asks.filter(state=Answer.ASKED)),
        agreed=_number(asks.filter(state=Answer.AGREED)),
    ).order_by("activity__day", "pk")


def counts(user: Actor) -> dict[str, int]:
    """Return {asked, full, left} of `joinable`: where own organisations asked or come, where no place is left, the others."""
    asked = Q(waits__gt=0) | Q(agreed__gt=0)
    full = Q(places__lte=F("taken"))
    return joinable(user).aggregate(
        asked=Count("pk", filter=asked), full=Count("pk", filter=full & ~asked), left=Count("pk", filter=~full & ~asked)
    )


def asks_for(user: Actor) -> QuerySet[OfferAsk]:
    """Return the asks that wait for `user`, the nearest day first: of what he answers for, not those that he made himself."""
    rows = OfferAsk.objects.waiting().visible_to(user, RECORD).exclude(asked_by=getattr(user, "pk", None))
    rows = rows.filter(answered_by(user, "offer__activity__organisation"))
    rows = rows.select_related("offer__activity__organisation__parent", "organisation__parent")
    return rows.prefetch_related("offer__activity__kinds").order_by("offer__activity__day", "pk")


def own_asks(user: Actor) -> QuerySet[OfferAsk]:
    """Return what the user's own organisations asked to join and is still to come."""
    rows = OfferAsk.objects.filter(organisation__in=own_places(user), withdrawn_at__isnull=True)
    rows = rows.filter(offer__activity__day__gte=clock.today())
    rows = rows.select_related("offer__activity__organisation__parent", "organisation__parent")
    return rows.prefetch_related("offer__activity__kinds").order_by("offer__activity__day", "pk")


def guests(user: Actor) -> QuerySet[Organisation]:
    """Return the organisations that `user` may let join something, in tree order."""
    rows = Organisation.objects.visible_to(user, RECORD).filter(kind__in=GUESTS, archived_on__isnull=True)
    return rows.in_tree_order()


def records_for_several(user: Actor) -> bool:
    """Whether `user` may let more than one organisation join something."""
    return guests(user)[1:2].exists()


@dataclass(frozen=True)
class Plan:
    """A planned record of the user's own organisation, who joins it, and which others plan the like in the same month."""

    activity: Activity
    offer: Offer | None
    together: list[str]
    # Who holds it too: agreed to, or named in the record.
    hosts: list[str]

    @property
    def words(self) -> str:
        return "".join(f"可与{place}联办。" for place in self.together)


def plans(user: Actor) -> list[Plan]:
    """Return the planned records of the user's own organisations, each with what it could be held together with.

    Of the others nothing is told but which branch it is: their records are not his to read.
    """
    places = own_places(user)
    if not places:
        return []
    today = clock.today()
    rows = Activity.objects.filter(organisation__in=places, state=ActivityState.PLANNED, day__gte=today)
    rows = rows.filter(day__lte=today + AHEAD).select_related("organisation__parent", "offer")
    rows = rows.prefetch_related("kinds", "hosts__organisation__parent")
    own = list(rows.order_by("day", "pk")[:OWN])
    if not own:
        return []
    others = _others(user, places, max(row.day for row in own))
    return [
        Plan(
            row,
            getattr(row, "offer", None),
            together_with(row.title, row.day, others),
            [host.organisation.label for host in row.hosts.all()],
        )
        for row in own
    ]


def _others(user: Actor, places: list[int], last: date) -> list[tuple[str, date, str]]:
    """Return [(title, day, branch)] of what other branches under the committee plan until the end of a month."""
    rows = Activity.objects.filter(under_one_committee(user), state=ActivityState.PLANNED).exclude(title="")
    rows = rows.filter(day__gte=clock.today().replace(day=1), day__lte=last + timedelta(days=31))
    rows = rows.exclude(organisation__in=places).filter(organisation__kind=Kind.BRANCH)
    found = rows.order_by("day", "pk").values_list("title", "day", "organisation__short_name")
    return list(found[:OTHERS])


def together_with(title: str, day: date, others: list[tuple[str, date, str]]) -> list[str]:
    """Return the branches whose plan of the same month shares words with a title, each once."""
    look = wanted(title)
    same = (
        place for other, on, place in others if (on.year, on.month) == (day.year, day.month) and look.found_in(other)
    )
    return list(dict.fromkeys(same))[:3]
