"""The register of Party workers at any day: holders of posts with the administrative post beside (双重角色), and who does Party work without one.

In the order of the tree and of seats, never by a figure. Hours and classes are those of the year until that day.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Case, Count, IntegerField, QuerySet, Value, When

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
# And so many seats.
SEATS = 4000


@dataclass(frozen=True)
class Line:
    """One row. work: the administrative post; year: of his hours, None of who holds no seat; induction: of a secretary.

    kind: of the seat (PostKind), "" of who holds none.
    """

    member: int
    name: str
    place: Organisation
    post: str
    work: str
    starts: date | None
    year: PostYear | None = None
    induction: SecretaryYear | None = None
    share: str = ""
    kind: str = ""
    party_work: int | None = None


# (organisation id, member id): one person's seats at one organisation.
Pair = tuple[int, int]


@dataclass(frozen=True)
class Known:
    """What was reckoned of the posts of some organisations: read once for figures and lines.

    held: who holds a seat on the day; as_of: until when it is known.
    """

    posts: list[PostYear]
    secretaries: list[SecretaryYear]
    as_of: date
    held: frozenset[Pair] = frozenset()


@dataclass(frozen=True)
class Figures:
    """Of all posts that owe hours: how many have them, are under way, are unknown, are behind at the year's end; secretaries and classes."""

    owed: int
    met: int
    open: int
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


def numbers_of(posts: QuerySet[Post]) -> dict[str, int]:
    """Return {PostKind: how many seats} of the posts of a list, in the order of seats; those that nobody holds left out."""
    rows = posts.order_by().values("kind").annotate(number=Count("pk")).values_list("kind", "number")
    found = dict(rows)
    return {kind.value: found[kind] for kind in COMMITTEE_SEATS if kind in found}


def workers_on(user: Actor, day: date, organisation: Organisation | None = None) -> QuerySet[PartyWork]:
    """Return the Party workers without a seat on a day, in the order of the tree."""
    rows = PartyWork.objects.in_force(day).visible_to(user, MEMBERS)
    if organisation is not None:
        rows = rows.filter(organisation__in=Organisation.objects.within(organisation).order_by().values("pk"))
    return rows.select_related("member", "organisation__parent").order_by(*tree_order("organisation__"), "pk")


def known_of(posts: QuerySet[Post], day: date) -> Known | None:
    """Return the Known of all posts of a list, None where there are too many organisations to be reckoned for a page."""
    held = frozenset(posts.order_by().values_list("organisation_id", "member_id")[: SEATS + 1])
    places = {place for place, _ in held}
    if len(places) > RECKONED or len(held) > SEATS:
        return None
    if not places:
        return Known([], [], known_on(day))
    year, as_of = Period.containing(YEAR, day), known_on(day)
    return Known(post_years(year, places, as_of), secretary_years(year, places, as_of), as_of, held)


def known_on(day: date) -> date:
    """Return the day whose knowledge the register of a day shows: its own; of a year's last day today's, as the year ended then."""
    return clock.today() if day == Period.containing(YEAR, day).last else min(day, clock.today())


def standings(known: Known) -> dict[str, set[Pair]]:
    """Return {name of one of the Figures: whom it counts} of those who hold a seat on the day."""
    owing = [one for one in known.posts if one.owed]
    told = (StudyState.MET, StudyState.UNKNOWN, StudyState.OVERDUE)
    led = [one for one in known.secretaries if not one.spared]
    counted: dict[str, list[PostYear] | list[SecretaryYear]] = {
        "owed": owing,
        "met": [one for one in owing if one.state == StudyState.MET],
        "open": [one for one in owing if one.state not in told],
        "unknown": [one for one in owing if one.state == StudyState.UNKNOWN],
        "overdue": [one for one in owing if one.state == StudyState.OVERDUE],
        "secretaries": led,
        "attended": [one for one in led if one.attended is not None],
        "inducting_late": [one for one in led if one.induction_overdue(known.as_of)],
    }
    return {name: {(one.place, one.member) for one in rows} & known.held for name, rows in counted.items()}


def posts_standing(posts: QuerySet[Post], known: Known | None, name: str) -> QuerySet[Post]:
    """Leave of posts those whom one of the Figures counts, of each person at an organisation his first seat; all where none is known."""
    if known is None:
        return posts
    wanted, found = set(standings(known)[name]), []
    for pk, *pair in posts.values_list("pk", "organisation_id", "member_id"):
        if tuple(pair) in wanted:
            found.append(pk)
            wanted.discard((pair[0], pair[1]))
    return posts.filter(pk__in=found)


def lines_of_posts(posts: Collection[Post], day: date, known: Known | None = None) -> list[Line]:
    """Return a Line for each post, with the hours of the year until a day; a constant number of statements."""
    if known is None:
        year, places = Period.containing(YEAR, day), {row.organisation_id for row in posts}
        as_of = known_on(day)
        known = Known(post_years(year, places, as_of), secretary_years(year, places, as_of), as_of) if posts else None
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
            kind=row.kind,
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


def figures_of(known: Known | None) -> Figures | None:
    """Return the Figures of the posts of a list, None where there are none, or too many to be reckoned for a page."""
    if known is None or not known.posts:
        return None
    return Figures(**{name: len(mine) for name, mine in standings(known).items()})


def vacant(user: Actor, day: date, organisation: Organisation | None = None) -> list[Organisation]:
    """Return the branches that have no secretary on a day; a vacant post is a row, not a gap."""
    led = Post.objects.in_force(day).filter(kind=PostKind.SECRETARY).order_by()
    rows = Organisation.objects.existing(day).visible_to(user, MEMBERS).filter(kind="branch")
    if organisation is not None:
        rows = rows.within(organisation)
    return list(rows.exclude(pk__in=led.values("organisation")).select_related("parent").in_tree_order()[:50])
