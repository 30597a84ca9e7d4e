"""The profile of one organisation: who leads it, its term, its people and what it covers."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from branches.places.models.organisations import Kind, Organisation
from branches.places.models.terms import Term
from branches.places.selectors.coverage import departments_covered_by
from branches.reach.intervals import within
from common import clock
from members.organisations.heads import AGES, People, numbers_of
from members.organisations.selectors.tree import term_state
from members.organisations.sizes import size_findings
from members.roster.models.members import PARTY_STAGES, Member, Membership, stands
from members.roster.models.posts import COMMITTEE_SEATS, Post, PostKind
from members.roster.models.standing import Standing

# Of more directly below an organisation the tree tells.
CHILDREN = 60


def _led(organisation: Organisation, posts: Sequence[Post]) -> list[tuple[str, str]]:
    """Return [(title, names)] of those who lead, "" where none is entered, and of the others where there are some."""
    if organisation.kind == Kind.SMALL_GROUP:
        return [("组长", _names(posts, (PostKind.GROUP_LEADER, PostKind.SECRETARY)))]
    deputies = (PostKind.DEPUTY, PostKind.FULL_TIME_DEPUTY)
    others = [kind for kind in PostKind if kind not in (PostKind.SECRETARY, *deputies)]
    more = [
        ("副书记", _names(posts, deputies)),
        ("党组成员" if organisation.kind == Kind.PARTY_GROUP else "委员", _names(posts, others)),
    ]
    return [("书记", _names(posts, (PostKind.SECRETARY,))), *(line for line in more if line[1])]


def _names(posts: Sequence[Post], kinds: Sequence[PostKind]) -> str:
    return "、".join(dict.fromkeys(row.member.name for row in posts if row.kind in kinds))


def _people(organisation: Organisation, today: date) -> People:
    """Return the People of an organisation with all below it; one statement, whatever their number."""
    roster = Member.objects.on_roster(organisation, today)
    if organisation.kind not in (Kind.BRANCH, Kind.SMALL_GROUP):
        memberships = Membership.objects.in_force(today).filter(within(organisation))
        roster = Member.objects.filter(
            ~stands(Standing.SUSPENDED, today),
            pk__in=memberships.values("member"),
            stage__in=PARTY_STAGES,
            joined_on__lte=today,
        )
    found = roster.order_by().aggregate(**numbers_of(today))
    return People([found[name] for name in People.NAMES])


def profile(organisation: Organisation, people: People | None = None) -> dict[str, Any]:
    """Return what the profile of one organisation shows, as a dict for the templates.

    people: its members with all below it, where they are known.
    """
    today = clock.today()
    people = people or _people(organisation, today)
    posts = list(
        Post.objects.in_force(today)
        .filter(organisation=organisation)
        .select_related("member", "organisation")
        .order_by("pk")
    )
    order: list[str] = list(PostKind)
    posts.sort(key=lambda row: (order.index(row.kind), row.pk))
    seats = {row.member_id for row in posts if row.kind in COMMITTEE_SEATS}
    covered = [row.name for row in departments_covered_by(organisation)]
    terms = list(Term.objects.filter(organisation=organisation).order_by("-closed_on", "pk"))
    term = next((row for row in terms if row.closed_on is None), None)
    below = list(organisation.get_children().filter(archived_on__isnull=True)[: CHILDREN + 1])
    return {
        "led": _led(organisation, posts),
        "posts": posts,
        "members": people.total(),
        "sizes": []
        if organisation.archived_on
        else size_findings(organisation.kind, people, seats=len(seats), units=len(covered)),
        "stages": {stage: people[stage] for stage in People.STAGES},
        "ages": [
            {"value": people[key], "tone": tone, "label": label} for key, (tone, label) in AGES.items() if people[key]
        ],
        "departments": "、".join(covered),
        "term": term,
        "term_state": term_state(term.expires if term else None, today),
        "past_terms": [row for row in terms if row.closed_on],
        "children": below[:CHILDREN],
        "more_children": len(below) > CHILDREN,
    }
