"""Which records count for which organisation: the one definition that requirements, measures and pages share."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from typing import Any, NamedTuple

from django.db.models import F, FilteredRelation, IntegerField, Q, QuerySet, Value

from common import clock
from common.periods import Period
from members.activities.models import (
    ATTENDING,
    COUNTING_STATES,
    UNSUBMITTED,
    Activity,
    ActivityHost,
    ActivityJudgement,
    ActivityState,
    Attendance,
    held_by,
)
from members.activities.selectors.then import JudgedThen, Then, corrected_since

ON_TIME, LATE = "on_time", "late"
# Why a record does not count, beside that too few came.
RETURNED = "已退回"
SHORT, INVITED = "short", "invited"
REASONS = {
    ActivityState.RETURNED: RETURNED,
    ActivityState.DRAFT: "尚未提交",
    INVITED: "共同举办，本组织尚未确认",
}


class CountingRecord(NamedTuple):
    """One record as it counts for one organisation and kind; a tuple, as a ministry has a hundred thousand a year.

    day: the date of the activity. makes_up_for: a day of the earlier period it was marked to make up for, or None.
    late: submitted after the days of grace. accepted: reviewed and accepted.
    """

    activity: int
    organisation: int
    kind: str
    day: date
    makes_up_for: date | None
    late: bool
    accepted: bool

    def meets(self, period: Period) -> str | None:
        """Return ON_TIME, LATE, or None when it belongs to another period (decisions 20).

        A record meets the period of its own date; an earlier one only when marked to make up for it, then not its own.
        """
        own = self.day in period
        if self.makes_up_for is not None and self.makes_up_for in period:
            return LATE if self.late or not own else ON_TIME
        if own and self.makes_up_for is None:
            return LATE if self.late else ON_TIME
        return None


# The columns of a CountingRecord.
_COUNTED = ("activity_id", "organisation_id", "kind", "activity__day", "makes_up_for", "late", "activity__state")


class Uncounted(NamedTuple):
    """A record that was found for an organisation and kind and does not count, with why (judgement 1.6)."""

    activity: int
    day: date
    reason: str


# The records of fewer organisations than these are found by their place.
FEW = 50
# Found, and not yet counted for somebody outside the branch that keeps it.
UNREVIEWED = "待审核，通过后计入"


def is_vouched(record: CountingRecord, upper: Collection[int]) -> bool:
    """Whether a record proves what somebody owes outside the branch that keeps it (decisions 74).

    A branch's word about a lecture by a leader, a visit, a debriefing or a training counts once the reviewer has accepted
    it; what an upper level records counts from submission on, as everything an organisation records of itself. upper: ids
    of the upper organisations.
    """
    return record.accepted or record.organisation in upper


def _near(
    first: date, last: date, kinds: Iterable[str], as_of: date | None, then: Sequence[Then] = (), near: Q | None = None
) -> QuerySet[ActivityJudgement]:
    """Judgements of submitted records that concern a day between `first` and `last`, valid or not; without those of `then`.

    near: those of them that are meant, all when None.
    """
    near = near or Q(activity__day__range=(first, last)) | Q(makes_up_for__range=(first, last))
    rows = ActivityJudgement.objects.filter(near, kind__in=kinds, activity__state__in=COUNTING_STATES).order_by()
    if as_of is not None and as_of < clock.today():
        rows = rows.filter(activity__day__lte=as_of).filter(Q(since__isnull=True) | Q(since__lte=as_of))
    if then:
        rows = rows.exclude(activity__in=[row.activity for row in then])
    return rows


def _kept(
    first: date, last: date, kinds: Sequence[str], as_of: date | None, then: Iterable[Then]
) -> Iterator[tuple[Then, JudgedThen]]:
    """Yield what `_near` would of the records of `then`, as they stood on `as_of`."""
    for record in then:
        for row in record.about(first, last, kinds, as_of or clock.today()):
            yield record, row


def _counted(record: Then, row: JudgedThen) -> CountingRecord:
    return CountingRecord(
        record.activity, row.organisation, row.kind, record.day, row.makes_up_for, row.late, accepted=True
    )


class Records:
    """What is asked of the records of some kinds that concern a day between two, and what the answers say.

    A record counts from submission on (decisions 20) for its organisation and from confirmation on for each other host
    (decisions 10), where that host's own people made it a valid meeting of the kind. organisations: ids to look at, all
    when None. as_of: leave out what came later; a record that was corrected since counts as it stood then. named: ids of
    records that are looked at whichever organisation they count for.
    """

    def __init__(
        self,
        first: date,
        last: date,
        kinds: Iterable[str],
        organisations: Iterable[Any] | None = None,
        as_of: date | None = None,
        *,
        named: Collection[int] = (),
        then: Sequence[Then] | None = None,
    ):
        """then: what `corrected_since` gave for `as_of`, where it is read already."""
        self.first, self.last, self.kinds, self.as_of, self.named = first, last, list(kinds), as_of, named
        self.organisations = organisations
        self.then = corrected_since(as_of) if then is None else then

    def _judged(self, columns: Sequence[Any], *, valid: bool) -> list[QuerySet[Any, Any]]:
        """Return the statements, of which no two find the same, that together find all of them."""
        return [self._judged_near(near, valid).values_list(*columns) for near in self._apart()]

    def _judged_near(self, near: Q | None, valid: bool) -> QuerySet[ActivityJudgement]:
        rows = _near(self.first, self.last, self.kinds, self.as_of, self.then, near).filter(valid=valid)
        if self.organisations is None:
            return rows
        return rows.filter(_there(self.organisations, self.named, "organisation", "activity"))

    def _apart(self) -> list[Q | None]:
        """Return the conditions of a day in the span, and of a record that makes up for one: each has its own index.

        Of few organisations, whose records are found by the place, both in one; an OR of the two reads all that was ever recorded.
        """
        if isinstance(self.organisations, list | tuple | set | frozenset) and len(self.organisations) < FEW:
            return [None]
        inside = Q(activity__day__range=(self.first, self.last))
        return [inside, Q(makes_up_for__range=(self.first, self.last)) & ~inside]

    def _unfinished(self) -> QuerySet[Activity]:
        rows = Activity.objects.filter(day__range=(self.first, self.last), kinds__kind__in=self.kinds).order_by()
        rows = rows.filter(state__in=(ActivityState.RETURNED, ActivityState.DRAFT))
        if self.organisations is None:
            return rows
        return rows.filter(_there(self.organisations, self.named, "organisation", "pk"))

    def _unconfirmed(self) -> QuerySet[ActivityHost]:
        days = (self.first, self.last)
        rows = ActivityHost.objects.filter(confirmed_at__isnull=True, activity__day__range=days).order_by()
        rows = rows.filter(activity__kinds__kind__in=self.kinds).exclude(activity__state__in=UNSUBMITTED)
        if self.organisations is None:
            return rows
        return rows.filter(_there(self.organisations, self.named, "organisation", "activity"))

    def counted_rows(self, *beside: str) -> QuerySet[Any, Any]:
        """Return the statement whose rows `counted` takes. beside: columns of the records to read along, behind its own."""
        first, *rest = self._judged((*_COUNTED, *(f"activity__{column}" for column in beside)), valid=True)
        return first.union(*rest, all=True) if rest else first

    def counted(self, rows: Iterable[Any]) -> list[CountingRecord]:
        """Return the CountingRecords."""
        then = _kept(self.first, self.last, self.kinds, self.as_of, self.then)
        kept = [_counted(record, row) for record, row in then if row.valid]
        if self.organisations is not None:
            kept = _within(kept, self.organisations, self.named)
        return kept + [_record(row) for row in rows]

    def uncounted_rows(self) -> QuerySet[Any, Any]:
        """Return the statement whose rows `uncounted` takes."""
        unknown = Value(None, output_field=IntegerField(null=True))
        columns = ("organisation_id", "kind", "activity_id", "activity__day", Value(SHORT), "present", "needed")
        below_quorum, *others = self._judged(columns, valid=False)
        unfinished: Any = self._unfinished().values_list(
            "organisation_id", "kinds__kind", "pk", "day", F("state"), unknown, unknown
        )
        unconfirmed: Any = self._unconfirmed().values_list(
            "organisation_id", "activity__kinds__kind", "activity_id", "activity__day", Value(INVITED), unknown, unknown
        )
        return below_quorum.union(*others, unfinished, unconfirmed, all=True)

    def uncounted(self, rows: Iterable[Any]) -> dict[tuple[int, str], list[Uncounted]]:
        """Return {(organisation, kind): [Uncounted]} of what was found between the days and does not count.

        Below the quorum, returned, not yet submitted, or not yet confirmed by the host.
        """
        found: dict[tuple[int, str], list[Uncounted]] = {}
        for place, kind, pk, day, why, present, needed in rows:
            reason = below(present, needed) if why == SHORT else REASONS[why]
            found.setdefault((place, kind), []).append(Uncounted(pk, day, reason))
        wanted = None if self.organisations is None or not self.then else set(self.organisations)
        for record, row in _kept(self.first, self.last, self.kinds, self.as_of, self.then):
            if not row.valid and (wanted is None or row.organisation in wanted or record.activity in self.named):
                short = Uncounted(record.activity, record.day, below(row.present, row.needed))
                found.setdefault((row.organisation, row.kind), []).append(short)
        return {key: sorted(mine, key=lambda row: (row.day, row.activity)) for key, mine in found.items()}


def _record(row: Sequence[Any]) -> CountingRecord:
    """Return the record of a row of `_COUNTED`; what stands behind these columns is another's."""
    pk, organisation, kind, day, makes_up_for, late, state, *_ = row
    return CountingRecord(pk, organisation, kind, day, makes_up_for, late, state == ActivityState.ACCEPTED)


