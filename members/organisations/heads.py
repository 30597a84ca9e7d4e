"""How many Party members belong where today: counted, and kept for who shows thousands of places.

Each fill of the facts counts anew where people have changed since the one before, and everything on a new day (ages, dates of joining).
Where a change waits for its fill the reader counts himself, so what is shown is always what stands.
"""

from calendar import monthrange
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from django.db.models import Count, F, Q, QuerySet

from branches.jobs.marks import ROSTER
from branches.jobs.models import ChangeMark
from branches.reach.reach import reach
from branches.reach.rights import VIEW
from common import clock
from common.database import one_transaction
from common.operator import Actor
from members.organisations.models import HeadCount
from members.roster.models.members import PARTY_STAGES, Membership, stands
from members.roster.models.standing import Standing

# Subjects of the marks that whoever writes people or where they belong leaves at the branch.
SUBJECTS = ("membership", ROSTER)
# A branch has three full members at least and generally fifty members at most (支部工作条例 article 4).
BRANCH_MIN, BRANCH_MAX = 3, 50

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


# The same of the kept counts of branches, with `sized` = SIZED.
SIZED = F("full") + F("probationary") + F("other")
WRONG_SIZE = Q(full__lt=BRANCH_MIN, sized__gt=0) | Q(sized__gt=BRANCH_MAX)


def of_wrong_size(numbers: Sequence[int]) -> bool:
    """Whether a branch with these numbers of people has members, and too few full ones or too many (org-branch-3, org-branch-max-50)."""
    people = People(numbers)
    return people.total() > 0 and (people["full"] < BRANCH_MIN or people.total() > BRANCH_MAX)


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


def head_lines(day: date, at: Q | None = None) -> Iterator[tuple[int, int | None, list[int]]]:
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


def added(lines: Iterable[tuple[int, int | None, Sequence[int]]]) -> dict[int, tuple[int, Sequence[int]]]:
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


def branches_of_wrong_size(user: Actor) -> QuerySet[HeadCount]:
    """Return the kept counts of the branches within reach of `user` that have too few full members or too many members.

    As the last fill counted them; of those without a member nobody says anything yet. Limits: org-branch-3, org-branch-max-50.
    """
    rows = HeadCount.objects.filter(reach(user, VIEW, "place__"), place=F("branch")).annotate(sized=SIZED)
    return rows.filter(WRONG_SIZE).order_by()


@one_transaction
def heads_keep(marks: Iterable[ChangeMark]) -> None:
    """Count anew where people have changed by these marks, everywhere on a new day; by the fill, before it drops the marks."""
    today = clock.today()
    days = set(HeadCount.objects.order_by().values_list("day", flat=True).distinct())
    if days != {today}:
        HeadCount.objects.all().delete()
        _keep(today, None)
        return
    branches = {mark.organisation_id for mark in marks if mark.subject in SUBJECTS}
    if branches:
        HeadCount.objects.filter(branch__in=branches).delete()
        _keep(today, Q(organisation__in=branches))


def _keep(day: date, at: Q | None) -> None:
    HeadCount.objects.bulk_create(
        (
            HeadCount(place_id=place, branch_id=branch, day=day, **dict(zip(People.NAMES, numbers, strict=True)))
            for place, (branch, numbers) in added(head_lines(day, at)).items()
        ),
        batch_size=1000,
    )
