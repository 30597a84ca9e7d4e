"""The tree with its people: rows of the tree page, and the profile of one organisation."""

from calendar import monthrange
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from branches.places.models.organisations import Kind, Organisation
from branches.places.models.terms import Term
from branches.places.selectors.coverage import Covered, coverage_of_departments
from branches.places.selectors.terms import WARN_DAYS
from branches.reach import access
from branches.reach.intervals import within
from common import clock
from common.operator import Actor
from members.roster.models.members import PARTY_STAGES, Member, Membership
from members.roster.models.posts import Post, PostKind

KIND_SHORT: dict[str, str] = {
    Kind.PARTY_GROUP: "党组",
    Kind.COMMITTEE: "党委",
    Kind.GENERAL_BRANCH: "总支",
    Kind.BRANCH: "支部",
    Kind.SMALL_GROUP: "小组",
}


# Up to so many rows of the tree are shown at once.
UNFOLDED = 60

# {organisation id: how many Party members of each stage}
Stages = dict[int, Counter[str]]


@dataclass
class TreeRow:
    """One line of the tree. guides: the lines at its left; members: with all below it; folded: how many directly below are not shown."""

    organisation: Organisation
    kind: str
    guides: list[str] = field(default_factory=list)
    leader: str = ""
    members: int = 0
    expires: date | None = None
    term: str = ""
    folded: int = 0


def term_state(expires: date | None, today: date) -> str:
    """Return "term_expired", "term_ending" (within half a year) or "" for the last day of a running term."""
    if expires is None:
        return ""
    if expires < today:
        return "term_expired"
    return "term_ending" if expires <= today + timedelta(days=WARN_DAYS) else ""


def member_counts(organisations: Sequence[Organisation], day: date) -> Stages:
    """Return ({organisation id: Counter of stages}, with all below) of Party members on `day`, in one statement.

    organisations: a list in tree order with parents before children.
    """
    rows = Membership.objects.in_force(day).filter(member__stage__in=PARTY_STAGES, member__joined_on__lte=day)
    counts: Stages = {row.pk: Counter() for row in organisations}
    places = {row.pk: row for row in organisations}
    numbers = rows.order_by().values_list("organisation_id", "small_group_id", "member__stage")
    for branch, group, stage, number in numbers.annotate(number=Count("pk")):
        if group in counts:
            counts[group][stage] += number
        if branch in counts:
            counts[branch][stage] += number
    for row in reversed(organisations):
        if row.kind != Kind.SMALL_GROUP and row.parent_id in places:
            counts[row.parent_id] += counts[row.pk]
    return counts


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


def tree_rows(user: Actor, data: Mapping[str, Any]) -> tuple[list[TreeRow], list[TreeRow], Stages]:
    """Return (rows to show, all visible rows, their members) for the tree page; `led` says who leads.

    data: cleaned values of TreeFilter; a search or filter shows the hits as a flat list.
    """
    today = clock.today()
    within_reach = access.organisations_for(user)
    if not data.get("archived"):
        within_reach = within_reach.filter(archived_on__isnull=True)
    places = _with_parents(list(within_reach))
    counts = member_counts(places, today)
    ids = [row.pk for row in places]
    running = Term.objects.filter(organisation__in=ids, closed_on__isnull=True)
    terms = dict(running.values_list("organisation_id", "expires"))
    rows = [
        TreeRow(
            organisation=row,
            kind=KIND_SHORT[row.kind],
            members=counts[row.pk].total(),
            expires=terms.get(row.pk),
            term=term_state(terms.get(row.pk), today),
        )
        for row in places
    ]
    _guides(rows)
    shown = [row for row in rows if _fits(row, data)]
    if len(shown) < len(rows):
        for row in shown:
            row.guides = []
    return shown, rows, counts


def _with_parents(places: list[Organisation]) -> list[Organisation]:
    """Give each organisation the one above it: among many they are nearly all there; those that are not take one statement."""
    by_pk = {row.pk: row for row in places}
    missing = {row.parent_id for row in places if row.parent_id} - set(by_pk)
    if missing:
        by_pk |= Organisation.objects.in_bulk(missing)
    for row in places:
        if row.parent_id:
            row.parent = by_pk[row.parent_id]
    return places


def led(rows: Sequence[TreeRow]) -> Sequence[TreeRow]:
    """Note in rows who leads each organisation, and return them; one statement."""
    leaders: dict[int, list[str]] = {}
    seats = Post.objects.in_force(clock.today()).filter(
        organisation__in=[row.organisation.pk for row in rows], kind__in=(PostKind.SECRETARY, PostKind.GROUP_LEADER)
    )
    for seat in seats.select_related("member"):
        leaders.setdefault(seat.organisation_id, []).append(seat.member.name)
    for row in rows:
        row.leader = "、".join(leaders.get(row.organisation.pk, []))
    return rows