def counting_records(
    first: date,
    last: date,
    kinds: Iterable[str],
    organisations: Iterable[Any] | None = None,
    as_of: date | None = None,
) -> list[CountingRecord]:
    """Return the CountingRecords of `kinds` that concern a day between `first` and `last`, in one statement; see `Records`."""
    asked = Records(first, last, kinds, organisations, as_of)
    return asked.counted(asked.counted_rows())


def uncounted_records(
    first: date,
    last: date,
    kinds: Iterable[str],
    organisations: Iterable[Any] | None = None,
    as_of: date | None = None,
) -> dict[tuple[int, str], list[Uncounted]]:
    """Return {(organisation, kind): [Uncounted]} of what does not count, in one statement; see `Records`."""
    asked = Records(first, last, kinds, organisations, as_of)
    return asked.uncounted(asked.uncounted_rows())


def _there(organisations: Iterable[Any], named: Collection[int], place: str, record: str) -> Q:
    """The condition «at one of these organisations, or one of the named records»; place, record: paths to both."""
    at = Q(**{f"{place}__in": organisations})
    return at | Q(**{f"{record}__in": named}) if named else at


def _within(
    kept: list[CountingRecord], organisations: Iterable[Any], named: Collection[int] = ()
) -> list[CountingRecord]:
    if not kept:
        return kept
    wanted, records = set(organisations), set(named)
    return [row for row in kept if row.organisation in wanted or row.activity in records]


