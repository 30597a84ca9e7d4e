"""Talks: counted by the members of a branch who had one, whichever branch they had it in."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from branches.places.models.organisations import Kind
from members.activities.selectors.counting import CountingRecord, Talked, who_talked
from members.roster.models.members import Membership
from members.roster.models.posts import COMMITTEE_SEATS, Post
from members.roster.models.standing import PartyStatus, Standing
from responsibilities.requirements.requirement import Requirement
from responsibilities.requirements.spans import ALWAYS, Span

# Of more branches than these the members are named one by one, so that their number is known to what asks for their talks.
MANY = 50
# (member, first day, last day, exempt from, (first, last) of the days on which his membership was suspended or None).
Stay = tuple[int, date, date, date, Span | None]


class TalksAsked:
    """What is asked of the talks that concern `days`, as they stood on `as_of`, for the branches `ids` (all when None).

    among: a query of the only members of whom anything is asked.
    """

    def __init__(
        self,
        days: Span,
        kinds: Sequence[str],
        ids: Sequence[int] | None,
        as_of: date,
        *,
        narrowed: bool,
        among: QuerySet[Any, Any] | None = None,
    ):
        self.days, self.ids, self.as_of, self.narrowed, self.among = days, ids, as_of, narrowed, among
        self.of_all = ids is None and among is None
        members: Any = among
        if ids is not None and among is None:
            members = Membership.objects.filter(organisation__in=ids).order_by().values_list("member", flat=True)
            members = list(members) if len(ids) > MANY else members
        self.talked = Talked(*days, kinds, members, as_of)

    def reads(self) -> dict[str, QuerySet[Any, Any]]:
        """Return the statements whose rows `read` takes, by name."""
        found: dict[str, QuerySet[Any, Any]] = {"rosters": _rosters(self.days, self.ids, self.among)}
        if not self.of_all:
            found["talks"] = self.talked.rows()
        return found

    def read(self, rows: Mapping[str, Iterable[Any]]) -> "Talks":
        """Return the Talks. rows: what the statements gave."""
        had = self.talked.had_by_all() if self.of_all else self.talked.had(rows["talks"])
        rosters = _by_branch(rows["rosters"])
        if not self.narrowed:
            return Talks(rosters, had, {}, {})
        records = {record.activity for mine in had.values() for record in mine}
        return Talks(rosters, had, who_talked(records, self.as_of), _seats(self.days))


@dataclass(frozen=True)
class Talks:
    """rosters: {branch: [Stay]}. had: {member: [CountingRecord]}.

    partners, seats: who took part in each record, and {member: [(first, last)]} of seats on a committee; read only where
    the agency lets nothing but a talk with the committee count.
    """

    rosters: dict[int, list[Stay]]
    had: dict[int, list[CountingRecord]]
    partners: dict[int, set[int]]
    seats: dict[int, list[tuple[date, date]]]

    def members_on(self, place: int, day: date, *, exempt: bool = False) -> set[int]:
        """Return the ids of the members of a branch on a day of whom anything is owed. exempt: those too who are exempt."""
        return {
            member
            for member, starts, ends, exempt_from, free in self.rosters.get(place, ())
            if starts <= day <= ends and (exempt or exempt_from > day) and not (free and free[0] <= day <= free[1])
        }

    def count(
        self,
        row: Requirement,
        day: date,
        is_late: Callable[[CountingRecord, str], bool],
        *,
        narrowed: bool,
        among: Collection[int] | None = None,
    ) -> None:
        """Fill a row of a branch: expected are its members of `day`, done those who had a talk. among: no others (ids)."""
        owed = self.members_on(row.organisation, day, exempt=among is not None)
        owed &= owed if among is None else set(among)
        early: set[int] = set()
        late: set[int] = set()
        entered: set[int] = set()
        records: dict[int, CountingRecord] = {}
        for member in owed:
            for record in self.had.get(member, ()):
                met = record.meets(row.period)
                if met is not None and (not narrowed or self._with_committee(member, record)):
                    records[record.activity] = record
                    (late if is_late(record, met) else early).add(member)
                    if not row.held_late(record.day, makes_up=record.makes_up_for is not None):
                        entered.add(member)
        late -= early
        row.expected, row.on_time, row.late, row.made_up = len(owed), len(early), len(late), len(late - entered)
        row.records = [record.activity for record in sorted(records.values(), key=lambda one: (one.day, one.activity))]
        row.missing = sorted(owed - early - late)

    def _with_committee(self, member: int, record: CountingRecord) -> bool:
        """Whether anybody else in the talk held a seat on a committee that day."""
        others = self.partners.get(record.activity, set()) - {member}
        return any(first <= record.day <= last for other in others for first, last in self.seats.get(other, ()))


def _rosters(days: Span, ids: Sequence[int] | None, among: QuerySet[Any, Any] | None) -> QuerySet[Any, Any]:
    rows = Membership.objects.filter(member__joined_on__isnull=False).in_force_during(*days)
    if among is not None:
        rows = rows.filter(member__in=among)
    if ids is not None:
        rows = rows.filter(organisation__in=ids)
    # Whose membership is suspended is owed nothing and owes nothing meanwhile; of two suspensions in the days asked for the later.
    free = PartyStatus.objects.filter(member=OuterRef("member"), state=Standing.SUSPENDED).in_force_during(*days)
    free = free.order_by("-starts")
    rows = rows.annotate(free_from=Subquery(free.values("starts")[:1]), free_to=Subquery(free.values("ends")[:1]))
    columns = ("organisation", "member", "starts", "ends", "member__joined_on", "member__exempt_from")
    return rows.order_by().values_list(*columns, "free_from", "free_to")


def _by_branch(rows: Iterable[Any]) -> dict[int, list[Stay]]:
    rosters: dict[int, list[Stay]] = {}
    for place, member, starts, ends, joined, exempt, free_from, free_to in rows:
        free = (free_from, free_to or ALWAYS) if free_from else None
        stay = (member, max(starts, joined or starts), ends or ALWAYS, exempt or ALWAYS, free)
        rosters.setdefault(place, []).append(stay)
    return rosters


def _seats(days: Span) -> dict[int, list[Span]]:
    # The article speaks of the branch's committee: a seat above it makes nobody one of its members.
    rows = Post.objects.filter(kind__in=COMMITTEE_SEATS).in_force_during(*days)
    rows = rows.exclude(organisation__kind__in=(Kind.PARTY_GROUP, Kind.COMMITTEE))
    seats: dict[int, list[Span]] = {}
    for member, starts, ends in rows.values_list("member", "starts", "ends"):
        seats.setdefault(member, []).append((starts or date.min, ends or ALWAYS))
    return seats
