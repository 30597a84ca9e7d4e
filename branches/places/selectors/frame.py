"""The tree as a page opens it: what stands above branches is read whole, of branches and small groups only what is shown.

Thousands of branches are counted by the database, directly below each organisation; a page reads the rows of one level.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Case, Count, F, Max, Min, Q, QuerySet, Value, When

from branches.places.models.organisations import Kind, Organisation
from branches.reach.intervals import tree_order
from common.together import Reads, Rows

UPPER = (Kind.PARTY_GROUP, Kind.COMMITTEE, Kind.GENERAL_BRANCH)


@dataclass
class Below:
    """What stands directly below one organisation, of what is seen: how many, the id of one of them, where the last stands."""

    number: int
    one: int
    last: int


def frame_reads(rows: QuerySet[Organisation], wanted: Iterable[int]) -> Reads:
    """Return what a Frame is made of, to be read together. rows: all that is seen; wanted: ids of some to be known besides."""
    wanted = list(wanted)
    above_wanted = Organisation.objects.filter(pk__in=wanted, parent__isnull=False).order_by().values("parent")
    known = Q(pk__in=wanted) | Q(pk__in=above_wanted)
    # Small groups are counted all together, for hundreds of branches have some; but not where one branch is looked at.
    elsewhere = Q(kind=Kind.SMALL_GROUP) & ~Q(parent__in=wanted) & ~Q(parent__in=above_wanted)
    above = Case(When(elsewhere, then=Value(None)), default=F("parent"))
    counted = rows.order_by().annotate(above=above).values("above", "kind")
    return {
        "places": rows.filter(Q(kind__in=UPPER) | known)
        .order_by(*tree_order())
        .values_list("pk", "parent", "kind", "lft"),
        "below": counted.annotate(number=Count("pk"), one=Min("pk"), last=Max("lft")).values_list(
            "above", "kind", "number", "one", "last"
        ),
    }


class Frame:
    """The tree of what somebody sees. rows: all of it; found: of `frame_reads`.

    parents: {id: id above} of organisations above branches and of those wanted, from the top down; upper: ids of the former;
    positions: {id: where it stands in the tree}. below: {id above, None for the top: Below}, small groups only of those wanted. number: of all
    that is seen; kinds: {kind: number}.
    """

    def __init__(self, rows: QuerySet[Organisation], found: Mapping[str, Rows]) -> None:
        self.rows = rows
        self.parents: dict[int, int | None] = {pk: parent for pk, parent, _, _ in found["places"]}
        self.positions: dict[int, int] = {pk: position for pk, _, _, position in found["places"]}
        self.upper = {pk for pk, _, kind, _ in found["places"] if kind in UPPER}
        self.below: dict[int | None, Below] = {}
        self.kinds: Counter[str] = Counter()
        for above, kind, number, one, last in found["below"]:
            self.kinds[kind] += number
            if kind == Kind.SMALL_GROUP and above is None:
                continue
            here = self.below.setdefault(above, Below(0, one, last))
            here.number += number
            here.last = max(here.last, last)
        self.number = self.kinds.total()

    def way(self, at: int | None) -> set[int]:
        """Return the ids of those that stand open where `at` is looked at: on the way to it, itself, and what stands alone below it."""
        way, step = set[int](), at
        while step in self.parents:
            way.add(step)
            step = self.parents[step]
        step = at
        while step in self.below and self.below[step].number == 1:
            step = self.below[step].one
            way.add(step)
        return way

    def level(self, way: Iterable[int]) -> QuerySet[Organisation]:
        """Return what is shown where these stand open, in the order of the tree: all directly below them, and what has nothing above it."""
        tops = {above for above in self.below if above not in self.parents}
        shown = Q(parent__in=[*way, *(tops - {None})]) | Q(parent=None)
        if self.kinds[Kind.SMALL_GROUP]:
            # Who sees a small group alone.
            shown |= Q(kind=Kind.SMALL_GROUP) & ~Q(parent__in=self.rows.order_by().values("pk"))
        return self.rows.filter(shown).order_by(*tree_order())

    def number_below(self, place: Organisation) -> int:
        """Return how many are seen directly below an organisation above branches."""
        return self.below[place.pk].number if place.pk in self.below else 0


def place_among(shown: QuerySet[Organisation], at: int | None) -> tuple[int, int]:
    """Return (how many of a level there are, how many of them stand before `at`), in one statement."""
    position = Organisation.objects.filter(pk=at).order_by().values("lft")
    found = shown.order_by().aggregate(number=Count("pk"), before=Count("pk", filter=Q(lft__lt=position)))
    return found["number"], found["before"]


def guides_of(shown: Sequence[Organisation], frame: Frame) -> dict[int, list[str]]:
    """Return {id: the lines at the left of a row}: "passing" where a branch passes by, "branching" off, or "last".

    shown: rows of one page of a level, or of the whole tree.
    """
    parents = frame.parents | {row.pk: row.parent_id for row in shown}
    positions = frame.positions | {row.pk: row.lft for row in shown}
    # What a page says of the last one is true where all are on it; what the frame says always is.
    last: dict[int | None, int] = {row.parent_id: row.lft for row in shown}
    last |= {above: below.last for above, below in frame.below.items()}
    known: dict[int, list[str]] = {}

    def lines(pk: int) -> list[str]:
        if pk not in known:
            above = parents[pk]
            known[pk] = []
            if above in parents:
                passing = ["passing" if mark in ("branching", "passing") else "" for mark in lines(above)]
                known[pk] = [*passing, "last" if last[above] == positions[pk] else "branching"]
        return known[pk]

    return {row.pk: lines(row.pk) for row in shown}
