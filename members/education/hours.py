"""Hours of study of members: the one definition for pages, duties, a cadre's record and reports (mechanisms I-2).

A record counts once, whatever its kinds, when it counts for one of its hosts, one of its kinds counts as study on its day, and
the member was there, in the room or online, or taught it. Where nobody entered whether he was, its length is unknown to him, as
that of a record without times is to all. Hours follow the person from branch to branch.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Q

from branches.places.models.organisations import Kind, Organisation
from members.activities.models import ATTENDING, Activity, ActivityKindCode, Attendance, AttendanceState, Length
from members.activities.selectors.counting import CountingRecord, Records
from members.activities.selectors.then import corrected_since
from members.activities.study import STUDY_KINDS, StudyRules, credited, study_rules
from members.education.rules import Lived, Span
from members.roster.models.members import Member, Membership
from members.roster.models.standing import PARTY_STAGES, Away, AwayKind, PartyStatus, StageSpell, Standing

# He was there, or nobody entered whether he was.
STATES = (*ATTENDING, AttendanceState.NOT_RECORDED)
# While he stands so, or is abroad, no hours are asked of him.
SPARED = (Standing.SUSPENDED, Standing.LOST, Standing.LEFT)


@dataclass(frozen=True)
class Studied:
    """What somebody studied: known minutes, how many records are of unknown length, and [(record id, minutes or None)]."""

    minutes: int = 0
    unknown: int = 0
    records: list[tuple[int, int | None]] = field(default_factory=list)


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


def studied(members: Collection[int], first: date, last: date, as_of: date) -> dict[int, Studied]:
    """Return {member id: Studied} between two days as known on `as_of`; a constant number of statements."""
    rules, then = study_rules(), corrected_since(as_of)
    names = dict(Member.objects.filter(pk__in=members).order_by().values_list("pk", "name"))
    homes = _homes(members, first, last)
    near = Q(day__range=(first, last)) | Q(makes_up_for__range=(first, last))
    there = Attendance.objects.filter(member__in=members, state__in=STATES).order_by().values("activity")
    rows = Activity.objects.filter(near, kinds__kind__in=STUDY_KINDS).order_by()
    # Each by its own index: an OR of the two would read the installation.
    named = {
        pk
        for (pk,) in rows.filter(pk__in=there)
        .values_list("pk")
        .union(
            rows.filter(chair__in=members).values_list("pk"),
            rows.filter(lecturer_name__in=names.values()).values_list("pk"),
        )
    }
    named |= {one.activity for one in then}
    asked = Records(first, last, STUDY_KINDS, [], as_of, named=named)
    counted = [
        row
        for row in asked.counted(asked.counted_rows())
        if rules.counts(row.kind, row.day) and in_span(row, first, last)
    ]
    lectures = {row.activity for row in counted if row.kind == ActivityKindCode.LECTURE}
    best = best_of(counted)
    present = _present(members, best, as_of, ATTENDING)
    unsure = _present(members, best, as_of, (AttendanceState.NOT_RECORDED,))
    lengths: dict[int, Length] = {}
    columns = Activity.objects.filter(pk__in=best).order_by()
    for pk, chair, lecturer, *length in columns.values_list("pk", "chair", "lecturer_name", *Length.COLUMNS):
        lengths[pk] = Length(*length)
        for member in _teachers(Taught(pk, chair, lecturer.strip(), pk in lectures), names, homes, counted):
            if member in present:
                present[member].add(pk)
    for one in then:
        if one.activity in best:
            lengths[one.activity] = one.length
    return {
        pk: summed((best[row] for row in present[pk] | unsure[pk]), lengths, rules, unsure[pk] - present[pk])
        for pk in members
    }


def _homes(members: Collection[int], first: date, last: date) -> dict[int, list[tuple[set[int], date, date]]]:
    """Return {member id: [({his branch and its small groups}, first day, last day)]}."""
    rows = Membership.objects.in_force_during(first, last).filter(member__in=members).order_by()
    spells = list(rows.values_list("member_id", "organisation_id", "starts", "ends"))
    groups: dict[int | None, set[int]] = defaultdict(set)
    below = Organisation.objects.filter(parent__in={row[1] for row in spells}, kind=Kind.SMALL_GROUP).order_by()
    for pk, parent in below.values_list("pk", "parent"):
        groups[parent].add(pk)
    found: dict[int, list[tuple[set[int], date, date]]] = defaultdict(list)
    for member, place, starts, ends in spells:
        found[member].append(({place, *groups[place]}, starts, ends or date.max))
    return found


def _present(
    members: Collection[int], records: Collection[int], as_of: date, states: Collection[str]
) -> dict[int, set[int]]:
    """Return {member id: {ids of the records at which he stands so}}, of corrected ones as they said it on `as_of`."""
    rows = Attendance.objects.filter(member__in=members, activity__in=records, state__in=states).order_by()
    found: dict[int, set[int]] = {pk: set() for pk in members}
    for member, activity in rows.values_list("member_id", "activity_id"):
        found[member].add(activity)
    for one in corrected_since(as_of):
        for member in members:
            found[member].discard(one.activity)
            if one.activity in records and one.states.get(member) in states:
                found[member].add(one.activity)
    return found


@dataclass(frozen=True)
class Taught:
    """One record and who taught. lecturer: his name as written, "" where none is; lecture: whether it is one."""

    pk: int
    chair: int | None
    lecturer: str
    lecture: bool


def _teachers(
    record: Taught,
    names: Mapping[int, str],
    homes: Mapping[int, list[tuple[set[int], date, date]]],
    counted: Iterable[CountingRecord],
) -> set[int]:
    """Return the ids of the members who taught: the chair of a lecture that names nobody, else whoever's name it says in his own
    branch; a name alone says nothing elsewhere."""
    if not record.lecturer:
        return {record.chair} if record.lecture and record.chair is not None else set()
    named = [member for member, name in names.items() if name == record.lecturer]
    held = [row for row in counted if row.activity == record.pk] if named else []
    return {
        member
        for member in named
        for row in held
        for places, starts, ends in homes.get(member, ())
        if row.organisation in places and starts <= row.day <= ends
    }


def lived(members: Collection[int], first: date, last: date) -> dict[int, Lived]:
    """Return {member id: Lived} between two days; a constant number of statements."""
    belonged = _spans(Membership.objects.in_force_during(first, last), members)
    party = _spans(StageSpell.objects.in_force_during(first, last).filter(stage__in=PARTY_STAGES), members)
    stood = _spans(PartyStatus.objects.in_force_during(first, last).filter(state__in=SPARED), members)
    abroad = _spans(Away.objects.in_force_during(first, last).filter(kind=AwayKind.ABROAD), members)
    exempt = dict(Member.objects.filter(pk__in=members).order_by().values_list("pk", "exempt_from"))
    return {pk: Lived(belonged[pk], party[pk], [*stood[pk], *abroad[pk]], exempt.get(pk)) for pk in members}


def _spans(rows: Any, members: Collection[int]) -> dict[int, list[Span]]:
    found: dict[int, list[Span]] = defaultdict(list)
    for member, starts, ends in rows.filter(member__in=members).order_by().values_list("member_id", "starts", "ends"):
        found[member].append((starts or date.min, ends or date.max))
    return found
