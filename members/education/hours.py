"""Hours of study of members: the one definition for pages, duties, a cadre's record and reports (mechanisms I-2).

A record counts once, whatever its kinds, when it counts for one of its hosts, one of its kinds counts as study on its day, and
the member was there, in the room or online, or taught it. Where nobody entered whether he was, its length is unknown to him, as
that of a record without times is to all. Hours follow the person from branch to branch; what he brought from outside counts once
it was confirmed.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.db.models import Q

from branches.places.models.organisations import Kind, Organisation
from common.together import read_or_each
from members.activities.models import ATTENDING, Activity, ActivityKindCode, Attendance, AttendanceState, Length
from members.activities.selectors.counting import CountingRecord, Records
from members.activities.selectors.then import Then, corrected_since
from members.activities.study import STUDY_KINDS, StudyRules, credited, study_rules
from members.education.brought import brought_rows, minutes_of
from members.education.rules import Lived, Span
from members.roster.models.members import Member, Membership
from members.roster.models.standing import PARTY_STAGES, Away, AwayKind, PartyStatus, StageSpell, Standing

# He was there, or nobody entered whether he was.
STATES = (*ATTENDING, AttendanceState.NOT_RECORDED)
# While he stands so, or is abroad, no hours are asked of him.
SPARED = (Standing.SUSPENDED, Standing.LOST, Standing.LEFT)
# Of so many members all is read together; of more each table by its own.
FEW = 300
# What is read along with a record that counts: who taught, how long it took.
_OF_RECORD = ("chair_id", "lecturer_name", *Length.COLUMNS)


@dataclass(frozen=True)
class Studied:
    """What somebody studied: known minutes, how many records are of unknown length, and [(record id, minutes or None)].

    brought: of the minutes those that he studied outside before he came, of which there is no record here.
    """

    minutes: int = 0
    unknown: int = 0
    records: list[tuple[int, int | None]] = field(default_factory=list)
    brought: int = 0


def study_hours(member: Member, first: date, last: date, as_of: date) -> tuple[int, int]:
    """Return (known minutes, records of unknown length) of what a member studied between two days, known on a day."""
    found = studied([member.pk], first, last, as_of)[member.pk]
    return found.minutes, found.unknown


def in_span(record: CountingRecord, first: date, last: date) -> bool:
    """Whether a record belongs between two days: by the day it makes up for, else by its first one."""
    return first <= (record.makes_up_for or record.day) <= last


def best_of(records: Iterable[CountingRecord]) -> dict[int, CountingRecord]:
    """Return {record id: as it counts best}: for its own period rather than for an earlier one, in time rather than late."""
    best: dict[int, CountingRecord] = {}
    for row in records:
        known = best.setdefault(row.activity, row)
        if (row.makes_up_for is not None, row.late) < (known.makes_up_for is not None, known.late):
            best[row.activity] = row
    return best


def summed(
    records: Iterable[CountingRecord], lengths: Mapping[int, Length], rules: StudyRules, unsure: Collection[int] = ()
) -> Studied:
    """Return the Studied of records that count for one person or organisation, each once.

    unsure: ids of those of which nobody entered whether he was there.
    """
    rows = sorted(records, key=lambda row: (row.day, row.activity))
    said = [None if row.activity in unsure else lengths.get(row.activity) for row in rows]
    worth = credited([length or Length(row.day) for row, length in zip(rows, said, strict=True)], rules)
    found = [(row.activity, minutes) for row, minutes in zip(rows, worth, strict=True)]
    return Studied(sum(minutes or 0 for minutes in worth), worth.count(None), found)


@dataclass(frozen=True)
class Study:
    """Of some members and a span of days: {member id: Studied}, {member id: Lived}."""

    known: dict[int, Studied] = field(default_factory=dict)
    lives: dict[int, Lived] = field(default_factory=dict)


def studied(members: Collection[int], first: date, last: date, as_of: date) -> dict[int, Studied]:
    """Return {member id: Studied} between two days as known on `as_of`; a constant number of statements."""
    return study(members, first, last, as_of).known


def study(members: Collection[int], first: date, last: date, as_of: date) -> Study:
    """Return the Study of some members (ids) between two days as known on `as_of`.

    Two statements of few members, ten of many, and the settings.
    """
    if not members:
        return Study()
    found = read_or_each({}, _reads(members, first, last), few=len(members) <= FEW)
    people = list(found["people"])
    stays = list(found["stays"])
    then = corrected_since(as_of)
    attended = list(found["there"])
    named = {activity for _, activity, _ in attended} | {pk for (pk,) in found["taught"]}
    known = _Known(members, {pk: name for pk, name, _ in people}, _homes(stays, found["groups"]), then)
    lives = _lives(people, stays, found)
    studies = known.studied(attended, named, (first, last), as_of)
    for pk, minutes in minutes_of(found["brought"]).items():
        studies[pk] = replace(studies[pk], minutes=studies[pk].minutes + minutes, brought=minutes)
    return Study(studies, lives)


def _reads(members: Collection[int], first: date, last: date) -> dict[str, Any]:
    """Return {name: rows} of who these members were, where they belonged, and at which records of study they were or taught."""
    near = Q(day__range=(first, last)) | Q(makes_up_for__range=(first, last))
    records = Activity.objects.filter(near, kinds__kind__in=STUDY_KINDS).order_by()
    people = Member.objects.filter(pk__in=members).order_by()
    stays = Membership.objects.in_force_during(first, last).filter(member__in=members).order_by()
    groups = Organisation.objects.filter(parent__in=stays.values("organisation"), kind=Kind.SMALL_GROUP).order_by()
    there = Attendance.objects.filter(member__in=members, state__in=STATES, activity__in=records.values("pk"))
    # Each by its own index: an OR of the two would read the installation.
    taught = records.filter(chair__in=members).values_list("pk")
    named = records.exclude(lecturer_name="")
    spells = {
        "party": StageSpell.objects.filter(stage__in=PARTY_STAGES),
        "stood": PartyStatus.objects.filter(state__in=SPARED),
        "abroad": Away.objects.filter(kind=AwayKind.ABROAD),
    }
    return {
        "people": people.values_list("pk", "name", "exempt_from"),
        "stays": stays.values_list("member_id", "organisation_id", "starts", "ends"),
        "groups": groups.values_list("pk", "parent"),
        "there": there.order_by().values_list("member_id", "activity_id", "state"),
        "taught": taught.union(named.filter(lecturer_name__in=people.values("name")).values_list("pk")),
        "brought": brought_rows(members, first, last),
    } | {
        name: rows.in_force_during(first, last)
        .filter(member__in=members)
        .order_by()
        .values_list("member_id", "starts", "ends")
        for name, rows in spells.items()
    }


@dataclass(frozen=True)
class _Known:
    """Who is asked about, and what was corrected since the day on which it is known. homes: as `_homes` has them."""

    members: Collection[int]
    names: Mapping[int, str]
    homes: Mapping[int, list[tuple[set[int], date, date]]]
    then: Sequence[Then]

    def studied(
        self, attended: Iterable[tuple[int, int, str]], named: set[int], days: Span, as_of: date
    ) -> dict[int, Studied]:
        """Return {member id: Studied}. attended: (member, record, state); named: ids of the records that may count for somebody."""
        rules = study_rules()
        named = named | {one.activity for one in self.then}
        asked = Records(*days, STUDY_KINDS, [], as_of, named=named, then=self.then)
        rows = list(asked.counted_rows(*_OF_RECORD))
        counted = [row for row in asked.counted(rows) if rules.counts(row.kind, row.day) and in_span(row, *days)]
        best = best_of(counted)
        said = self._said({row[0]: tuple(row[-len(_OF_RECORD) :]) for row in rows}, best)
        present, unsure = self._present(attended, best)
        lectures = {row.activity for row in counted if row.kind == ActivityKindCode.LECTURE}
        lengths: dict[int, Length] = {}
        called, held = _called(self.names), _held(counted)
        for pk, (chair, lecturer, *length) in said.items():
            lengths[pk] = Length(*length)
            taught = Taught(pk, chair, lecturer.strip(), pk in lectures)
            for member in _teachers(taught, called, self.homes, held[pk]):
                if member in present:
                    present[member].add(pk)
        for one in self.then:
            if one.activity in best:
                lengths[one.activity] = one.length
        return {
            pk: summed((best[row] for row in present[pk] | unsure[pk]), lengths, rules, unsure[pk] - present[pk])
            for pk in self.members
        }

    def _said(self, columns: dict[int, tuple[Any, ...]], best: Collection[int]) -> dict[int, tuple[Any, ...]]:
        """Return {record id: its columns} of those that count; of what counts as it stood then they are read by themselves."""
        missing = [pk for pk in best if pk not in columns]
        if missing:
            rows = Activity.objects.filter(pk__in=missing).order_by().values_list("pk", *_OF_RECORD)
            columns = columns | {pk: tuple(its) for pk, *its in rows}
        return {pk: columns[pk] for pk in best}

    def _present(
        self, attended: Iterable[tuple[int, int, str]], best: Collection[int]
    ) -> tuple[dict[int, set[int]], dict[int, set[int]]]:
        """Return ({member id: {records at which he was}}, {…: of which nobody entered it}); of corrected ones as they said it then."""
        present: dict[int, set[int]] = {pk: set() for pk in self.members}
        unsure: dict[int, set[int]] = {pk: set() for pk in self.members}
        corrected = {one.activity for one in self.then}
        standing = [row for row in attended if row[1] not in corrected]
        earlier = [(member, one.activity, state) for one in self.then for member, state in one.states.items()]
        for member, activity, state in (*standing, *earlier):
            if activity in best and member in present and state in STATES:
                (present if state in ATTENDING else unsure)[member].add(activity)
        return present, unsure


def _homes(
    stays: Iterable[tuple[int, int, date, date | None]], below: Iterable[tuple[int, int | None]]
) -> dict[int, list[tuple[set[int], date, date]]]:
    """Return {member id: [({his branch and its small groups}, first day, last day)]}."""
    groups: dict[int | None, set[int]] = defaultdict(set)
    for pk, parent in below:
        groups[parent].add(pk)
    found: dict[int, list[tuple[set[int], date, date]]] = defaultdict(list)
    for member, place, starts, ends in stays:
        found[member].append(({place, *groups[place]}, starts, ends or date.max))
    return found


def _lives(people: Iterable[Any], stays: Iterable[Any], found: Mapping[str, Iterable[Any]]) -> dict[int, Lived]:
    belonged = _spans((member, starts, ends) for member, _, starts, ends in stays)
    party, stood, abroad = (_spans(found[name]) for name in ("party", "stood", "abroad"))
    return {pk: Lived(belonged[pk], party[pk], [*stood[pk], *abroad[pk]], exempt) for pk, _, exempt in people}


def _spans(rows: Iterable[tuple[int, date | None, date | None]]) -> dict[int, list[Span]]:
    found: dict[int, list[Span]] = defaultdict(list)
    for member, starts, ends in rows:
        found[member].append((starts or date.min, ends or date.max))
    return found


@dataclass(frozen=True)
class Taught:
    """One record and who taught. lecturer: his name as written, "" where none is; lecture: whether it is one."""

    pk: int
    chair: int | None
    lecturer: str
    lecture: bool


def _called(names: Mapping[int, str]) -> dict[str, list[int]]:
    """Return {name: [ids of the members who are called so]}."""
    found: dict[str, list[int]] = defaultdict(list)
    for member, name in names.items():
        found[name].append(member)
    return found


def _held(counted: Iterable[CountingRecord]) -> dict[int, list[CountingRecord]]:
    """Return {record id: as it counts, at each of its hosts}."""
    found: dict[int, list[CountingRecord]] = defaultdict(list)
    for row in counted:
        found[row.activity].append(row)
    return found


def _teachers(
    record: Taught,
    called: Mapping[str, list[int]],
    homes: Mapping[int, list[tuple[set[int], date, date]]],
    held: Iterable[CountingRecord],
) -> set[int]:
    """Return the ids of the members who taught: the chair of a lecture that names nobody, else whoever's name it says in his own
    branch; a name alone says nothing elsewhere."""
    if not record.lecturer:
        return {record.chair} if record.lecture and record.chair is not None else set()
    return {
        member
        for member in called.get(record.lecturer, ())
        for row in held
        for places, starts, ends in homes.get(member, ())
        if row.organisation in places and starts <= row.day <= ends
    }
