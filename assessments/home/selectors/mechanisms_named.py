"""What a search finds among aims, policies, campaigns, practices and resources: one statement for all of them, one for their places."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from typing import Any

from django.db.models import Case, CharField, F, QuerySet, Value, When, Window
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast, RowNumber
from django.urls import reverse

from assessments.targets.models import Target
from branches.places.models.organisations import Organisation
from branches.reach.rights import MEMBERS, VIEW
from common import clock
from common.operator import Actor
from common.pairs import said_in
from members.activities.models import BuildingField
from members.cadres.models import TrainingClass
from members.cadres.selectors.topics import topics_visible
from members.resources.models import Offer, Resource, ResourceKind
from responsibilities.campaigns.models import Campaign, CampaignKind, Contest
from responsibilities.policies.models import Policy
from responsibilities.policies.selectors.policies import titled
from responsibilities.practices.models import Practice
from responsibilities.practices.selectors.library import named


@dataclass(frozen=True)
class Found:
    """One line of what a search finds. note: what stands beside its name; url: of its page."""

    label: str
    note: str
    url: str


@dataclass(frozen=True)
class _Source:
    """rows: what is found. name, place: columns of its name and of its organisation's id. said: what stands beside it, in the
    words that `words` makes of its text. order: of the rows. url: name of its page, which takes its id; listed: of a list, where it
    has none of its own.
    """

    heading: str
    rows: QuerySet[Any]
    name: str
    place: str
    order: tuple[str, ...]
    url: str
    said: Combinable = Value("")
    words: Callable[[str], str] = str
    listed: bool = False


def mechanisms_named(user: Actor, text: str, most: int) -> dict[str, list[Found]]:
    """Return {heading of a group: what `user` may read of one mechanism whose name holds the text}; at most so many of each; two
    statements."""
    sources = [*_arranged(user, text), *_learned(user, text), *_shared(user, text)]
    found = reduce(
        lambda one, other: one.union(other, all=True), (_numbered(*each, most) for each in enumerate(sources))
    )
    rows = list(found.order_by("source", "number"))
    places = Organisation.objects.select_related("parent").in_bulk({place for *_, place, _ in rows})
    groups: dict[str, list[Found]] = {source.heading: [] for source in sources}
    for number, _, pk, label, place, said in rows:
        source = sources[number]
        note = "　".join(words for words in (places[place].label, source.words(said)) if words)
        url = reverse(source.url) if source.listed else reverse(source.url, args=[pk])
        groups[source.heading].append(Found(label, note, url))
    return groups


def _numbered(source_number: int, source: _Source, most: int) -> QuerySet[Any, tuple[Any, ...]]:
    """Return the first rows of a source as (its number, number of the row, id, name, place, what is said beside it)."""
    rows = source.rows.order_by().annotate(
        source=Value(source_number),
        number=Window(RowNumber(), order_by=source.order),
        called=F(source.name),
        at=F(source.place),
        said=Cast(source.said, CharField()),
    )
    return rows.filter(number__lte=most).values_list("source", "number", "pk", "called", "at", "said")


def _arranged(user: Actor, text: str) -> list[_Source]:
    """What somebody above arranges."""
    return [
        _Source(
            "党建目标",
            Target.objects.visible_to(user, VIEW).filter(said_in("name", text)),
            "name",
            "plan__organisation_id",
            ("-plan__year", "plan_id", "code", "pk"),
            "target_detail",
            said=F("plan__year"),
            words="{}年".format,
        ),
        _Source(
            "制度",
            titled(Policy.objects.visible_to(user, VIEW), text),
            "title",
            "organisation_id",
            ("title", "pk"),
            "policy_detail",
            said=F("building"),
            words=lambda code: str(BuildingField(code).label),
        ),
        _Source(
            "载体与品牌",
            Campaign.objects.visible_to(user).filter(said_in("title", text)),
            "title",
            "organisation_id",
            ("-starts", "-pk"),
            "campaign_detail",
            said=Case(When(contest="", then="kind"), default="contest"),
            words=lambda code: str((CampaignKind if code in CampaignKind else Contest)(code).label),
        ),
    ]


def _learned(user: Actor, text: str) -> list[_Source]:
    """What Party workers look into and are taught."""
    return [
        _Source(
            "调研课题",
            topics_visible(user).filter(said_in("title", text)),
            "title",
            "organisation_id",
            ("-first", "-pk"),
            "cadres_topic",
            said=F("first__year"),
            words="{}年".format,
        ),
        _Source(
            "培训班次",
            TrainingClass.objects.visible_to(user, MEMBERS).filter(said_in("title", text)),
            "title",
            "organisation_id",
            ("-first", "-pk"),
            "cadres_class",
            said=F("first"),
        ),
    ]


def _shared(user: Actor, text: str) -> list[_Source]:
    """What organisations hand on to each other."""
    return [
        _Source(
            "典型经验",
            Practice.objects.visible_to(user).filter(named(text)),
            "title",
            "organisation_id",
            ("-created", "-pk"),
            "practice_detail",
        ),
        _Source(
            "共享资源",
            Resource.objects.visible_to(user).in_force(clock.today()).filter(said_in("name", text)),
            "name",
            "organisation_id",
            ("name", "pk"),
            "resource_detail",
            said=F("kind"),
            words=lambda code: str(ResourceKind(code).label),
        ),
        _Source(
            "可参加的活动",
            Offer.objects.visible_to(user).joinable().filter(said_in("activity__title", text)),
            "activity__title",
            "activity__organisation_id",
            ("activity__day", "pk"),
            "offer_list",
            said=F("activity__day"),
            listed=True,
        ),
    ]
