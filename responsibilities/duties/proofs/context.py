"""What the sources of proof read, once for all of them: places, people, records and attendance of one year."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import Case, Q, Value, When

from branches.places.models.organisations import Kind
from common.periods import Period
from common.together import read_or_each
from members.activities.models import Activity, Attendance, Length
from members.activities.selectors.counting import (
    ON_TIME,
    CountingRecord,
    Records,
    Uncounted,
    is_vouched,
)
from members.activities.selectors.then import Then, corrected_since
from members.activities.selectors.topics import topics_of
from members.activities.study import StudyRules, study_rules
from members.care.selectors.occasions import occasion_reads
from members.commitments.measured import promised_reads
from members.development.measured import cases_at
from responsibilities.duties.models import Duty, Level
from responsibilities.duties.proofs import scope
from responsibilities.duties.proofs.asks import kinds_of, topic_of
from responsibilities.duties.proofs.persons import CONTACT, FEW, Persons
from responsibilities.duties.slot import DutySlot
from responsibilities.duties.templates import template
from responsibilities.work.stages import SyncPoint, sync_points

DETAILED = frozenset({"chaired", "lectures", "hours", "talks", "contact", "care"})
# In whose records a leader is named in title or minutes.
NAMING = frozenset({CONTACT, "care"})


@dataclass(frozen=True)
class Detail:
    """What else a source asks of a record: who chaired or taught, what it says of how long it took, which of the words looked for it holds."""

    chair: int | None
    chair_name: str
    lecturer: str
    length: Length
    words: frozenset[str]


class ProofContext(Persons):
    """Duties of one year, judged on one day: what is read of their persons, and of places, records and business work."""

    @cached_property
    def _groups(self) -> dict[int | None, list[int]]:
        groups: dict[int | None, list[int]] = {}
        for row in self.places.values():
            if row.kind == Kind.SMALL_GROUP:
                groups.setdefault(row.parent_id, []).append(row.pk)
        return groups

    def with_groups(self, branch: int) -> tuple[int, ...]:
        """Return the ids of a branch and of the small groups in it."""
        return (branch, *self._groups.get(branch, ()))

    def below(self, top: int, place: int) -> bool:
        """Whether the organisation with id `place` is `top` (an id) or lies below it today."""
        return place in self.places and self.places[top].contains(self.places[place])

    @cached_property
    def _looked_at(self) -> Records:
        """The records that are looked at: of these organisations (None: all), and those that name a person asked for."""
        named = {pk for (pk,) in self._persons.get("named", ())}
        places = scope.places_of_records(self)
        return Records(self.span.first, self.span.last, self.kinds, places, self.as_of, named=named)

    @cached_property
    def _found(self) -> dict[str, Any]:
        """What is read of the records and of the persons: of a few lists in one statement."""
        reads: dict[str, Any] = {}
        if self.kinds:
            reads["counted"], reads["uncounted"] = self._looked_at.counted_rows(), self._looked_at.uncounted_rows()
        few = self.narrow and len(self.people) <= scope.NARROW
        if few and self.people:
            reads["attendance"] = self._attendance_rows()
        if any(duty.source == "terms" for duty in self.duties):
            reads["terms"] = scope.terms_in_reach(self).values_list("pk", "organisation", "expires", "closed_on")
        if few:
            reads |= self._beside()
        return read_or_each({}, reads, few=few)

    def _beside(self) -> dict[str, Any]:
        """The statements of subjects that tell something of branches, where nothing else is asked of these subjects."""
        reads: dict[str, Any] = {}
        for source, asked in _TOLD_OF_BRANCHES.items():
            branches = self.branches_of(source)
            if branches:
                reads |= {f"{source} {name}": rows for name, rows in asked(self, branches).items()}
        return reads

    def branches_of(self, source: str) -> list[int]:
        """Return the ids of the branches whose duties rest on a source; none where a list of another level does too."""
        lists = [duty.list for duty in self.duties if duty.source == source]
        wide = any(row.level != Level.BRANCH for row in lists)
        return [] if wide else sorted({row.organisation_id for row in lists})

    def read_of(self, source: str) -> dict[str, Any] | None:
        """Return {name: rows} of what was read along of a subject, None where it was not."""
        found = {
            name.removeprefix(f"{source} "): rows for name, rows in self._found.items() if name.startswith(f"{source} ")
        }
        return found or None

    @property
    def terms(self) -> Iterable[tuple[int, int, date, date | None]]:
        """(id, organisation id, day it expires, day it was closed) of the terms that end in the year, or ended before and were not
        renewed, the earliest first.
        """
        return self._found["terms"]

    @cached_property
    def records(self) -> dict[tuple[int, str], list[CountingRecord]]:
        """{(organisation id, kind): [CountingRecord]} of the year."""
        records: dict[tuple[int, str], list[CountingRecord]] = {}
        for row in self._looked_at.counted(self._found.get("counted", ())):
            if self.held_until is not None and row.day > self.held_until:
                continue
            # Nothing is late from before the agency's start.
            fair = row._replace(late=False) if row.late and row.day < self.start else row
            records.setdefault((row.organisation, row.kind), []).append(fair)
        return records

    @cached_property
    def uncounted(self) -> dict[tuple[int, str], list[Uncounted]]:
        """{(organisation id, kind): [Uncounted]}: what was found in the year and does not count, with why (judgement 1.6)."""
        return self._looked_at.uncounted(self._found.get("uncounted", ()))

    def uncounted_of(self, kinds: Iterable[str], places: Iterable[int] | None = None) -> list[Uncounted]:
        """Return the Uncounted of several kinds and organisations (anywhere when None), each record once, in order of days."""
        wanted, where = set(kinds), None if places is None else set(places)
        found = {
            row.activity: row
            for (place, kind), rows in self.uncounted.items()
            if kind in wanted and (where is None or place in where)
            for row in rows
        }
        return sorted(found.values(), key=lambda row: (row.day, row.activity))

    @cached_property
    def then(self) -> Sequence[Then]:
        """The records that were corrected since the day of judging, as they stood on it (decisions 56)."""
        return corrected_since(self.as_of)

    @cached_property
    def study_rules(self) -> StudyRules:
        """The settings about hours of study, over time."""
        return study_rules()

    @cached_property
    def points(self) -> Sequence[SyncPoint]:
        """The SyncPoints of the business work that these duties look at, judged on the day."""
        if self.known is not None and self.known.points is not None:
            return self.known.points
        return sync_points(scope.items_in_reach(self), as_of=self.as_of, held_until=self.held_until)

    def records_of(self, places: Iterable[int], kinds: Iterable[str]) -> list[CountingRecord]:
        """Return the CountingRecords of several organisations and kinds, each record once, as it counts best.

        That is for its own period rather than for an earlier one, in time rather than late.
        """
        records: dict[int, CountingRecord] = {}
        for place in places:
            for kind in kinds:
                for row in self.records.get((place, kind), ()):
                    best = records.setdefault(row.activity, row)
                    if (row.makes_up_for is not None, row.late) < (best.makes_up_for is not None, best.late):
                        records[row.activity] = row
        return sorted(records.values(), key=lambda row: (row.day, row.activity))

    def vouched(
        self, rows: Iterable[CountingRecord], kinds: Iterable[str]
    ) -> tuple[list[CountingRecord], list[CountingRecord]]:
        """Return (those that prove what is owed outside the branch that keeps them, those that wait for their review)."""
        upper = [pk for pk, row in self.places.items() if row.kind in (Kind.PARTY_GROUP, Kind.COMMITTEE)]
        theirs = {row.activity for row in self.records_of(upper, kinds)}
        good: list[CountingRecord] = []
        waiting: list[CountingRecord] = []
        for row in rows:
            (good if row.activity in theirs or is_vouched(row, upper) else waiting).append(row)
        return good, waiting

    def everywhere(self, kinds: Iterable[str]) -> list[CountingRecord]:
        """Return the CountingRecords of these kinds at any organisation, each record once."""
        return self.records_of({place for place, kind in self.records if kind in kinds}, kinds)

    @cached_property
    def details(self) -> dict[int, Detail]:
        """{activity id: Detail} of the year's records of the kinds whose proof asks more than that they exist."""
        words = sorted({known.word for duty in self.duties if (known := template(duty.key))} - {""})
        kinds = sorted({kind for duty in self.duties if _asks_details(duty) for kind in kinds_of(duty)})
        named: dict[str, Any] = {
            f"says_{number}": Case(
                When(Q(title__icontains=word) | Q(content__icontains=word), then=Value(True)), default=Value(False)
            )
            for number, word in enumerate(words)
        }
        rows = Activity.objects.filter(
            Q(day__range=(self.span.first, self.span.last)) | Q(makes_up_for__range=(self.span.first, self.span.last)),
            pk__in=self._of_kinds(kinds),
        ).order_by()
        rows = rows.annotate(**named)
        details: dict[int, Detail] = {}
        for pk, chair, chair_name, lecturer, *rest in rows.values_list(
            "pk", "chair", "chair_name", "lecturer_name", *Length.COLUMNS, *named
        ):
            length, says = Length(*rest[: len(Length.COLUMNS)]), rest[len(Length.COLUMNS) :]
            held = frozenset(word for word, said in zip(words, says, strict=True) if said)
            details[pk] = Detail(chair, chair_name.strip(), lecturer.strip(), length, held)
        for one in self.then:
            said = frozenset(word for word in words if word in f"{one.title}\n{one.content}")
            details[one.activity] = Detail(one.chair, one.chair_name, one.lecturer.strip(), one.length, said)
        return details

    def _of_kinds(self, kinds: Sequence[str]) -> Any:
        """The ids of the records found of these kinds, whether they count or not; where all is read, the statement for them."""
        if not self.narrow:
            return Activity.objects.filter(kinds__kind__in=kinds).order_by().values("pk")
        both: tuple[Mapping[tuple[int, str], Sequence[CountingRecord | Uncounted]], ...] = (
            self.records,
            self.uncounted,
        )
        return {row.activity for found in both for key, rows in found.items() if key[1] in kinds for row in rows}

    @cached_property
    def topics(self) -> dict[int, frozenset[str]]:
        """{activity id: topics} of the year's records of the kinds that a duty asks the topic of."""
        kinds = {kind for duty in self.duties if topic_of(duty) for kind in kinds_of(duty)}
        ids = {row.activity for row in self.everywhere(kinds)}
        return topics_of(Activity.objects.filter(pk__in=ids), self.as_of) if ids else {}

    @cached_property
    def visits(self) -> dict[int, str]:
        """{activity id: title and minutes} of the year's visits to contact branches: there the leader is named."""
        kinds = {kind for duty in self.duties if duty.source in NAMING for kind in kinds_of(duty)}
        ids = {row.activity for row in self.everywhere(kinds)} | {row.activity for row in self.uncounted_of(kinds)}
        rows = Activity.objects.filter(pk__in=ids).order_by().values_list("pk", "title", "content")
        visits = {pk: f"{title}\n{content}" for pk, title, content in rows}
        return visits | {one.activity: f"{one.title}\n{one.content}" for one in self.then if one.activity in ids}

    def _attendance_rows(self) -> Any:
        year = (self.span.first, self.span.last)
        rows = Attendance.objects.filter(Q(activity__day__range=year) | Q(activity__makes_up_for__range=year))
        if len(self.people) <= FEW:
            rows = rows.filter(member__in=self.people)
        return rows.order_by().values_list("member_id", "activity_id", "state")

    @cached_property
    def attendance(self) -> dict[int, dict[int, str]]:
        """{member id: {activity id: state}} of the persons asked for, at the year's records and at those that make up for it."""
        people = self.people
        attendance: dict[int, dict[int, str]] = {}
        for member, activity, state in self._found.get("attendance", self._attendance_rows()) if people else ():
            if member in people:
                attendance.setdefault(member, {})[activity] = state
        for one in self.then:
            for member in people:
                attendance.get(member, {}).pop(one.activity, None)
                if member in one.states:
                    attendance.setdefault(member, {})[one.activity] = one.states[member]
        return attendance

    def own_records(self, member: int, kinds: Iterable[str]) -> dict[int, CountingRecord]:
        """Return the CountingRecords of the member's own branch (its small groups included) while he belonged to it."""
        records: dict[int, CountingRecord] = {}
        for branch, starts, ends in self.homes.get(member, ()):
            for row in self.records_of(self.with_groups(branch), kinds):
                if starts <= row.day <= ends:
                    records.setdefault(row.activity, row)
        return records