def uncounted_of(judgements: Iterable[ActivityJudgement]) -> list[str]:
    """Return a sentence for each host and body with whose kinds a saved record does not count because of who came."""
    return [said for _, said in short_meetings(judgements)]


def short_meetings(judgements: Iterable[ActivityJudgement]) -> list[tuple[ActivityJudgement, str]]:
    """Return [(one of them, sentence)] of the judgements below their quorum: kinds of one host and one body in one sentence."""
    together: dict[tuple[int, int | None, int | None], list[ActivityJudgement]] = {}
    for row in judgements:
        if not row.valid:
            together.setdefault((row.organisation_id, row.present, row.needed), []).append(row)
    return [
        (
            rows[0],
            f"{held_by(rows[0].organisation.label, '、'.join(row.get_kind_display() for row in rows))}："
            f"{below(rows[0].present, rows[0].needed)}，不计入应办事项",
        )
        for rows in together.values()
    ]


def below(present: int | None, needed: int | None) -> str:
    """Return why a meeting of so many people is none."""
    return f"到会 {present} 人，不足法定人数 {needed} 人" if present else "无人到会"


# Of more people than these talks are read talk by talk, of fewer person by person.
MANY = 5000


class Talked:
    """What is asked of the talks that people took part in, as host or partner, and what the answers say.

    Talks run between committee members, with members, and among members (支部工作条例): each side has had one. members:
    a queryset (or list) of ids to look at, all when None. The rest as for `Records`.
    """

    def __init__(self, first: date, last: date, kinds: Iterable[str], members: Any = None, as_of: date | None = None):
        self.first, self.last, self.kinds, self.members, self.as_of = first, last, list(kinds), members, as_of
        self.then = corrected_since(as_of)
        self.took_part = Attendance.objects.filter(state__in=ATTENDING).order_by()
        if members is not None:
            self.took_part = self.took_part.filter(member__in=members)

    def _records(self) -> QuerySet[ActivityJudgement]:
        rows = _near(self.first, self.last, self.kinds, self.as_of, self.then)
        rows = rows.filter(valid=True, organisation=F("activity__organisation"))
        if self.members is None:
            return rows
        chaired = Activity.objects.filter(chair__in=self.members).order_by()
        # Each by its own index: an OR of the two would read the installation.
        return rows.filter(activity__in=self.took_part.values("activity").union(chaired.values("pk"), all=True))

    def rows(self) -> QuerySet[Any, Any]:
        """Return the statement whose rows `had` takes: each record once for each of the people who took part, or once.

        For some people alone: of everybody's talks `had_by_all` reads the records and the people apart.
        """
        there = Q(activity__attendance__state__in=ATTENDING)
        if not isinstance(self.members, QuerySet):
            there &= Q(activity__attendance__member__in=self.members)
            if len(self.members) > MANY:
                return self._rows_of_many(there)
        rows = self._records().annotate(there=FilteredRelation("activity__attendance", condition=there))
        return rows.values_list(*_COUNTED, "activity__chair_id", "there__member_id")

    def _rows_of_many(self, there: Q) -> QuerySet[Any, Any]:
        """Return the same from the talks on: what so many people ever attended is more than all talks of the year."""
        rows = _near(self.first, self.last, self.kinds, self.as_of, self.then)
        rows = rows.filter(valid=True, organisation=F("activity__organisation"))
        attended = rows.filter(there).annotate(person=F("activity__attendance__member"))
        led = rows.filter(activity__chair__in=self.members).annotate(person=F("activity__chair"))
        columns = (*_COUNTED, "activity__chair_id", "person")
        return attended.values_list(*columns).union(led.values_list(*columns), all=True)

    def had(self, rows: Iterable[Any]) -> dict[int, list[CountingRecord]]:
        """Return {member id: [CountingRecord]}; of a queryset's members also those of whom they talked with."""
        by_id: dict[int, CountingRecord] = {}
        partners: dict[int, set[int]] = {}
        for *record, chair, member in rows:
            by_id[record[0]] = _record(record)
            partners.setdefault(record[0], set()).update({chair, member} - {None})
        return self._by_member(by_id, partners)

    def had_by_all(self) -> dict[int, list[CountingRecord]]:
        """Return the same of everybody, in two statements."""
        records = self._records()
        by_id: dict[int, CountingRecord] = {}
        partners: dict[int, set[int]] = {}
        for *record, chair in records.values_list(*_COUNTED, "activity__chair_id"):
            by_id[record[0]], partners[record[0]] = _record(record), {chair} - {None}
        taken = self.took_part.filter(activity__in=records.values("activity"))
        for activity, member in taken.values_list("activity_id", "member_id"):
            # One that began to count between the two statements is known to the next reckoning.
            if activity in partners:
                partners[activity].add(member)
        return self._by_member(by_id, partners)

    def _by_member(
        self, by_id: dict[int, CountingRecord], partners: dict[int, set[int]]
    ) -> dict[int, list[CountingRecord]]:
        for one, row in _kept(self.first, self.last, self.kinds, self.as_of, self.then):
            if row.valid and row.organisation == one.organisation:
                by_id[one.activity] = _counted(one, row)
                partners[one.activity] = {*one.attending, *([one.chair] if one.chair else [])}
        talks: dict[int, list[CountingRecord]] = {}
        for activity, people in partners.items():
            for member in people:
                talks.setdefault(member, []).append(by_id[activity])
        return talks


