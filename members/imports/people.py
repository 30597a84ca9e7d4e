"""People as ledgers name them, and who was expected where on a day: of the database and of the file together."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Q

from branches.places.models.organisations import Kind
from common.text import fold, person_name
from members.activities.models import ActivityKindCode as Code
from members.activities.models.codes import picks
from members.roster.models.members import Member, Membership
from members.roster.models.posts import COMMITTEE_SEATS, Post

_BRACKETS = re.compile(r"[(（\[【][^()（）\[\]【】]*[)）\]】]")
_TITLE = re.compile(r"(?:同志|书记|副书记|委员|组长|副组长|处长|副处长|局长|副局长|主任|副主任)$")
# Names in which nothing is written in two ways: most are.
_PLAIN = re.compile(r"[\u4e00-\u9fff0-9a-z]+")
# So many people are named to the database at a time.
_CHUNK = 1000


def bare_names(text: str) -> Iterator[str]:
    """Yield the forms under which a name is looked for, one after the other until one is known: without brackets, without titles."""
    bare = fold(person_name(_BRACKETS.sub("", text)))
    yield bare
    while (match := _TITLE.search(bare)) and match.start() >= 2:
        bare = bare[: match.start()]
        yield bare


def _key(name: str) -> str:
    """Return the form of a kept name that `bare_names` may give."""
    return name if _PLAIN.fullmatch(name) else fold(person_name(name))


@dataclass(frozen=True)
class Asked:
    """Whom a ledger may mean. places: ids of the organisations on whose rosters it looks; names: forms of `bare_names`, wherever
    somebody bears one.
    """

    places: Collection[int]
    names: Collection[str]


@dataclass(eq=False, slots=True)
class Person:
    """One person. spans: [(branch, small group or None, first day, last day or None)] as Places; seats: [(place, kind,
    first, last)]; `pk` None until written."""

    name: str
    joined_on: date | None = None
    full_on: date | None = None
    pk: int | None = None
    spans: list = field(default_factory=list)
    seats: list = field(default_factory=list)
    member: Member | None = None
    row: int | None = None

    def probationary_on(self, day):
        return self.joined_on is not None and self.joined_on <= day and (self.full_on is None or day < self.full_on)

    def there_on(self, place, day):
        """Tell whether the person belongs to a branch or small group on `day`."""
        return any(
            place in (branch, group) and starts <= day and (ends is None or day <= ends)
            for branch, group, starts, ends in self.spans
        )


_SPAN = ("member_id", "organisation_id", "small_group_id", "starts", "ends")
_SEAT = ("member_id", "organisation_id", "kind", "starts", "ends")


def _parts(ids):
    for start in range(0, len(ids), _CHUNK):
        yield ids[start : start + _CHUNK]


class People:
    """Everybody that a name of the ledgers may mean, and the rosters made of them."""

    def __init__(self):
        self.all = []
        self.by_index = {}
        self.names = {}
        self._by_place = {}
        self._seats = {}
        self._rosters = {}

    @classmethod
    def load_asked(cls, places, asked):
        """Read what is asked of: who bears one of the names, who ever belonged to or held a seat at one of the organisations, and of
        these days there. `places`: the Places they refer to.
        """
        people, by_pk = cls(), {}
        here = Q(organisation__in=asked.places) | Q(small_group__in=asked.places)
        spans = list(Membership.objects.filter(here).order_by("starts", "pk").values_list(*_SPAN))
        posts = list(Post.objects.filter(organisation__in=asked.places).order_by("pk").values_list(*_SEAT))
        named = Member.objects.order_by().values_list("pk", "name").iterator()
        wanted = {pk for pk, name in named if _key(name) in asked.names}
        wanted.update(row[0] for row in spans)
        wanted.update(row[0] for row in posts)
        for part in _parts(sorted(wanted)):
            rows = Member.objects.filter(pk__in=part).order_by("pk")
            for member in rows.only("name", "joined_on", "full_on", "votes_from"):
                by_pk[member.pk] = person = Person(member.name, member.joined_on, member.full_since, member.pk)
                people.add(person)
        people._settle(by_pk, spans, posts, places)
        return people

    @classmethod
    def load(cls, places):
        """Read all members, memberships and posts; `places`: the Places they refer to."""
        people = cls()
        by_pk = {}
        for member in Member.objects.order_by("pk").prefetch_related("party_statuses"):
            person = Person(member.name, member.joined_on, member.full_since, member.pk, member=member)
            by_pk[member.pk] = person
            people.add(person, member.identity_index)
        spans = Membership.objects.order_by("starts", "pk").values_list(*_SPAN)
        posts = Post.objects.order_by("pk").values_list(*_SEAT)
        people._settle(by_pk, spans, posts, places)
        return people

    def _settle(self, by_pk, spans, posts, places):
        """Give people their days at organisations and their seats; who was registered since they were read is not among them."""
        for member, branch, group, starts, ends in spans:
            if member in by_pk:
                self.place(by_pk[member], (places.by_pk[branch], places.by_pk.get(group), starts, ends))
        for member, organisation, kind, starts, ends in posts:
            if member in by_pk:
                self.seat(by_pk[member], (places.by_pk[organisation], kind, starts, ends))

    def add(self, person, index=None):
        self.all.append(person)
        if index:
            self.by_index.setdefault(index, person)
        self.know(person)

    def know(self, person):
        """Make a name known without making the person part of any roster (a row that is wrong elsewhere)."""
        self.names.setdefault(fold(person_name(person.name)), []).append(person)

    def place(self, person, span):
        person.spans.append(span)
        for place in span[:2]:
            if place is not None:
                found = self._by_place.setdefault(place, [])
                if person not in found:
                    found.append(person)
        self._rosters.clear()

    def move(self, person, branch, group, on):
        """End the open span and the seats in the branch that is left the day before `on`, as member_transfer will."""
        left = next((span[0] for span in person.spans if span[3] is None), None)
        if left is not None and left is not branch:
            self._leave(person, left, on - timedelta(days=1))
        closed = [
            (*span[:3], on - timedelta(days=1)) if span[3] is None else span
            for span in person.spans
            if span[3] is not None or span[2] < on
        ]
        person.spans[:] = closed
        self.place(person, (branch, group, on, None))

    def _leave(self, person, left, last):
        places = {seat[0] for seat in person.seats if left in (seat[0], seat[0].parent)}
        person.seats[:] = [
            (*seat[:3], last) if seat[0] in places and seat[3] is None else seat for seat in person.seats
        ]
        for place in places:
            self._seats[place] = [
                (*row[:3], last) if row[0] is person and row[3] is None else row for row in self._seats[place]
            ]
        self._rosters.clear()

    def sitting(self, place, kind):
        """Return who holds a seat without an end."""
        return [person for person, held, _, ends in self._seats.get(place, ()) if held == kind and ends is None]

    def seat(self, person, seat):
        person.seats.append(seat)
        self._seats.setdefault(seat[0], []).append((person, *seat[1:]))
        self._rosters.clear()

    def roster(self, place, day):
        """Return the party members of a branch or small group on `day`, as selectors.rosters.roster does."""
        return self._cached("roster", place, day, self._roster)

    def committee(self, place, day):
        """Return who holds a seat on `day`, as selectors.rosters.committee does."""
        return self._cached("committee", place, day, self._committee)

    def expected(self, place, codes, day):
        """Return who is expected at these kinds on `day`, as selectors.rosters.expected does."""
        if picks(codes):
            return []
        if set(codes) == {Code.COMMITTEE_MEETING} and place.kind == Kind.BRANCH:
            return self.committee(place, day)
        return self.roster(place, day)

    def _cached(self, what, place, day, make):
        asked = (what, place, day)
        if asked not in self._rosters:
            self._rosters[asked] = make(place, day)
        return self._rosters[asked]

    def _roster(self, place, day):
        found = self._by_place.get(place, ())
        return [p for p in found if p.joined_on and p.joined_on <= day and p.there_on(place, day)]

    def _committee(self, place, day):
        order = list(COMMITTEE_SEATS)
        seats = [
            (order.index(kind), number, person)
            for number, (person, kind, starts, ends) in enumerate(self._seats.get(place, ()))
            if kind in order and (starts is None or starts <= day) and (ends is None or day <= ends)
        ]
        return list(dict.fromkeys(person for _, _, person in sorted(seats, key=lambda seat: seat[:2])))

    def named(self, text):
        """Return everybody of this name, titles and brackets left aside: `张三（书记）`, `张三同志`."""
        return next((found for bare in bare_names(text) if (found := self.names.get(bare))), [])

    def one_of(self, text, *circles):
        """Return the one person of this name in the first of the `circles` (lists of Persons) that knows it.

        Returns (person or None, how many share the name there).
        """
        named = self.named(text)
        for circle in circles:
            found = [person for person in named if person in circle]
            if found:
                return (found[0], 1) if len(found) == 1 else (None, len(found))
        return None, 0