# What is asked of some branches and brings few rows, by the source that it proves.
_TOLD_OF_BRANCHES: dict[str, Callable[[ProofContext, list[int]], Mapping[str, Any]]] = {
    "care": lambda of, branches: occasion_reads(of.span.first, of.span.last, branches, of.as_of),
    "commitments": lambda of, branches: promised_reads(of.span.year, branches, of.until),
    "development": lambda of, branches: {"cases": cases_at(of.until, branches).values_list("pk")},
}


def _asks_details(duty: Duty) -> bool:
    known = template(duty.key)
    chairs = duty.source in DETAILED or (duty.source == "debrief" and duty.list.level == Level.PARTY_GROUP_SECRETARY)
    return known is not None and (chairs or bool(known.word))


def tally(slot: DutySlot, records: Iterable[CountingRecord], period: Period) -> DutySlot:
    """Count CountingRecords into a slot: done, late, records; those of another period are left out."""
    on_time = held_late = accepted = 0
    for row in records:
        met = row.meets(period)
        if met is None:
            continue
        held_late += row.day > slot.due or row.day not in period
        slot.done += 1
        accepted += row.accepted
        slot.records.append(row.activity)
        on_time += met == ON_TIME and row.day <= slot.due
    slot.late = max(0, min(slot.done, slot.expected) - on_time)
    slot.waiting = accepted < slot.expected <= slot.done
    slot.late_word = "补办" if held_late else "补录"
    return slot
