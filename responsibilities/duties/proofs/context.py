"""What the sources of proof read, once for all of them: places, people, records and attendance of one year."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import Case, Q, Value, When

from branches.access.models import User
from branches.places.models.organisations import Kind, Organisation
from common.dated import in_force
from common.periods import YEAR, Period
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
from members.education.hours import SPARED
from members.education.rules import Lived, Span
from members.roster.models.members import Member, Membership
from members.roster.models.posts import PostKind
from members.roster.models.standing import PARTY_STAGES, Away, AwayKind, PartyStatus, StageSpell
from responsibilities.duties.models import Duty, Level
from responsibilities.duties.proofs import scope
from responsibilities.duties.selectors.holders import holders_each
from responsibilities.duties.slot import DutySlot
from responsibilities.duties.templates import template
from responsibilities.portfolios.models import LeaderPortfolio
from responsibilities.work.stages import SyncPoint, sync_points

# Up to so many ids are named to the database; beyond that it is asked for all and the rest looked up.
FEW = 300
# The duty that asks which branches a leader looks after.
CONTACT = "contact"
DETAILED = frozenset({"chaired", "lectures", "hours", "talks", "contact", "care"})
PEOPLE = frozenset(
    {"attendance", "review", "talks", "hours", "chaired", "lectures", "debrief", "led", "contact", "care"}
)
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


class ProofContext:
    """Duties of one year, judged on one day. Each property is one or two statements, asked when a source needs it."""

    def __init__(
        self,
        duties: list[Duty],
        year: int,
        as_of: date,
        holders: Mapping[int, list[User]] | None = None,
        start: date = date.min,
        *,
        held_until: date | None = None,
        known: scope.Known | None = None,
        narrow: bool = False,
    ):
        self.known = known
        self.duties, self.as_of, self.start, self.held_until = duties, as_of, start, held_until
        # The last day of what may prove anything.
        self.until = as_of if held_until is None else min(as_of, held_until)
        self._holders = holders
        self.span = Period(YEAR, year)
        # Who holds, covers and is in charge is asked of this day: what changes after the year does not change the year.
        self.day = min(as_of, self.span.last)
        self.lists = list({duty.list_id: duty.list for duty in duties}.values())
        self.narrow = narrow or len(self.lists) <= scope.NARROW
        self.kinds = sorted({kind for duty in duties for kind in kinds_of(duty)})

    @cached_property
    def places(self) -> dict[int, Organisation]:
        """{organisation id: Organisation} of the tree, as far as these duties look at it."""
        return {row.pk: row for row in scope.tree_in_reach(self)}

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

    def kinds_of(self, duty: Duty) -> tuple[str, ...]:
        """Return the codes of activities that prove a duty."""
        return kinds_of(duty)

    @cached_property
    def holders(self) -> Mapping[int, list[User]]:
        """{list id: [User]} on the day of judging, of a year that is over on its last."""
        return holders_each(self.lists, self.day) if self._holders is None else self._holders

    @cached_property
    def members(self) -> dict[int, list[Member]]:
        """{list id: [Member]}: the persons in the roster behind the holders."""
        users = [user for row in self.lists if row.level != Level.MEMBER for user in self.holders[row.pk] if user.pk]
        # Of most the person was read with the account.
        linked = {user.pk: user.member for user in users if User.member.is_cached(user) and hasattr(user, "member")}
        accounts = {user.pk for user in users if not User.member.is_cached(user)}
        for member in Member.objects.filter(account__in=accounts) if accounts else ():
            linked[member.account_id or 0] = member
        persons: dict[int, list[Member]] = {}
        for row in self.lists:
            if row.member is not None:
                persons[row.pk] = [row.member]
            else:
                persons[row.pk] = [linked[user.pk] for user in self.holders[row.pk] if user.pk in linked]
        return persons

    @cached_property
    def people(self) -> set[int]:
        """Ids of all persons whose presence is asked for, secretaries to be talked with included."""
        asked = {member.pk for duty in self.duties if duty.source in PEOPLE for member in self.members[duty.list_id]}
        return asked.union(*self.secretaries.values())

    @cached_property
    def portfolios(self) -> dict[int, list[LeaderPortfolio]]:
        """{account id: [LeaderPortfolio]} that touch the year, where a leader's list or a duty about contact branches asks."""
        if self.narrow and not any(duty.list.level == Level.LEADER or duty.source == CONTACT for duty in self.duties):
            return {}
        rows = LeaderPortfolio.objects.in_force_during(self.span.first, self.day)
        if self.narrow:
            rows = rows.filter(leader__in={user.pk for users in self.holders.values() for user in users})
        by_leader: dict[int, list[LeaderPortfolio]] = {}
        for row in rows.select_related("contact"):
            by_leader.setdefault(row.leader_id, []).append(row)
        return by_leader

    @cached_property
    def coverage(self) -> dict[int, tuple[set[int], set[int]]]:
        """{department id: ({organisation ids}, {secretaries' member ids})} on the day of judging, in one statement."""
        departments = {row.department_id for rows in self.portfolios.values() for row in rows if row.department_id}
        if not departments:
            return {}
        covering = in_force(self.day, "coverages__", open_start=True)
        rows = Organisation.objects.filter(covering, coverages__department__in=departments).order_by()
        coverage: dict[int, tuple[set[int], set[int]]] = {}
        for department, place, member, kind, starts, ends in rows.values_list(
            "coverages__department", "pk", "posts__member", "posts__kind", "posts__starts", "posts__ends"
        ):
            places, secretaries = coverage.setdefault(department, (set(), set()))
            places.add(place)
            serves = (starts is None or starts <= self.day) and (ends is None or ends >= self.day)
            if kind == PostKind.SECRETARY and serves:
                secretaries.add(member)
        return coverage

    @cached_property
    def secretaries(self) -> dict[int, set[int]]:
        """{account id: {member ids}}: the branch secretaries of the departments in each leader's portfolio."""
        if not any(duty.source == "talks" and duty.list.level == Level.LEADER for duty in self.duties):
            return {}
        return {leader: self._of_portfolios(rows, 1) for leader, rows in self.portfolios.items()}

    def places_in_charge(self, account: int | None) -> set[int]:
        """Return the ids of the organisations that cover the departments in an account's portfolio."""
        return self._of_portfolios(self.portfolios.get(account or 0, ()), 0)

    def _of_portfolios(self, rows: Iterable[LeaderPortfolio], which: int) -> set[int]:
        departments = [row.department_id for row in rows if row.ends is None or row.ends >= self.day]
        nobody: set[int] = set()
        return nobody.union(*(self.coverage[pk][which] for pk in departments if pk and pk in self.coverage))

    @cached_property
    def _persons(self) -> dict[str, Any]:
        """Where the persons asked for belonged, and the records that name one of them, wherever they were held."""
        homes = Membership.objects.in_force_during(self.span.first, self.span.last).order_by()
        few = len(self.people) <= FEW
        if few:
            homes = homes.filter(member__in=self.people)
        reads: dict[str, Any] = {"homes": homes.values_list("member_id", "organisation_id", "starts", "ends")}
        if any(duty.source == "hours" and duty.list.member_id is not None for duty in self.duties):
            reads |= self._standing_rows(few=few)
        naming = scope.records_naming(self)
        if naming is not None:
            reads["named"] = naming
        return read_or_each({}, reads, few=few)

    def _standing_rows(self, *, few: bool) -> dict[str, Any]:
        """What says in which months hours are asked of the persons: stages in the Party, standings and absences that spare them."""
        span = (self.span.first, self.span.last)
        rows: dict[str, Any] = {
            "party": StageSpell.objects.in_force_during(*span).filter(stage__in=PARTY_STAGES),
            "stood": PartyStatus.objects.in_force_during(*span).filter(state__in=SPARED),
            "abroad": Away.objects.in_force_during(*span).filter(kind=AwayKind.ABROAD),
        }
        if few:
            rows = {name: found.filter(member__in=self.people) for name, found in rows.items()}
        return {name: found.order_by().values_list("member_id", "starts", "ends") for name, found in rows.items()}

    @cached_property
    def _lived(self) -> dict[str, dict[int, list[Span]]]:
        found: dict[str, dict[int, list[Span]]] = {}
        for name in ("party", "stood", "abroad"):
            spans = found.setdefault(name, {})
            for member, starts, ends in self._persons.get(name, ()):
                spans.setdefault(member, []).append((starts or date.min, ends or date.max))
        return found

    def lived(self, member: Member) -> Lived:
        """Return in which days of the year somebody belonged here as a Party member, and was spared hours of study."""
        known = {name: spans.get(member.pk, []) for name, spans in self._lived.items()}
        belonged = [(starts, ends) for _, starts, ends in self.homes.get(member.pk, ())]
        return Lived(belonged, known["party"], [*known["stood"], *known["abroad"]], member.exempt_from)

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
        return read_or_each({}, reads, few=few)

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

    @cached_property
    def homes(self) -> dict[int, list[tuple[int, date, date]]]:
        """{member id: [(branch id, first day, last day)]} of the persons asked for."""
        homes: dict[int, list[tuple[int, date, date]]] = {}
        for member, place, starts, ends in self._persons["homes"]:
            homes.setdefault(member, []).append((place, starts, ends or date.max))
        return homes

    def own_records(self, member: int, kinds: Iterable[str]) -> dict[int, CountingRecord]:
        """Return the CountingRecords of the member's own branch (its small groups included) while he belonged to it."""
        records: dict[int, CountingRecord] = {}
        for branch, starts, ends in self.homes.get(member, ()):
            for row in self.records_of(self.with_groups(branch), kinds):
                if starts <= row.day <= ends:
                    records.setdefault(row.activity, row)
        return records


def _asks_details(duty: Duty) -> bool:
    known = template(duty.key)
    chairs = duty.source in DETAILED or (duty.source == "debrief" and duty.list.level == Level.PARTY_GROUP_SECRETARY)
    return known is not None and (chairs or bool(known.word))


def kinds_of(duty: Duty) -> tuple[str, ...]:
    """Return the codes of activities that prove a duty, from its template."""
    known = template(duty.key)
    return known.kinds if known else ()


def topic_of(duty: Duty) -> str:
    """Return the topic (a Topic) that a record must be about to prove a duty, "" for any."""
    known = template(duty.key)
    return known.topic if known else ""


def word_of(duty: Duty) -> str:
    """Return the word that a record must hold to prove a duty, "" for any."""
    known = template(duty.key)
    return known.word if known else ""


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
