"""How many Party members belong where today: counted, and kept for who shows thousands of places.

Each fill of the facts counts anew where people have changed since the one before, and everything on a new day (ages, dates of joining).
Where a change waits for its fill the reader counts himself, so what is shown is always what stands.
"""

from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from branches.jobs.marks import ROSTER
from branches.jobs.models import ChangeMark
from branches.places.models.organisations import Kind
from branches.reach.reach import reach
from branches.reach.rights import VIEW
from common import clock
from common.database import one_transaction
from common.operator import Actor
from members.organisations.models import HeadCount
from members.roster.models.members import PARTY_STAGES, Membership, stands
from members.roster.models.standing import Standing

# Subjects of the marks that whoever writes people or where they belong leaves at the branch.
_SUBJECTS = ("membership", ROSTER)
# A branch has three full members at least and generally fifty members at most (支部工作条例 article 4).
BRANCH_MIN, BRANCH_MAX = 3, 50
# Of more branches that wait for a fill, all are counted.
_WAITING = 200

AGES = {
    "young": ("review", "35岁以下"),
    "middle": ("ok", "36至45岁"),
    "older": ("idle", "46岁以上"),
    "unknown": ("soon", "未填"),
}


class People:
    """How many Party members there are, by stage and by age. numbers: in the order of NAMES."""

    __slots__ = ("numbers",)
    # Whoever is still on a roster in another stage belongs to it, and is of neither.
    STAGES = (*PARTY_STAGES, "other")
    NAMES = (*STAGES, *AGES)

    def __init__(self, numbers: Sequence[int] = ()) -> None:
        self.numbers = list(numbers) or [0] * len(self.NAMES)

    def add(self, some: Sequence[int]) -> None:
        self.numbers = [one + other for one, other in zip(self.numbers, some, strict=True)]

    def __getitem__(self, name: str) -> int:
        return self.numbers[self.NAMES.index(name)]

    def total(self) -> int:
        return sum(self.numbers[: len(self.STAGES)])


_FULL = People.NAMES.index("full")


class Counts(Mapping[int, People]):
    """The members of each of many places, with all below it: {organisation id: People}.

    places: in tree order, parents before children. own: {organisation id: numbers as in People} of branches and small groups.
    """

    def __init__(self, places: Sequence[Any], own: Mapping[int, Sequence[int]]) -> None:
        self._own, self._below, self._known = own, dict[int, list[int]](), dict[int, list[int]]()
        # Of thousands of places what each step costs is what the page costs: no function is called for one.
        totals = self.totals = {
            row.pk: some[0] + some[1] + some[2] if (some := own.get(row.pk)) else 0  # the stages stand first
            for row in places
        }
        below, group = self._below, Kind.SMALL_GROUP.value
        for row in reversed(places):
            above = row.parent_id
            # The people of a group are of its branch too.
            if above in totals and row.kind != group:
                totals[above] += totals[row.pk]
                below.setdefault(above, []).append(row.pk)

    def __getitem__(self, pk: int) -> People:
        if pk not in self.totals:
            raise KeyError(pk)
        if pk not in self._known:
            self._known[pk] = self._summed(pk)
        return People(list(self._known[pk]))

    def of_wrong_size(self, branches: Iterable[int]) -> list[int]:
        """Return those of some branches (ids) that have members, and too few full ones or too many."""
        own, totals = self._own, self.totals
        return [pk for pk in branches if totals[pk] and (own[pk][_FULL] < BRANCH_MIN or totals[pk] > BRANCH_MAX)]

    def _summed(self, pk: int) -> list[int]:
        found, open_ = [], [pk]
        while open_:
            one = open_.pop()
            if one in self._own:
                found.append(self._own[one])
            open_ += self._below.get(one, ())
        return [sum(column) for column in zip(*found, strict=True)]

    def __iter__(self) -> Iterator[int]:
        return iter(self.totals)

    def __len__(self) -> int:
        return len(self.totals)


def _born(years: int, today: date) -> date:
    """The last birthday that makes somebody so old today."""
    year = today.year - years
    return today.replace(year=year, day=min(today.day, monthrange(year, today.month)[1]))


def numbers_of(today: date, path: str = "") -> dict[str, Count]:
    """Return what is counted of Party members: by stage and by age. path: leads from the counted rows to their member."""
    birth, young, middle = f"{path}birth_date", _born(36, today), _born(46, today)
    conditions: dict[str, Q] = {stage: Q(**{f"{path}stage": stage}) for stage in PARTY_STAGES}
    conditions |= {
        "other": ~Q(**{f"{path}stage__in": PARTY_STAGES}),
        "young": Q(**{f"{birth}__gt": young}),
        "middle": Q(**{f"{birth}__gt": middle, f"{birth}__lte": young}),
        "older": Q(**{f"{birth}__lte": middle}),
        "unknown": Q(**{birth: None}),
    }
    return {name: Count("pk", filter=condition) for name, condition in conditions.items()}