def opened(rows: Sequence[TreeRow], at: Organisation | None) -> list[TreeRow]:
    """Return of a tree of more than UNFOLDED rows those on the way to `at`, beside it and directly below it; else all.

    What stands alone below it is opened too. A row says how many below it are left out.
    """
    if len(rows) <= UNFOLDED:
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
    there = {row.organisation.pk for row in shown}
    for row in shown:
        row.folded = 0 if row.organisation.pk in way else len(below.get(row.organisation.pk, ()))
    _guides([row for row in rows if row.organisation.pk in there])
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
    state = {"expired": "term_expired", "ending": "term_ending"}.get(data.get("term", ""))
    return state is None or row.term == state


def tree_figures(rows: Sequence[TreeRow], counts: Stages, covered: Sequence[Covered]) -> dict[str, Any]:
    """Return the row of figures above the tree. rows: all visible TreeRows; covered: coverage_of_departments()."""
    kinds = Counter(row.organisation.kind for row in rows)
    expired = [row for row in rows if row.term == "term_expired"]
    ending = [row.expires for row in rows if row.expires and row.term == "term_ending"]
    tops = {row.organisation.pk for row in rows}
    people: Counter[str] = Counter()
    for row in rows:
        if row.organisation.parent_id not in tops:
            people += counts[row.organisation.pk]
    names = "、".join(row.organisation.label.removesuffix("党支部") for row in expired[:2])
    return {
        "places": len(rows),
        "kinds": "，".join(f"{KIND_SHORT[kind]} {kinds[kind]}" for kind in Kind if kinds[kind]),
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


def _people(roster: QuerySet[Member], today: date) -> tuple[Counter[str], Counter[str]]:
    """Return (how many of each stage, how many of each age); one statement, whatever their number."""

    def born(years: int) -> date:
        """The last birthday that makes somebody so old today."""
        year = today.year - years
        return today.replace(year=year, day=min(today.day, monthrange(year, today.month)[1]))

    young, middle = Q(birth_date__gt=born(36)), Q(birth_date__gt=born(46))
    numbers = (
        roster.order_by()
        .values("stage")
        .annotate(
            members=Count("pk"),
            young=Count("pk", filter=young),
            middle=Count("pk", filter=middle & ~young),
            older=Count("pk", filter=Q(birth_date__lte=born(46))),
            unknown=Count("pk", filter=Q(birth_date=None)),
        )
    )
    stages: Counter[str] = Counter()
    ages: Counter[str] = Counter()
    for row in numbers:
        stages[row["stage"]] += row["members"]
        ages.update({key: row[key] for key in ("young", "middle", "older", "unknown")})
    return stages, ages


def profile(organisation: Organisation, covered: Sequence[Covered] | None = None) -> dict[str, Any]:
    """Return what the profile of one organisation shows, as a dict for the templates. covered: of departments, where it is known."""
    today = clock.today()
    roster = Member.objects.on_roster(organisation, today)
    if organisation.kind not in (Kind.BRANCH, Kind.SMALL_GROUP):
        memberships = Membership.objects.in_force(today).filter(within(organisation))
        roster = Member.objects.filter(
            pk__in=memberships.values("member"), stage__in=PARTY_STAGES, joined_on__lte=today
        )
    stages, ages = _people(roster, today)
    posts = list(
        Post.objects.in_force(today)
        .filter(organisation=organisation)
        .select_related("member", "organisation")
        .order_by("pk")
    )
    order: list[str] = list(PostKind)
    posts.sort(key=lambda row: (order.index(row.kind), row.pk))
    everywhere = coverage_of_departments() if covered is None else covered
    covered = [row for row in everywhere if row.organisation == organisation]
    term = Term.objects.filter(organisation=organisation, closed_on__isnull=True).first()
    labels = {"young": "35岁以下", "middle": "36至45岁", "older": "46岁以上", "unknown": "未填"}
    tones = {"young": "review", "middle": "ok", "older": "idle", "unknown": "soon"}
    return {
        "led": _led(organisation, posts),
        "posts": posts,
        "members": stages.total(),
        "stages": stages,
        "ages": [
            {"value": ages[key], "tone": tones[key], "label": label} for key, label in labels.items() if ages[key]
        ],
        "covered": covered,
        "departments": "、".join(row.department.name for row in covered),
        "term": term,
        "term_state": term_state(term.expires if term else None, today),
        "past_terms": Term.objects.filter(organisation=organisation, closed_on__isnull=False).order_by("-closed_on"),
        "children": organisation.get_children().filter(archived_on__isnull=True),
    }
