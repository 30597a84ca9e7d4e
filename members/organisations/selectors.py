"""The tree with its people: rows of the tree page, and the profile of one organisation."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from operator import attrgetter
from typing import Any

from branches.places.models.organisations import Kind, Organisation
from branches.places.models.terms import Term
from branches.places.selectors.coverage import Covered, coverage_of_departments
from branches.places.selectors.slim import PLACE, Place, places_in_order
from branches.places.selectors.terms import WARN_DAYS
from branches.reach import access
from branches.reach.intervals import within
from common import clock
from common.operator import Actor
from members.organisations.heads import AGES, Counts, People, counted, numbers_of
from members.organisations.sizes import SizeFinding, size_findings
from members.roster.models.members import PARTY_STAGES, Member, Membership, stands
from members.roster.models.posts import COMMITTEE_SEATS, Post, PostKind
from members.roster.models.standing import Standing

KIND_SHORT: dict[str, str] = {
    Kind.PARTY_GROUP: "党组",
    Kind.COMMITTEE: "党委",
    Kind.GENERAL_BRANCH: "总支",
    Kind.BRANCH: "支部",
    Kind.SMALL_GROUP: "小组",
}


_BRANCH = Kind.BRANCH.value
_KIND = attrgetter("kind")
# Up to so many rows of the tree are shown at once.
UNFOLDED = 60


@dataclass(slots=True)
class TreeRow:
    """One line of the tree. guides: the lines at its left; members: with all below it; folded: how many directly below are not shown.

    organisation: a Place until the row is to be shown (`led`). sizes: what is wrong with the number of its members.
    """

    organisation: Any
    kind: str
    guides: Sequence[str] = ()
    leader: str = ""
    members: int = 0
    expires: date | None = None
    term: str = ""
    folded: int = 0
    sizes: Sequence[SizeFinding] = ()


def term_state(expires: date | None, today: date) -> str:
    """Return "term_expired", "term_ending" (within half a year) or "" for the last day of a running term."""
    if expires is None:
        return ""
    if expires < today:
        return "term_expired"
    return "term_ending" if expires <= today + timedelta(days=WARN_DAYS) else ""


def member_counts(organisations: Sequence[Organisation | Place], day: date) -> tuple[Counts, bool]:
    """Return ({organisation id: People}, with all below, of Party members on `day`; whether they are all of the agency's).

    organisations: a list in tree order with parents before children. Of few it reads those of these alone.
    """
    places = {row.pk for row in organisations}
    # Below the top of the whole tree everybody is read, however few the places.
    few = len(places) <= UNFOLDED and all(row.parent_id for row in organisations)
    own, branches = counted(day, places if few else None)
    return Counts(organisations, own), not few and branches <= places


def _guides(rows: Sequence[TreeRow]) -> None:
    """Set the tree lines of each row: a branch that passes by, branches off, or is the last one."""
    shown = {row.organisation.pk: row for row in rows}
    last_child = {}
    for row in rows:
        last_child[row.organisation.parent_id] = row.organisation.pk
    for row in rows:
        parent = shown.get(row.organisation.parent_id)
        if parent is None:
            continue
        passing = ["passing" if mark in ("branching", "passing") else "" for mark in parent.guides]
        is_last = last_child[row.organisation.parent_id] == row.organisation.pk
        row.guides = [*passing, "last" if is_last else "branching"]


def tree_rows(user: Actor, data: Mapping[str, Any]) -> tuple[list[TreeRow], list[TreeRow], tuple[Counts, bool]]:
    """Return (rows to show, all visible rows, their `member_counts`) for the tree page; `led` says who leads.

    data: cleaned values of TreeFilter; a search or filter shows the hits as a flat list.
    """
    today = clock.today()
    within_reach = access.organisations_for(user)
    if not data.get("archived"):
        within_reach = within_reach.filter(archived_on__isnull=True)
    places = _with_parents(places_in_order(within_reach))
    counts, everybody = member_counts(places, today)
    running = Term.objects.filter(organisation__in=within_reach.order_by().values("pk"), closed_on__isnull=True)
    terms = dict(running.order_by().values_list("organisation_id", "expires"))
    sizes = _sizes(places, counts)
    rows = [TreeRow(row, KIND_SHORT[row.kind], members=counts.totals[row.pk]) for row in places]
    for row in rows if terms or sizes else ():
        pk = row.organisation.pk
        row.expires, row.sizes = terms.get(pk), sizes.get(pk, ())
        row.term = term_state(row.expires, today)
    asked = any(data.get(name) for name in ("q", "kind", "term"))
    shown = [row for row in rows if _fits(row, data)] if asked else rows
    return shown, rows, (counts, everybody)


def _sizes(places: Sequence[Place], counts: Counts) -> dict[int, list[SizeFinding]]:
    """Return {branch: what is wrong with its size, as far as the number of its members says}: most have the right one."""
    wrong = counts.of_wrong_size(place.pk for place in places if place.kind == _BRANCH)
    return {pk: size_findings(Kind.BRANCH, counts[pk]) for pk in wrong}


def _with_parents(places: list[Place]) -> list[Place]:
    """Give each place the one above it: among many they are nearly all there; those that are not take one statement."""
    by_pk = {row.pk: row for row in places}
    missing = {row.parent_id for row in places if row.parent_id} - set(by_pk)
    if missing:
        rows = Organisation.objects.filter(pk__in=missing).order_by().values_list(*PLACE)
        by_pk |= {place.pk: place for place in (Place(*row) for row in rows)}
    for row in places:
        if row.parent_id:
            row.parent = by_pk[row.parent_id]
    return places


def led(rows: Sequence[TreeRow]) -> Sequence[TreeRow]:
    """Give rows their organisations and note who leads each, and return them; two statements."""
    places = Organisation.objects.select_related("parent").in_bulk([row.organisation.pk for row in rows])
    leaders: dict[int, list[str]] = {}
    seats = Post.objects.in_force(clock.today()).filter(
        organisation__in=list(places), kind__in=(PostKind.SECRETARY, PostKind.GROUP_LEADER)
    )
    for seat in seats.select_related("member"):
        leaders.setdefault(seat.organisation_id, []).append(seat.member.name)
    for row in rows:
        row.organisation = places[row.organisation.pk]
        row.leader = "、".join(leaders.get(row.organisation.pk, []))
    return rows


def opened(rows: Sequence[TreeRow], at: Place | None) -> list[TreeRow]:
    """Return of a tree of more than UNFOLDED rows those on the way to `at`, beside it and directly below it; else all.

    What stands alone below it is opened too. A row says how many below it are left out.
    """
    if len(rows) <= UNFOLDED:
        _guides(rows)
        return list(rows)
    by_pk = {row.organisation.pk: row for row in rows}
    way, step = set(), at.pk if at else None
    while step in by_pk:
        way.add(step)
        step = by_pk[step].organisation.parent_id
    below: dict[int | None, list[int]] = {}
    for row in rows:
        below.setdefault(row.organisation.parent_id, []).append(row.organisation.pk)
    step = at.pk if at else None
    while len(below.get(step, ())) == 1:
        (step,) = below[step]
        way.add(step)
    shown = [row for row in rows if row.organisation.parent_id in way or row.organisation.parent_id not in by_pk]
    for row in shown:
        row.folded = 0 if row.organisation.pk in way else len(below.get(row.organisation.pk, ()))
    _guides(shown)
    return shown


def _fits(row: TreeRow, data: Mapping[str, Any]) -> bool:
    text = (data.get("q") or "").lower()
    organisation = row.organisation
    if text and not any(
        text in value.lower() for value in (organisation.name, organisation.label, organisation.initials)
    ):
        return False
    if data.get("kind") and organisation.kind != data["kind"]:
        return False
    if data.get("term") == "size":
        return bool(row.sizes)
    state = {"expired": "term_expired", "ending": "term_ending"}.get(data.get("term", ""))
    return state is None or row.term == state


def tree_figures(rows: Sequence[TreeRow], counts: Counts, covered: Sequence[Covered]) -> dict[str, Any]:
    """Return the row of figures above the tree. rows: all visible TreeRows; covered: coverage_of_departments()."""
    kinds = Counter(map(_KIND, rows))
    # Of thousands of rows few have anything to say: one look at each.
    noted = [row for row in rows if row.expires or row.sizes]
    expired = [row for row in noted if row.term == "term_expired"]
    ending = [row.expires for row in noted if row.expires and row.term == "term_ending"]
    there, people = counts.totals, People()
    for place in [row.organisation for row in rows if row.organisation.parent_id not in there]:
        people.add(counts[place.pk].numbers)
    names = "、".join(row.organisation.label.removesuffix("党支部") for row in expired[:2])
    return {
        "places": len(rows),
        "kinds": "，".join(f"{short} {kinds[short]}" for kind in Kind if kinds[short := KIND_SHORT[kind]]),
        "members": people.total(),
        "stages": f"正式 {people['full']}，预备 {people['probationary']}",
        "covered": sum(row.organisation is not None for row in covered),
        "departments": len(covered),
        "uncovered": sum(row.organisation is None for row in covered),
        "shared": len({row.organisation.pk for row in covered if row.organisation and row.shared}),
        "expired": len(expired),
        "expired_names": names + ("等" if len(expired) > 2 else ""),
        "ending": len(ending),
        "next_expiry": min(ending, default=None),
        "sized": sum(bool(row.sizes) for row in noted),
    }


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


def people_within(organisation: Organisation, rows: Sequence[TreeRow], counts: tuple[Counts, bool]) -> People | None:
    """Return the members of an organisation with all below it out of what a tree has counted, None where that does not say.

    rows, counts: all visible rows and their members, of `tree_rows`. It says so where everybody is a member of one of the rows, and
    these hang together.
    """
    found, everybody = counts
    if not everybody or organisation.kind in (Kind.BRANCH, Kind.SMALL_GROUP):
        return None
    places = [row.organisation for row in rows]
    if organisation.parent_id is not None:
        places = [place for place in places if organisation.contains(place)]
    here = {place.pk for place in places}
    loose = any(place.parent_id not in here for place in places if place.pk != organisation.pk)
    return None if loose else found[organisation.pk]


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


def profile(
    organisation: Organisation, covered: Sequence[Covered] | None = None, people: People | None = None
) -> dict[str, Any]:
    """Return what the profile of one organisation shows, as a dict for the templates.

    covered, people: of departments, and its members with all below it, where they are known.
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
    everywhere = coverage_of_departments() if covered is None else covered
    seats = {row.member_id for row in posts if row.kind in COMMITTEE_SEATS}
    covered = [row for row in everywhere if row.organisation == organisation]
    term = Term.objects.filter(organisation=organisation, closed_on__isnull=True).first()
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
        "covered": covered,
        "departments": "、".join(row.department.name for row in covered),
        "term": term,
        "term_state": term_state(term.expires if term else None, today),
        "past_terms": Term.objects.filter(organisation=organisation, closed_on__isnull=False).order_by("-closed_on"),
        "children": organisation.get_children().filter(archived_on__isnull=True),
    }


def whole(place: Place) -> Organisation:
    """Return the organisation of a place of which no more was read than the tree goes by."""
    return Organisation.objects.select_related("parent").get(pk=place.pk)
