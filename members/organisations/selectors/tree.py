"""The tree with its people: what the tree page shows of all, and its rows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, F, Min, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Concat, NullIf

from branches.places.models.organisations import Kind, Organisation
from branches.places.models.terms import Term
from branches.places.selectors.frame import Frame, frame_reads, guides_of
from branches.places.selectors.terms import WARN_DAYS
from branches.reach import access
from branches.reach.intervals import tree_order
from common import clock
from common.operator import Actor
from common.together import read_together
from members.organisations.heads import People
from members.organisations.selectors.heads import NOBODY, Heads, Numbers, heads_reads
from members.organisations.sizes import SizeFinding, size_findings
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


@dataclass(slots=True)
class TreeRow:
    """One line of the tree. guides: the lines at its left; members: with all below it; folded: how many directly below are not shown.

    sizes: what is wrong with the number of its members.
    """

    organisation: Organisation
    kind: str
    guides: Sequence[str] = ()
    leader: str = ""
    members: int = 0
    expires: date | None = None
    term: str = ""
    folded: int = 0
    sizes: Sequence[SizeFinding] = ()


@dataclass(frozen=True)
class Terms:
    """Running terms of all that is seen. expired: how many are over, names: of the first two of these. ending: how many end within half
    a year, next_expiry: the first day on which one does.
    """

    names: Sequence[str] = ()
    expired: int = 0
    ending: int = 0
    next_expiry: date | None = None


class Tree:
    """What somebody sees of the tree: rows, all of it; its frame, its people (heads) and its terms."""

    def __init__(self, rows: QuerySet[Organisation], wanted: Iterable[int] = ()) -> None:
        found = read_together({**frame_reads(rows, wanted), **heads_reads(rows), **_term_reads(rows)})
        self.rows = rows
        self.frame = Frame(rows, found)
        self.heads = Heads(rows, found)
        names = [short or name for short, name in found["names"]]
        self.terms = Terms(names, *found["terms"][0]) if found["terms"] else Terms()
        self._sums: dict[int, Numbers] = {}
        for above, numbers in self.heads.above.items():
            step: int | None = above
            while step in self.frame.parents:
                some = self._sums.get(step, NOBODY)
                self._sums[step] = [one + other for one, other in zip(some, numbers, strict=True)]
                step = self.frame.parents[step]

    def of(self, places: Sequence[Organisation]) -> dict[int, People]:
        """Return {id: People, with all below it} of some organisations, as far as they are seen."""
        own = self.heads.at(place.pk for place in places if place.pk not in self.frame.upper)
        return {
            place.pk: People((own if place.pk not in self.frame.upper else self._sums).get(place.pk, ()))
            for place in places
        }

    def people_within(self, organisation: Organisation) -> People | None:
        """Return the members of an organisation above branches, None where some of them may be out of sight."""
        if organisation.pk not in self.frame.upper or not self.heads.whole:
            return None
        return People(self._sums.get(organisation.pk, ()))


def term_state(expires: date | None, today: date) -> str:
    """Return "term_expired", "term_ending" (within half a year) or "" for the last day of a running term."""
    if expires is None:
        return ""
    if expires < today:
        return "term_expired"
    return "term_ending" if expires <= today + timedelta(days=WARN_DAYS) else ""


def _expired(path: str = "") -> Q:
    return Q(**{f"{path}expires__lt": clock.today()})


def _ending(path: str = "") -> Q:
    return Q(**{f"{path}expires__range": (clock.today(), clock.today() + timedelta(days=WARN_DAYS))})


def _running() -> QuerySet[Term]:
    return Term.objects.filter(closed_on__isnull=True).order_by()


def _term_reads(rows: QuerySet[Organisation]) -> dict[str, QuerySet[Any, Any]]:
    noted = _running().filter(_expired() | _ending(), organisation__in=rows.order_by().values("pk"))
    counts = {
        "expired": Count("pk", filter=_expired()),
        "ending": Count("pk", filter=_ending()),
        "next_expiry": Min("expires", filter=_ending()),
    }
    names = noted.filter(_expired()).order_by(*tree_order("organisation__"))
    return {
        "terms": noted.values("closed_on").annotate(**counts).values_list(*counts),
        "names": names.values_list("organisation__short_name", "organisation__name")[:2],
    }


def seen(user: Actor, *, archived: bool) -> QuerySet[Organisation]:
    """Return what `user` sees of the tree, in its order. archived: whether with what has been closed."""
    rows = access.organisations_for(user)
    return rows if archived else rows.filter(archived_on__isnull=True)


def hits(tree: Tree, data: Mapping[str, Any]) -> QuerySet[Organisation]:
    """Return what of a tree fits a search or filter, in its order. data: cleaned values of TreeFilter."""
    rows = tree.rows
    if text := data.get("q"):
        named = Q(name__icontains=text) | Q(short_name__icontains=text) | Q(initials__icontains=text.lower())
        # A small group is called by its branch's name and its own.
        branch = Coalesce(NullIf("parent__short_name", Value("")), F("parent__name"))
        rows = rows.annotate(called=Concat(branch, "short_name"))
        rows = rows.filter(named | Q(kind=Kind.SMALL_GROUP, called__icontains=text))
    if kind := data.get("kind"):
        rows = rows.filter(kind=kind)
    term = data.get("term")
    if term == "size":
        rows = rows.filter(tree.heads.of_wrong_size())
    elif term:
        running = _running().filter(_expired() if term == "expired" else _ending())
        rows = rows.filter(pk__in=running.values("organisation"))
    return rows


def with_terms(tree: Tree, rows: QuerySet[Organisation]) -> QuerySet[Organisation]:
    """Return organisations with what their rows tell: `above`, `term_expires`, and `groups`, how many small groups are seen below."""
    running = _running().filter(organisation=OuterRef("pk")).values("expires")[:1]
    groups: Any = Value(0)
    if tree.frame.kinds[Kind.SMALL_GROUP]:
        below = tree.rows.filter(parent=OuterRef("pk"), kind=Kind.SMALL_GROUP).order_by().values("parent")
        groups = Coalesce(Subquery(below.annotate(number=Count("pk")).values("number")), 0)
    return rows.select_related("parent").annotate(term_expires=Subquery(running), groups=groups)


def tree_rows(tree: Tree, organisations: Sequence[Any]) -> list[TreeRow]:
    """Return a row for each organisation of a list made by `with_terms`: who leads it, its people, its term; two statements at most."""
    today = clock.today()
    people = tree.of(organisations)
    leaders: dict[int, list[str]] = {}
    seats = Post.objects.in_force(today).filter(
        organisation__in=[row.pk for row in organisations], kind__in=(PostKind.SECRETARY, PostKind.GROUP_LEADER)
    )
    for place, name in seats.order_by("pk").values_list("organisation", "member__name"):
        leaders.setdefault(place, []).append(name)
    return [
        TreeRow(
            row,
            KIND_SHORT[row.kind],
            leader="、".join(leaders.get(row.pk, [])),
            members=people[row.pk].total(),
            expires=row.term_expires,
            term=term_state(row.term_expires, today),
            sizes=size_findings(Kind.BRANCH, people[row.pk]) if row.kind == Kind.BRANCH else (),
        )
        for row in organisations
    ]


def drawn(tree: Tree, rows: Sequence[TreeRow], way: Iterable[int] | None = None) -> Sequence[TreeRow]:
    """Give rows of a level, or of the whole tree, their lines and what is left out below them. way: who stands open; None: all."""
    guides = guides_of([row.organisation for row in rows], tree.frame)
    for row in rows:
        place: Any = row.organisation
        row.guides = guides[place.pk]
        if way is not None and place.pk not in way:
            row.folded = place.groups if place.kind == Kind.BRANCH else tree.frame.number_below(place)
    return rows


def tree_figures(tree: Tree) -> dict[str, Any]:
    """Return the figures of the tree that stand above it."""
    people, terms, kinds = tree.heads.everybody(), tree.terms, tree.frame.kinds
    names = "、".join(name.removesuffix("党支部") for name in terms.names)
    return {
        "places": tree.frame.number,
        "kinds": "，".join(f"{KIND_SHORT[kind]} {kinds[kind]}" for kind in Kind if kinds[kind]),
        "members": people.total(),
        "stages": f"正式 {people['full']}，预备 {people['probationary']}",
        "expired": terms.expired,
        "expired_names": names + ("等" if terms.expired > len(terms.names) else ""),
        "ending": terms.ending,
        "next_expiry": terms.next_expiry,
        "sized": tree.heads.wrong,
    }
