"""What is owed: one set-based function of tree, membership, rules, settings and records (decisions 19–24).

Nothing is stored: the same question gives the same answer on the workbench, in facts, in scores and in exports.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction

from django.db.models import Q

from branches.places.models.organisations import Kind, Organisation, OrganisationVersion
from branches.settings import dated as dated_settings
from branches.settings.joining import why_not_yet
from branches.settings.start import timelines_and_start
from common import clock
from common.dated import in_force_during
from common.periods import MONTH, MONTHS_IN, YEAR, Period
from members.activities.selectors.counting import (
    LATE,
    RETURNED,
    CountingRecord,
    Uncounted,
    counting_records,
    talks_had,
    uncounted_records,
)
from members.roster.models.members import Member, Membership
from members.roster.models.posts import COMMITTEE_MINIMUM, COMMITTEE_SEATS, Post
from responsibilities.requirements.models import Exemption
from responsibilities.requirements.models import RequirementState as State
from responsibilities.requirements.rules import (
    BRANCH_WITH_COMMITTEE,
    EACH_MEMBER,
    REQUIREMENT_RULES,
    REQUIREMENT_RULES_BY_ID,
    SMALL_GROUP,
    RequirementRule,
)

Span = tuple[date, date]
ALWAYS = date.max
RULE_SETTINGS = sorted({key for row in REQUIREMENT_RULES for key in (row.number_setting, row.due_setting)} - {""})
# Up to so many branches and groups are named to the database one by one.
FEW = 40


@dataclass
class Requirement:
    """One row: organisation × rule × period.

    expected: how many are owed (0 when not applicable). on_time, late: how many records (members, for talks) meet
    it. records: ids of the records that meet it. waiting: it is met only with records still under review. found: records
    of the period that do not count, with why. returned: id of a returned one, or None. reason: why it is exempt or not applicable. missing: ids of members
    without a talk.
    """

    organisation: int
    rule: str
    period: Period
    expected: int
    due: date
    on_time: int = 0
    late: int = 0
    state: str = State.NOT_DUE
    reason: str = ""
    records: list[int] = field(default_factory=list)
    waiting: bool = False
    found: list[Uncounted] = field(default_factory=list)
    returned: int | None = None
    missing: list[int] = field(default_factory=list)

    @property
    def done(self) -> int:
        return self.on_time + self.late

    @property
    def key(self) -> tuple[int, str, str]:
        return (self.organisation, self.rule, str(self.period))

    @property
    def row(self) -> RequirementRule:
        return REQUIREMENT_RULES_BY_ID[self.rule]

    @property
    def applies(self) -> bool:
        return self.state not in (State.NOT_APPLICABLE, State.EXEMPT)


def periods_of(rule: RequirementRule, span: Period) -> tuple[Period, ...]:
    """Return the periods of a rule that lie within `span`, a Period (decisions 22)."""
    return span.parts(rule.period) if MONTHS_IN[rule.period] <= MONTHS_IN[span.kind] else ()


def requirements(
    span: Period,
    *,
    organisations: Iterable[int] | None = None,
    as_of: date | None = None,
    rules: Iterable[RequirementRule] = REQUIREMENT_RULES,
) -> list[Requirement]:
    """Return the Requirements whose own period lies within `span`.

    span: a Period. organisations: ids of branches and small groups to look at (all when None). as_of: the day on which
    states are judged (default today). rules: rows of REQUIREMENT_RULES. The number of statements does not depend on the
    number of organisations, periods or records.
    """
    ids = None if organisations is None else list(organisations)
    return list(_Reckoning(span, ids, as_of or clock.today(), rules).rows())


@dataclass
class _Place:
    pk: int
    kind: str
    parent: int | None
    starts: date
    ends: date
    founded: date = date.min
    kept_from: date | None = None
    parents: list[tuple[date, date, int | None]] = field(default_factory=list)


class _Reckoning:
    """The data of one call, read once."""

    def __init__(self, span: Period, organisations: list[int] | None, as_of: date, rules: Iterable[RequirementRule]):
        self.span, self.as_of = span, as_of
        self.asked = [(rule, periods) for rule in rules if (periods := periods_of(rule, span))]
        self.settings, self.start = timelines_and_start("due_soon_days", "founding_share", *RULE_SETTINGS)
        self.places = self._places(organisations)
        # A long list of ids inside OR and EXISTS is compared row by row; asking for all and looking up is quicker.
        ids = None if organisations is None or len(self.places) > FEW else list(self.places)
        owing = {rule.owes for rule, _ in self.asked}
        self.seats = self._seats(ids) if BRANCH_WITH_COMMITTEE in owing else {}
        self.rosters = self._rosters(ids) if EACH_MEMBER in owing else {}
        kinds = sorted({kind for rule, _ in self.asked for kind in rule.kinds if not rule.counts_members})
        self.records = self._by_place(counting_records(span.first, span.last, kinds, ids, as_of))
        self.talks = self._talks(ids) if EACH_MEMBER in owing else {}
        self.uncounted = uncounted_records(span.first, span.last, kinds, ids, as_of)
        self.exempt = {
            (row.organisation_id, row.rule, row.period): row.reason
            for row in Exemption.objects.filter(
                revoked__isnull=True, **({} if ids is None else {"organisation__in": ids})
            )
        }

    def _places(self, organisations: list[int] | None) -> dict[int, _Place]:
        """Branches and small groups with the days on which they stood, from the dated versions."""
        rows = OrganisationVersion.objects.filter(kind__in=(Kind.BRANCH, Kind.SMALL_GROUP)).filter(
            in_force_during(self.span.first, self.span.last)
        )
        if organisations is not None:
            rows = rows.filter(Q(organisation__in=organisations) | Q(parent__in=organisations, kind=Kind.SMALL_GROUP))
        places: dict[int, _Place] = {}
        for pk, kind, parent, starts, ends, founded, kept in rows.order_by("starts").values_list(
            *("organisation", "kind", "parent", "starts", "ends", "organisation__founded", "organisation__kept_from")
        ):
            place = places.setdefault(pk, _Place(pk, kind, parent, starts, ends or ALWAYS, founded or starts, kept))
            place.parent, place.ends = parent, ends or ALWAYS
            place.parents.append((starts, ends or ALWAYS, parent))
        self.groups: dict[int | None, list[Span]] = {}
        for place in places.values():
            if place.kind == Kind.SMALL_GROUP:
                for first, last, branch in place.parents:
                    self.groups.setdefault(branch, []).append((max(first, place.founded), last))
        return places

    def _seats(self, ids: list[int] | None) -> dict[int, list[tuple[int, date, date]]]:
        rows = Post.objects.filter(kind__in=COMMITTEE_SEATS).in_force_during(self.span.first, self.span.last)
        if ids is not None:
            rows = rows.filter(organisation__in=ids)
        seats: dict[int, list[tuple[int, date, date]]] = {}
        for place, member, starts, ends in rows.values_list("organisation", "member", "starts", "ends"):
            seats.setdefault(place, []).append((member, starts or date.min, ends or ALWAYS))
        return seats

    def _rosters(self, ids: list[int] | None) -> dict[int, list[tuple[int, date, date, date]]]:
        rows = Membership.objects.filter(member__joined_on__isnull=False)
        rows = rows.in_force_during(self.span.first, self.span.last)
        if ids is not None:
            rows = rows.filter(organisation__in=ids)
        rosters: dict[int, list[tuple[int, date, date, date]]] = {}
        for place, member, starts, ends, joined, exempt in rows.values_list(
            "organisation", "member", "starts", "ends", "member__joined_on", "member__exempt_from"
        ):
            rosters.setdefault(place, []).append(
                (member, max(starts, joined or starts), ends or ALWAYS, exempt or ALWAYS)
            )
        return rosters

    def _by_place(self, records: Iterable[CountingRecord]) -> dict[tuple[int, str], list[CountingRecord]]:
        by_place: dict[tuple[int, str], list[CountingRecord]] = {}
        for record in records:
            by_place.setdefault((record.organisation, record.kind), []).append(record)
        return by_place

    def rows(self) -> Iterator[Requirement]:
        for rule, periods in self.asked:
            for period in periods:
                for place in self.places.values():
                    row = self._row(rule, period, place)
                    if row is not None:
                        yield row

    def _row(self, rule: RequirementRule, period: Period, place: _Place) -> Requirement | None:
        if not (place.founded <= period.last and place.ends >= period.first):
            return None
        if rule.owes == SMALL_GROUP:
            if place.kind == Kind.BRANCH:
                return self._branch_without_groups(rule, period, place)
        elif place.kind != Kind.BRANCH:
            return None
        row = Requirement(place.pk, rule.rule, period, self._number(rule, period), self._due(rule, period))
        reference = min(period.last, max(self.as_of, period.first), place.ends)
        # What the agency began with is history; the period in which it began is owed like that of a founding.
        start = self._start(place)
        if start > place.founded and (row.due < start or not self._lasts_long_enough(start, period)):
            return _not_applicable(row, why_not_yet(self.start, place.kept_from))
        if not self._lasts_long_enough(place.founded, period):
            return _not_applicable(row, f"{place.founded:%Y年%-m月%-d日}成立，当期不计")
        if place.ends < period.last:
            return _not_applicable(row, f"{place.ends:%Y年%-m月%-d日}撤销，当期不计")
        if rule.owes == BRANCH_WITH_COMMITTEE and not self._has_committee(place, reference):
            return _not_applicable(row, "未设支部委员会")
        if row.expected == 0:
            return _not_applicable(row, "本机关设定为不要求")
        if rule.counts_members:
            self._count_talks(row, place, min(period.last, max(self.as_of, period.first)))
            if row.expected == 0:
                return _not_applicable(row, "名册上没有应谈人员")
        else:
            self._count(row, rule, period, place)
        return self._judge(row)

    def _branch_without_groups(self, rule: RequirementRule, period: Period, place: _Place) -> Requirement | None:
        if any(starts <= period.last and ends >= period.first for starts, ends in self.groups.get(place.pk, ())):
            return None
        row = Requirement(place.pk, rule.rule, period, 0, self._due(rule, period))
        return _not_applicable(row, "未划分党小组")

    def _number(self, rule: RequirementRule, period: Period) -> int:
        if rule.number_setting:
            return int(dated_settings.at(self.settings[rule.number_setting], period.first))
        return rule.n

    def _due(self, rule: RequirementRule, period: Period) -> date:
        if rule.due_setting:
            month = int(dated_settings.at(self.settings[rule.due_setting], period.first))
            return Period(MONTH, period.year, month).last
        return period.last

    def _lasts_long_enough(self, begun: date, period: Period) -> bool:
        share = Fraction(dated_settings.at(self.settings["founding_share"], period.first))
        return begun <= period.first or period.counts_since(begun, share)

    def _has_committee(self, place: _Place, day: date) -> bool:
        seated = {member for member, starts, ends in self.seats.get(place.pk, ()) if starts <= day <= ends}
        return len(seated) >= COMMITTEE_MINIMUM

    def _matching(
        self, rule: RequirementRule, period: Period, place: _Place
    ) -> tuple[list[CountingRecord], list[CountingRecord]]:
        """Return (records on time, records late) that meet this period: by own date, or marked as making up for it."""
        on_time: list[CountingRecord] = []
        late: list[CountingRecord] = []
        matched: set[int] = set()
        for kind in rule.kinds:
            for record in self.records.get((place.pk, kind), ()):
                if record.activity in matched:
                    continue
                met = record.meets(period)
                if met is not None:
                    matched.add(record.activity)
                    (late if self._is_late(record, met, place) else on_time).append(record)
        return on_time, late

    def _start(self, place: _Place) -> date:
        """The first day from which the place owes anything: the agency's, or its own where it joined later."""
        return max(self.start, place.kept_from or date.min)

    def _is_late(self, record: CountingRecord, met: str, place: _Place) -> bool:
        """Nothing is late from before the start."""
        return met == LATE and record.day >= self._start(place)

    def _count(self, row: Requirement, rule: RequirementRule, period: Period, place: _Place) -> None:
        on_time, late = self._matching(rule, period, place)
        row.on_time, row.late = len(on_time), len(late)
        row.records = [record.activity for record in sorted([*on_time, *late], key=lambda record: record.day)]
        row.waiting = sum(record.accepted for record in [*on_time, *late]) < row.expected <= row.done
        self._note_found(row, rule, period, place)

    def _note_found(self, row: Requirement, rule: RequirementRule, period: Period, place: _Place) -> None:
        """Note what was found and does not count: not valid, not there yet, or marked as making up for another period."""
        found = [one for kind in rule.kinds for one in self.uncounted.get((place.pk, kind), ()) if one.day in period]
        for kind in rule.kinds:
            for record in self.records.get((place.pk, kind), ()):
                if record.day in period and record.makes_up_for is not None and record.activity not in row.records:
                    found.append(Uncounted(record.activity, record.day, "补办以前期间，不计入本期"))
        counted = set(row.records)
        once = {one.activity: one for one in found if one.activity not in counted}
        row.found = sorted(once.values(), key=lambda one: (one.day, one.activity))
        row.returned = next((one.activity for one in reversed(row.found) if one.reason == RETURNED), None)

    def _talks(self, ids: list[int] | None) -> dict[int, list[CountingRecord]]:
        """Return {member: [CountingRecord]}: a talk follows the member, whichever branch he had it in."""
        members = None
        if ids is not None:
            members = Membership.objects.filter(organisation__in=ids).order_by().values("member")
        kinds = [kind for rule, _ in self.asked if rule.counts_members for kind in rule.kinds]
        return talks_had(self.span.first, self.span.last, kinds, members, self.as_of)

    def _count_talks(self, row: Requirement, place: _Place, day: date) -> None:
        owed = {
            member
            for member, starts, ends, exempt in self.rosters.get(place.pk, ())
            if starts <= day <= ends and exempt > day
        }
        early: set[int] = set()
        made_up: set[int] = set()
        records: dict[int, CountingRecord] = {}
        for member in owed:
            for record in self.talks.get(member, ()):
                met = record.meets(row.period)
                if met is not None:
                    records[record.activity] = record
                    (made_up if self._is_late(record, met, place) else early).add(member)
        made_up -= early
        row.expected, row.on_time, row.late = len(owed), len(early), len(made_up)
        row.records = [record.activity for record in sorted(records.values(), key=lambda one: (one.day, one.activity))]
        row.missing = sorted(owed - early - made_up)

    def _judge(self, row: Requirement) -> Requirement:
        reason = self.exempt.get(row.key)
        if reason is not None:
            row.state, row.reason = State.EXEMPT, reason
        elif row.on_time >= row.expected:
            row.state = State.MET
        elif row.done >= row.expected:
            row.state = State.MET_LATE
        elif self.as_of > row.due:
            row.state = State.OVERDUE
        elif self.as_of >= row.due - timedelta(days=int(dated_settings.at(self.settings["due_soon_days"], row.due))):
            row.state = State.DUE_SOON
        return row


