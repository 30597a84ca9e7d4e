"""Pledges in facts and behind what is owed: how many of a year were kept, who has published his."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet

from common.together import read_or_each
from members.commitments.models import PUBLIC, Commitment, Pledge
from members.commitments.rules import Tally, due_of, personal_due
from members.commitments.selectors.rosters import Pledger, pledger_rows, pledgers_of
from members.roster.models.members import Membership

FULFILLED = "commitments.fulfilled"
# What concerns so few branches or members is read in one statement.
FEW = 150


def judged_on(year: int, as_of: date) -> date:
    """Return the day whose rosters a year is judged by: where somebody is at its end, his commitment counts."""
    return min(date(year, 12, 31), as_of)


def year_counts(
    year: int, places: Collection[int] | None, as_of: date
) -> Iterator[tuple[int, str, int, int | None, int, int]]:
    """Yield (branch id, measure, numerator, denominator, late, overdue) of a year as it stands on a day.

    One statement of few branches, two of many.

    Kept pledges, those kept in part as late, of the published ones that are due or judged; nothing of who is exempt.
    """
    day = judged_on(year, as_of)
    found = _read({"people": pledger_rows(day, places), "said": _pledged(year, places, as_of)}, places)
    there = pledgers_of(found["people"], day)
    mine = {one.member: place for place, rows in there.items() for one in rows if not one.exempt}
    tallies: dict[int, Tally] = {}
    for member, own, said, confirmed, confirmed_on, due, _ in found["said"]:
        if member in mine:
            grade = confirmed if confirmed and confirmed_on <= as_of else own if own and said <= as_of else ""
            tallies.setdefault(mine[member], Tally()).count(grade, due, as_of)
    for place, one in sorted(tallies.items()):
        if one.owed:
            yield place, FULFILLED, one.done, one.owed, one.partly, one.open


def _read(reads: Mapping[str, QuerySet[Any, Any]], places: Collection[int] | None) -> dict[str, Any]:
    """Return {name: rows} of these statements, read in one where few branches are asked about."""
    return read_or_each({}, reads, few=places is not None and len(places) <= FEW)


def _pledged(year: int, places: Collection[int] | None, as_of: date) -> QuerySet[Pledge, Any]:
    rows = Pledge.objects.filter(
        Q(ended_on__isnull=True) | Q(ended_on__gt=as_of),
        Q(replaces__isnull=True) | Q(replaces__ended_on__lte=as_of),
        commitment__year=year,
        commitment__state__in=PUBLIC,
        commitment__published_on__lte=as_of,
    )
    if places is not None:
        rows = rows.filter(commitment__member__memberships__organisation__in=places).distinct()
    columns = ("own", "said_on", "confirmed", "confirmed_on", "due", "pk")
    return rows.order_by().values_list("commitment__member", *columns)


@dataclass
class Promised:
    """One branch and year: members (ids) who owe a commitment by a day, who published in time and late, and where each is due."""

    owed: list[int] = field(default_factory=list)
    on_time: list[int] = field(default_factory=list)
    late: list[int] = field(default_factory=list)
    appraised: list[int] = field(default_factory=list)

    @property
    def missing(self) -> list[int]:
        done = {*self.on_time, *self.late}
        return [member for member in self.owed if member not in done]


def promised_reads(
    year: int, places: Collection[int] | None, as_of: date, *, day: date | None = None
) -> dict[str, QuerySet[Any, Any]]:
    """Return {name: statement} of what `promised` asks for."""
    day = day or judged_on(year, as_of)
    rows = Commitment.objects.filter(year=year, state__in=PUBLIC, published_on__lte=as_of).order_by()
    if places is not None:
        here = Membership.objects.in_force(day).filter(organisation__in=places).order_by()
        rows = rows.filter(member__in=here.values("member"))
    return {
        "people": pledger_rows(day, places),
        "said": rows.values_list("member", "published_on", "appraised_in__day"),
    }


def promised(
    year: int,
    places: Collection[int] | None,
    as_of: date,
    *,
    day: date | None = None,
    read: Mapping[str, Any] | None = None,
) -> dict[int, Promised]:
    """Return {branch id: Promised} of a year as it stands on `as_of`; day: of the roster, by default that of judging. One
    statement of few branches, two of many. read: the rows of `promised_reads`, for a caller who has read them.

    Who joined after the agency's day is among those who owe from his own day on, or once he has published.
    """
    general = due_of(year)
    day = day or judged_on(year, as_of)
    if read is None:
        read = _read(promised_reads(year, places, as_of, day=day), places)
    published = {member: (on, review is not None and review <= as_of) for member, on, review in read["said"]}
    found: dict[int, Promised] = {}
    for place, people in pledgers_of(read["people"], day).items():
        one = found.setdefault(place, Promised())
        for person in people:
            due = None if person.exempt else personal_due(person.since, year, general)
            on, appraised = published.get(person.member, (None, False))
            if due is None or (due > general and on is None and as_of <= due):
                continue
            one.owed.append(person.member)
            if on is not None:
                (one.on_time if on <= due else one.late).append(person.member)
            if appraised:
                one.appraised.append(person.member)
    return found


def of_members(
    year: int, members: Collection[int], as_of: date, day: date
) -> tuple[dict[int, tuple[date, list[tuple[str, date]]]], dict[int, Pledger]]:
    """Return ({member id: (day of publication, [(grade, due)])} of published commitments, {member id: Pledger of a day}).

    For the duties of members, wherever each belongs. One statement of few, two of many.
    """
    rows = Pledge.objects.standing().filter(
        commitment__member__in=members, commitment__year=year, commitment__state__in=PUBLIC
    )
    rows = rows.filter(commitment__published_on__lte=as_of).order_by("order")
    found: dict[int, tuple[date, list[tuple[str, date]]]] = {}
    said = rows.values_list("commitment__member", F("commitment__published_on"), "own", "confirmed", "due")
    read = _read({"people": pledger_rows(day, among=members), "said": said}, members)
    for member, on, own, confirmed, due in read["said"]:
        found.setdefault(member, (on, []))[1].append((confirmed or own, due))
    people = {one.member: one for there in pledgers_of(read["people"], day).values() for one in there}
    return found, people