def talks_had(
    first: date, last: date, kinds: Iterable[str], members: Any = None, as_of: date | None = None
) -> dict[int, list[CountingRecord]]:
    """Return {member id: [CountingRecord]}: the talks that each person took part in, in one or two statements; see `Talked`."""
    asked = Talked(first, last, kinds, members, as_of)
    return asked.had_by_all() if members is None else asked.had(asked.rows())


def who_talked(records: Iterable[int], as_of: date | None = None) -> dict[int, set[int]]:
    """Return {activity id: ids of the members who took part, its chair included} of records, in two statements.

    as_of: as for `counting_records`.
    """
    ids = list(records)
    people: dict[int, set[int]] = {}
    for pk, chair in Activity.objects.filter(pk__in=ids, chair__isnull=False).order_by().values_list("pk", "chair"):
        people.setdefault(pk, set()).add(chair)
    there = Attendance.objects.filter(activity__in=ids, state__in=ATTENDING).order_by()
    for pk, member in there.values_list("activity_id", "member_id"):
        people.setdefault(pk, set()).add(member)
    for one in corrected_since(as_of):
        if one.activity in people:
            people[one.activity] = {*one.attending, *([one.chair] if one.chair else [])}
    return people


class Lectured:
    """What is asked of the lectures that people gave, wherever held, and what the answers say.

    names: of the lecturers looked for. members: ids of those who may have given one as its chair. The rest as for `Records`.
    """

    def __init__(
        self, first: date, last: date, kinds: Iterable[str], names: Iterable[str], members: Iterable[int], as_of: date
    ):
        self.first, self.last, self.kinds, self.as_of = first, last, list(kinds), as_of
        self.names, self.members, self.then = list(names), list(members), corrected_since(as_of)

    def rows(self) -> QuerySet[Any, Any]:
        """Return the statement whose rows `given` takes."""
        by_name = Q(activity__lecturer_name__in=self.names)
        by_chair = Q(activity__lecturer_name="", activity__chair__in=self.members)
        rows = _near(self.first, self.last, self.kinds, self.as_of, self.then).filter(by_name | by_chair, valid=True)
        rows = rows.filter(organisation=F("activity__organisation"))
        return rows.values_list(*_COUNTED, "activity__lecturer_name", "activity__chair_id")

    def given(self, rows: Iterable[Any]) -> list[tuple[CountingRecord, str, int | None]]:
        """Return [(CountingRecord, lecturer's name, id of the chair where no lecturer is named)]."""
        found: list[tuple[CountingRecord, str, int | None]] = []
        for one, row in _kept(self.first, self.last, self.kinds, self.as_of, self.then):
            given = one.lecturer in self.names or (not one.lecturer and one.chair in self.members)
            if row.valid and row.organisation == one.organisation and given:
                found.append((_counted(one, row), one.lecturer, None if one.lecturer else one.chair))
        return found + [(_record(record), name, None if name else chair) for *record, name, chair in rows]