def _lines(day: date, at: Q | None = None) -> Iterator[tuple[int, int | None, list[int]]]:
    """Yield (branch id, small group id or None, numbers as in People) of Party members on `day`, in one statement.

    at: a condition over memberships.
    """
    rows = Membership.objects.in_force(day).filter(member__stage__in=PARTY_STAGES, member__joined_on__lte=day)
    rows = rows.filter(~stands(Standing.SUSPENDED, day, "member")).order_by()
    if at is not None:
        rows = rows.filter(at)
    for branch, group, *some in rows.values_list("organisation_id", "small_group_id").annotate(
        **numbers_of(day, "member__")
    ):
        yield branch, group, some


def _added(lines: Iterable[tuple[int, int | None, Sequence[int]]]) -> dict[int, tuple[int, Sequence[int]]]:
    """Return {place id: (its branch's id, numbers)} of branches, with all their groups, and of small groups."""
    found: dict[int, tuple[int, Sequence[int]]] = {}
    for branch, group, some in lines:
        for place in {branch, group or branch}:
            if place in found:
                some_more = [one + other for one, other in zip(found[place][1], some, strict=True)]
                found[place] = branch, some_more
            else:
                found[place] = branch, some
    return found


def counted(day: date, places: Iterable[int] | None) -> tuple[dict[int, Sequence[int]], set[int]]:
    """Return ({organisation id: numbers as in People} of branches and small groups, ids of the branches of all who were counted).

    places: ids of the only ones that are asked for; None for all, which are read as they are kept where that stands.
    """
    if places is not None:
        return _apart(_added(_lines(day, Q(organisation__in=places) | Q(small_group__in=places))))
    # Asked before what is kept: a fill in between has counted what it takes from those that wait.
    waiting = set(ChangeMark.objects.filter(subject__in=_SUBJECTS).order_by().values_list("organisation", flat=True))
    rows: list[tuple[int, ...]] = []
    if day == clock.today() and len(waiting) <= _WAITING:
        rows = list(HeadCount.objects.filter(day=day).values_list("place", "branch", *People.NAMES))
    if not rows:
        return _apart(_added(_lines(day)))
    if not waiting:
        return {row[0]: row[2:] for row in rows}, {row[1] for row in rows}
    found = {row[0]: (row[1], row[2:]) for row in rows if row[1] not in waiting}
    return _apart(found | _added(_lines(day, Q(organisation__in=waiting))))


def branches_of_wrong_size(user: Actor) -> QuerySet[HeadCount]:
    """Return the kept counts of the branches within reach of `user` that have too few full members or too many members.

    As the last fill counted them; of those without a member nobody says anything yet. Limits: org-branch-3, org-branch-max-50.
    """
    total = F("full") + F("probationary")
    wrong = Q(full__lt=BRANCH_MIN, sized__gt=0) | Q(sized__gt=BRANCH_MAX)
    rows = HeadCount.objects.filter(reach(user, VIEW, "place__"), place=F("branch")).annotate(sized=total)
    return rows.filter(wrong).order_by()


def _apart(found: Mapping[int, tuple[int, Sequence[int]]]) -> tuple[dict[int, Sequence[int]], set[int]]:
    return {place: numbers for place, (_, numbers) in found.items()}, {branch for branch, _ in found.values()}


@one_transaction
def heads_keep(marks: Iterable[ChangeMark]) -> None:
    """Count anew where people have changed by these marks, everywhere on a new day; by the fill, before it drops the marks."""
    today = clock.today()
    days = set(HeadCount.objects.order_by().values_list("day", flat=True).distinct())
    if days != {today}:
        HeadCount.objects.all().delete()
        _keep(today, None)
        return
    branches = {mark.organisation_id for mark in marks if mark.subject in _SUBJECTS}
    if branches:
        HeadCount.objects.filter(branch__in=branches).delete()
        _keep(today, Q(organisation__in=branches))


def _keep(day: date, at: Q | None) -> None:
    HeadCount.objects.bulk_create(
        (
            HeadCount(place_id=place, branch_id=branch, day=day, **dict(zip(People.NAMES, numbers, strict=True)))
            for place, (branch, numbers) in _added(_lines(day, at)).items()
        ),
        batch_size=1000,
    )
