"""The register of Party workers at any day: holders of posts with the administrative post beside (双重角色), and who does Party work without one.

In the order of the tree and of seats, never by a figure. Hours are those of the year of that day.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Case, IntegerField, QuerySet, Value, When

from branches.places.models.organisations import Organisation, tree_order
from branches.reach.rights import MEMBERS
from common import clock
from common.operator import Actor
from common.periods import YEAR, Period
from members.cadres.models import PartyWork
from members.cadres.selectors.posts import ELECTED, PostYear, post_years
from members.cadres.selectors.secretaries import SecretaryYear, secretary_years
from members.education.models import StudyState
from members.roster.models.posts import COMMITTEE_SEATS, Post, PostKind, seat_label

WORKERS = "workers"
# Of more posts than these the figures of hours stand on no page: the dashboard has them from facts.
RECKONED = 400


@dataclass(frozen=True)
class Line:
    """One row. work: the administrative post; year: of his hours, None of who holds no seat; induction: of a secretary."""

    member: int
    name: str
    place: Organisation
    post: str
    work: str
    starts: date | None
    year: PostYear | None = None
    induction: SecretaryYear | None = None
    share: str = ""
    party_work: int | None = None


@dataclass(frozen=True)
class Known:
    """What was reckoned of the posts of some organisations: read once for figures and lines. reckoned: whether of all of a list."""

    posts: list[PostYear]
    secretaries: list[SecretaryYear]
    reckoned: bool


@dataclass(frozen=True)
class Figures:
    """Of all posts that owe hours: how many have them, are under way, are unknown, are behind at the year's end; secretaries and classes."""

    owed: int
    met: int
    unknown: int
    overdue: int
    secretaries: int
    attended: int
    inducting_late: int


def posts_on(user: Actor, day: date, organisation: Organisation | None = None, kind: str = "") -> QuerySet[Post]:
    """Return the posts held on a day at organisations whose rosters `user` keeps, in the order of the tree and of seats."""
    rows = Post.objects.in_force(day).filter(kind__in=COMMITTEE_SEATS, organisation__kind__in=ELECTED)
    rows = rows.visible_to(user, MEMBERS)
    if organisation is not None:
        rows = rows.filter(organisation__in=Organisation.objects.within(organisation).order_by().values("pk"))
    if kind:
        rows = rows.filter(kind=kind)
    order = Case(
        *(When(kind=seat, then=Value(place)) for place, seat in enumerate(COMMITTEE_SEATS)), output_field=IntegerField()
    )
    return rows.select_related("member", "organisation__parent").order_by(*tree_order("organisation__"), order, "pk")


def workers_on(user: Actor, day: date, organisation: Organisation | None = None) -> QuerySet[PartyWork]:
    """Return the Party workers without a seat on a day, in the order of the tree."""
    rows = PartyWork.objects.in_force(day).visible_to(user, MEMBERS)
    if organisation is not None:
        rows = rows.filter(organisation__in=Organisation.objects.within(organisation).order_by().values("pk"))
    return rows.select_related("member", "organisation__parent").order_by(*tree_order("organisation__"), "pk")


def known_of(posts: QuerySet[Post], shown: Collection[Post], day: date) -> Known:
    """Return the Known of all posts of a list, of those that are shown alone where there are too many of them."""
    places = set(posts.order_by().values_list("organisation", flat=True)[: RECKONED + 1])
    whole = len(places) <= RECKONED
    places = places if whole else {row.organisation_id for row in shown}
    if not places:
        return Known([], [], whole)
    year, today = Period.containing(YEAR, day), clock.today()
    return Known(post_years(year, places, today), secretary_years(year, places, today), whole)


def lines_of_posts(posts: Collection[Post], day: date, known: Known | None = None) -> list[Line]:
    """Return a Line for each post, with the hours of the year of a day; a constant number of statements."""
    if known is None:
        year, places = Period.containing(YEAR, day), {row.organisation_id for row in posts}
        today = clock.today()
        known = Known(post_years(year, places, today), secretary_years(year, places, today), True) if posts else None
    hours = {(one.place, one.member): one for one in known.posts} if known else {}
    classes = {(one.place, one.member): one for one in known.secretaries} if known else {}
    return [
        Line(
            row.member_id,
            row.member.name,
            row.organisation,
            seat_label(row.kind, row.organisation.kind),
            row.member.work_post,
            row.starts,
            hours.get((row.organisation_id, row.member_id)),
            classes.get((row.organisation_id, row.member_id)) if row.kind == PostKind.SECRETARY else None,
        )
        for row in posts
    ]


def lines_of_workers(rows: Collection[PartyWork]) -> list[Line]:
    return [
        Line(
            row.member_id,
            row.member.name,
            row.organisation,
            f"{row.get_share_display()}党务",
            row.member.work_post,
            row.starts,
            share=row.share,
            party_work=row.pk,
        )
        for row in rows
    ]


def figures_of(known: Known) -> Figures | None:
    """Return the Figures of the posts of a list, None where there are too many to be reckoned for a page."""
    if not known.reckoned or not known.posts:
        return None
    today = clock.today()
    owing = [one for one in known.posts if one.owed]
    led = [one for one in known.secretaries if not one.spared]
    return Figures(
        len(owing),
        sum(one.state == StudyState.MET for one in owing),
        sum(one.state == StudyState.UNKNOWN for one in owing),
        sum(one.state == StudyState.OVERDUE for one in owing),
        len(led),
        sum(one.attended is not None for one in led),
        sum(one.induction_overdue(today) for one in led),
    )


def vacant(user: Actor, day: date, organisation: Organisation | None = None) -> list[Organisation]:
    """Return the branches that have no secretary on a day; a vacant post is a row, not a gap."""
    led = Post.objects.in_force(day).filter(kind=PostKind.SECRETARY).order_by()
    rows = Organisation.objects.existing(day).visible_to(user, MEMBERS).filter(kind="branch")
    if organisation is not None:
        rows = rows.within(organisation)
    return list(rows.exclude(pk__in=led.values("organisation")).select_related("parent").in_tree_order()[:50])
