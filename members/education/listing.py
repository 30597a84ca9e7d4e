"""Who is behind with his hours of a year, branch by branch, for whoever keeps the rosters."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, QuerySet

from branches.places.models.organisations import Kind, Organisation
from branches.reach import access
from branches.reach.rights import MEMBERS
from common import clock
from common.operator import Actor
from members.education.models import StudyState
from members.education.owed import StudyYear, study_years
from members.roster.models.members import Member, Membership
from members.roster.models.standing import PARTY_STAGES, StageSpell


@dataclass(frozen=True)
class BranchHours:
    """How the members of a branch who owe hours stand. unknown: have records of unknown length and too few hours known."""

    branch: Organisation
    owing: int
    met: int
    behind: int
    unknown: int


def branches_kept(user: Actor) -> QuerySet[Organisation]:
    """Return the branches whose rosters `user` keeps, in the order of the tree."""
    kept = access.organisations_for(user, MEMBERS).order_by().values("pk")
    rows = Organisation.objects.filter(pk__in=kept, kind=Kind.BRANCH, archived_on__isnull=True)
    return rows.select_related("parent").in_tree_order()


def day_of(year: int) -> date:
    """Return the day whose roster is asked of a year: its last, or today."""
    return min(clock.today(), date(year, 12, 31))


def hours_of(branch: Organisation, year: int) -> list[tuple[Member, StudyYear]]:
    """Return [(member, StudyYear)] of a branch in the order of its roster; a constant number of statements."""
    members = list(Member.objects.on_roster(branch, day_of(year)).order_by("pk"))
    found = study_years([row.pk for row in members], year)
    return [(row, found[row.pk]) for row in members]


def hours_each(branches: Sequence[Organisation], year: int) -> list[BranchHours]:
    """Return the BranchHours of each branch, in their order; a constant number of statements."""
    day = day_of(year)
    party = StageSpell.objects.in_force(day).filter(member=OuterRef("member"), stage__in=PARTY_STAGES).order_by()
    rows = Membership.objects.in_force(day).filter(Exists(party), organisation__in=[row.pk for row in branches])
    people: dict[int, list[int]] = defaultdict(list)
    for member, place in rows.order_by().values_list("member_id", "organisation_id"):
        people[place].append(member)
    found = study_years([pk for there in people.values() for pk in there], year)
    return [_counted(branch, [found[pk] for pk in people[branch.pk]]) for branch in branches]


def _counted(branch: Organisation, rows: Iterable[StudyYear]) -> BranchHours:
    owing = [row for row in rows if row.owed]
    return BranchHours(
        branch,
        len(owing),
        sum(row.state == StudyState.MET for row in owing),
        sum(row.behind for row in owing),
        sum(row.state != StudyState.MET and row.known.unknown > 0 for row in owing),
    )
