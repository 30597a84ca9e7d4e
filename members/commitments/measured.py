"""Pledges in facts and behind what is owed: how many of a year were kept, who has published his."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date

from django.db.models import F, Q

from members.commitments.models import PUBLIC, Commitment, Pledge
from members.commitments.rules import Tally, due_of, personal_due
from members.commitments.selectors.rosters import pledgers

FULFILLED = "commitments.fulfilled"


def judged_on(year: int, as_of: date) -> date:
    """Return the day whose rosters a year is judged by: where somebody is at its end, his commitment counts."""
    return min(date(year, 12, 31), as_of)


def year_counts(
    year: int, places: Collection[int] | None, as_of: date
) -> Iterator[tuple[int, str, int, int | None, int, int]]:
    """Yield (branch id, measure, numerator, denominator, late, overdue) of a year as it stands on a day, in two statements.

    Kept pledges, those kept in part as late, of the published ones that are due or judged; nothing of who is exempt.
    """
    there = pledgers(judged_on(year, as_of), places)
    mine = {one.member: place for place, rows in there.items() for one in rows if not one.exempt}
    tallies: dict[int, Tally] = {}
    for member, own, said, confirmed, confirmed_on, due in _pledged(year, places, as_of):
        if member in mine:
            grade = confirmed if confirmed and confirmed_on <= as_of else own if own and said <= as_of else ""
            tallies.setdefault(mine[member], Tally()).count(grade, due, as_of)
    for place, one in sorted(tallies.items()):
        if one.owed:
            yield place, FULFILLED, one.done, one.owed, one.partly, one.open


def _pledged(year: int, places: Collection[int] | None, as_of: date):
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
    for member, *rest, _pk in rows.order_by().values_list("commitment__member", *columns):
        yield member, *rest


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


def promised(year: int, places: Collection[int] | None, as_of: date, *, day: date | None = None) -> dict[int, Promised]:
    """Return {branch id: Promised} of a year as it stands on `as_of`; day: of the roster, by default that of judging. Three statements.

    Who joined after the agency's day is among those who owe from his own day on, or once he has published.
    """
    general = due_of(year)
    rows = Commitment.objects.filter(year=year, state__in=PUBLIC, published_on__lte=as_of).order_by()
    published = {
        member: (day, review is not None and review <= as_of)
        for member, day, review in rows.values_list("member", "published_on", "appraised_in__day")
    }
    found: dict[int, Promised] = {}
    for place, people in pledgers(day or judged_on(year, as_of), places).items():
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


def of_members(year: int, members: Collection[int], as_of: date) -> dict[int, tuple[date, list[tuple[str, date]]]]:
    """Return {member id: (day of publication, [(grade, due)])} of published commitments, for the duties of members."""
    rows = Pledge.objects.standing().filter(
        commitment__member__in=members, commitment__year=year, commitment__state__in=PUBLIC
    )
    rows = rows.filter(commitment__published_on__lte=as_of).order_by("order")
    found: dict[int, tuple[date, list[tuple[str, date]]]] = {}
    for member, on, own, confirmed, due in rows.values_list(
        "commitment__member", F("commitment__published_on"), "own", "confirmed", "due"
    ):
        found.setdefault(member, (on, []))[1].append((confirmed or own, due))
    return found
