"""The Party members of today among some organisations, as they are kept; what waits for a fill is counted by the reader."""

from collections.abc import Iterable, Mapping, Sequence

from django.db.models import Count, F, Q, QuerySet, Sum

from branches.jobs.models import ChangeMark
from branches.places.models.organisations import Kind, Organisation
from common import clock
from common.together import Reads, Rows
from members.organisations.heads import SIZED, SUBJECTS, WRONG_SIZE, People, added, head_lines, of_wrong_size
from members.organisations.models import HeadCount

Numbers = Sequence[int]
# Of the kept counts those of branches: the kind says it, because of two columns that are the same a planner expects next to none.
_BRANCHES = Q(place__kind=Kind.BRANCH)
NOBODY: Numbers = (0,) * len(People.NAMES)


def heads_reads(rows: QuerySet[Organisation]) -> Reads:
    """Return what Heads are made of, to be read together. rows: the organisations whose people are asked for."""
    kept = _kept()
    here = rows.order_by().values("pk")
    # The people of a small group are of its branch too, and counted there unless it is seen alone.
    each = kept.filter(_BRANCHES | ~Q(branch__in=here), place__in=here).annotate(sized=SIZED)
    sums: dict[str, Count | Sum] = {
        # Small groups that are seen alone do not make up for branches that are not.
        "number": Count("pk", filter=_BRANCHES),
        "wrong": Count("pk", filter=WRONG_SIZE & _BRANCHES),
    }
    sums |= {f"all_{name}": Sum(name) for name in People.NAMES}
    return {
        "waiting": _waiting().values_list("organisation").distinct(),
        "above": each.values("place__parent").annotate(**sums).values_list("place__parent", *sums),
        "branches": kept.filter(place=F("branch")).values("day").annotate(number=Count("pk")).values_list("number"),
    }


def _waiting() -> QuerySet[ChangeMark]:
    return ChangeMark.objects.filter(subject__in=SUBJECTS, organisation__isnull=False).order_by()


def _kept() -> QuerySet[HeadCount]:
    """Return the counts of today that still stand."""
    kept = HeadCount.objects.filter(day=clock.today()).order_by()
    return kept.exclude(branch__in=_waiting().values("organisation"))


class Heads:
    """How many people there are among some organisations. rows: these; found: of `heads_reads`.

    above: {id of an organisation: numbers, as in People, of all in the branches directly below it}. wrong: how many branches are of
    the wrong size. whole: whether nobody is elsewhere.
    """

    def __init__(self, rows: QuerySet[Organisation], found: Mapping[str, Rows]) -> None:
        self._rows = rows
        self._waiting = {pk for (pk,) in found["waiting"]}
        # On a new day nothing is kept before the first fill; where nobody belongs, counting costs nothing.
        self._counts = not found["above"]
        self._counted: dict[int, Numbers] = {}
        self.above: dict[int, list[int]] = {above: list(numbers) for above, _, _, *numbers in found["above"]}
        self.wrong = sum(wrong for _, _, wrong, *_ in found["above"])
        self.whole = sum(number for _, number, *_ in found["above"]) == sum(number for (number,) in found["branches"])
        if self._counts or self._waiting:
            self._count()

    def _count(self) -> None:
        here = self._rows.order_by().values("pk")
        among = Q(organisation__in=self._waiting)
        if self._counts:
            among = Q(organisation__in=here) | Q(small_group__in=here)
        lines = added(head_lines(clock.today(), among))
        seen = dict(self._rows.filter(pk__in=list(lines)).order_by().values_list("pk", "parent"))
        self.whole &= lines.keys() <= seen.keys() and not self._counts
        for place, (branch, numbers) in lines.items():
            self._counted[place] = numbers
            if place in seen and (place == branch or branch not in seen):
                some = self.above.get(seen[place], NOBODY)
                self.above[seen[place]] = [one + other for one, other in zip(some, numbers, strict=True)]
                self.wrong += place == branch and of_wrong_size(numbers)

    def at(self, places: Iterable[int]) -> dict[int, Numbers]:
        """Return {id: numbers} of branches, with all their groups, and small groups; those without people are left out."""
        asked = list(places)
        kept: dict[int, Numbers] = {}
        if asked and not self._counts:
            kept = {row[0]: row[1:] for row in _kept().filter(place__in=asked).values_list("place", *People.NAMES)}
        return kept | {place: self._counted[place] for place in asked if place in self._counted}

    def of_wrong_size(self) -> Q:
        """Return the condition «is a branch with too few full members or too many», over organisations."""
        kept = _kept().annotate(sized=SIZED).filter(WRONG_SIZE, _BRANCHES)
        counted = [place for place, numbers in self._counted.items() if of_wrong_size(numbers)]
        return Q(kind=Kind.BRANCH) & (
            Q(pk__in=counted) if self._counts else Q(pk__in=counted) | Q(pk__in=kept.values("place"))
        )

    def everybody(self) -> People:
        """Return all of them, each once."""
        return People([sum(column) for column in zip(NOBODY, *self.above.values(), strict=True)])