def _not_applicable(row: Requirement, reason: str) -> Requirement:
    row.expected, row.state, row.reason = 0, State.NOT_APPLICABLE, reason
    return row


def members_named(ids: Iterable[int]) -> list[Member]:
    """Return the Members of these ids in roster order, for pages that name who is missing."""
    return list(Member.objects.filter(pk__in=ids).order_by("pk"))


def requirement_name(row: Requirement) -> str:
    """Return 「10月支委会」, 「四季度党员大会」, 「2026年组织生活会」."""
    period = f"{row.period.year}年" if row.period.kind == YEAR else row.period.short()
    return f"{period}{row.row.short}"


def one_requirement(
    organisation: Organisation, rule: str, period: Period, as_of: date | None = None
) -> Requirement | None:
    """Return the Requirement at an address, or None when nothing of the kind is owed there."""
    row = REQUIREMENT_RULES_BY_ID.get(rule)
    if row is None or row.period != period.kind:
        return None
    owed = requirements(period, organisations=[organisation.pk], as_of=as_of, rules=[row])
    return next((one for one in owed if one.organisation == organisation.pk), None)


def days_of(row: Requirement, today: date | None = None) -> int | None:
    """Return days late for an overdue row, days left for one still to come, None otherwise."""
    today = today or clock.today()
    if row.state == State.OVERDUE:
        return (today - row.due).days
    if row.state in (State.DUE_SOON, State.NOT_DUE):
        return (row.due - today).days
    return None


def found_words(row: Requirement) -> str:
    """Return why what was found does not meet a row, "" where nothing was found: 10月15日的记录不计入：到会 1 人，…."""
    if not row.found:
        return ""
    last = row.found[-1]
    more = f"（另有 {len(row.found) - 1} 条也不计入）" if len(row.found) > 1 else ""
    return f"{last.day:%-m月%-d日}的记录不计入：{last.reason}{more}"


def cell_state(row: Requirement) -> str:
    """Return the key under which a heat cell shows a row: met but under review, returned, or its own state."""
    if row.state in (State.MET, State.MET_LATE) and row.waiting:
        return "submitted"
    if row.returned and row.state not in (State.MET, State.MET_LATE, State.EXEMPT, State.NOT_APPLICABLE):
        return "returned"
    return row.state
