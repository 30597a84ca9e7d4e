"""What one reckoning asks and reads, at once for many organisations: rules with their settings, tree, records, papers."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from fractions import Fraction

from django.db.models import Q

from branches.places.models.organisations import Kind, OrganisationVersion
from branches.settings import dated as dated_settings
from branches.settings.dated import Timeline
from branches.settings.start import timelines_and_start
from common.dated import in_force_during
from common.periods import MONTHS_IN, YEAR, Period, add_months
from common.together import read_or_each
from members.activities.models import Activity
from members.activities.selectors.counting import CountingRecord, Records
from members.activities.selectors.topics import topics_of
from members.care.rules import festival_eve
from responsibilities.requirements import reads
from responsibilities.requirements.hours import HoursRead
from responsibilities.requirements.rule import (
    BRANCH_WITH_COMMITTEE,
    DOCUMENTS,
    HOURS,
    NEW_MEMBER,
    NEW_SECRETARY,
    POST_HOURS,
    RECORDS,
    SECRETARY,
    TALKS,
    TERM,
    TERMS_BELOW,
    RequirementRule,
)
from responsibilities.requirements.rules import REQUIREMENT_RULES
from responsibilities.requirements.spans import ALWAYS, Span
from responsibilities.requirements.talks import Talks, TalksAsked
from responsibilities.requirements.tallied import TallyRead

RULE_SETTINGS = sorted({key for row in REQUIREMENT_RULES for key in row.settings})
# Up to so many organisations are named to the database one by one: a part of a large agency, whose rest is left alone.
NAMED = 1000
# What concerns so few is read in one statement.
FEW = 150
UPPER = (Kind.PARTY_GROUP, Kind.COMMITTEE)
# Whose account leads an organisation above the branches, and at which organisation he may be appointed: decisions 8.
LEADS = {
    Kind.PARTY_GROUP: "party_group_secretary",
    Kind.COMMITTEE: "committee_secretary",
    Kind.GENERAL_BRANCH: "general_branch_secretary",
}


def periods_of(rule: RequirementRule, span: Period) -> tuple[Period, ...]:
    """Return the periods of a rule that lie within `span`, a Period (decisions 22); the whole span of one not yet alive."""
    if not rule.alive:
        return (span,)
    return span.parts(rule.period) if MONTHS_IN[rule.period] <= MONTHS_IN[span.kind] else ()


@dataclass
class Place:
    pk: int
    kind: str
    parent: int | None
    starts: date
    ends: date
    founded: date = date.min
    kept_from: date | None = None
    parents: list[tuple[date, date, int | None]] = field(default_factory=list)


def seated_at(place: Place) -> set[int | None]:
    """Where whoever leads an upper place may be appointed: a committee's secretary also at the Party group above it."""
    return {place.pk, place.parent if place.kind == Kind.COMMITTEE else place.pk}


@dataclass(frozen=True)
class Asked:
    """A row of the rule table, as it reads in a period (None: no edition is in force then)."""

    row: RequirementRule
    edition: RequirementRule | None
    period: Period


class Gathered:
    """The data of one call, read once.

    carried: also the requirements of the year before that are due in this span. instead: {key: Timeline} of settings in
    place of those that are kept, to see what a value would change. held_until: what was held, dated or sent after that day
    does not count, whenever it was entered (a result does not change by what is made up after its period, judgement 7.1).
    """

    def __init__(
        self,
        span: Period,
        organisations: list[int] | None,
        as_of: date,
        rules: Iterable[RequirementRule],
        *,
        carried: bool = False,
        instead: Mapping[str, Timeline] | None = None,
        held_until: date | None = None,
    ):
        self.span, self.as_of = span, as_of
        # The last day on which anything may have been held.
        self.until = as_of if held_until is None else min(as_of, held_until)
        self.held_until = held_until
        self.held_after: dict[tuple[int, str], list[CountingRecord]] = {}
        self.settings, self.start = timelines_and_start("due_soon_days", "founding_share", *RULE_SETTINGS)
        self.settings |= instead or {}
        self.asked = list(self._asked(tuple(rules), carried))
        self.first, self.last = self._days_read()
        self.kinds = {kind for one in self.asked for kind in one.row.places}
        if Kind.SMALL_GROUP in self.kinds:
            # A branch without groups says so.
            self.kinds.add(Kind.BRANCH)
        self.places = self._places(organisations)
        # A long list of ids inside OR and EXISTS is compared row by row; asking for all and looking up is quicker.
        self.ids = None if organisations is None or len(self.places) > NAMED else list(self.places)
        self._read()

    # ---- what is asked

    def _asked(self, rules: tuple[RequirementRule, ...], carried: bool) -> Iterator[Asked]:
        for row in rules:
            for period in periods_of(row, self.span):
                yield Asked(row, row.on(period.first), period)
            if carried and row.due_setting and row.period == YEAR:
                before = Period(YEAR, self.span.year - 1)
                edition = row.on(before.first)
                if edition and before.last < self.due(edition, before):
                    yield Asked(row, edition, before)

    def _days_read(self) -> tuple[date, date]:
        """The days whose records can matter: the span, and where a year may be met in the next spring that too."""
        first, last = self.span.first, self.span.last
        for one in self.asked:
            if one.row.due_setting and one.edition and one.period.kind == YEAR:
                first = min(first, one.period.first, self._chain(one.edition, one.period).first)
                last = max(last, self.due(one.edition, one.period))
        return first, last

    def _chain(self, rule: RequirementRule, period: Period) -> Period:
        """The year from which on records may have been claimed by the year before them, up to `period`."""
        before = period.previous()
        while self.due(rule, before) > before.last and before.last >= self.start and before.year > 2000:
            period, before = before, before.previous()
        return period

    def number(self, rule: RequirementRule, period: Period) -> int:
        """How many are owed in a period: by the rule, or by the setting that takes its place."""
        if rule.number_setting:
            return int(dated_settings.at(self.settings[rule.number_setting], period.first))
        return rule.n

    def due(self, rule: RequirementRule, period: Period) -> date:
        """The last day on which a period can be met in time."""
        if rule.due_setting:
            return dated_settings.day_in(dated_settings.at(self.settings[rule.due_setting], period.first), period.year)
        if rule.festival:
            return festival_eve(period.year) or period.last
        if rule.due_days:
            return min(period.last + timedelta(days=rule.due_days), date(period.year, 12, 31))
        return period.last

    def months(self, rule: RequirementRule, day: date) -> int:
        """How many months after an event of `day` a rule is due; 0: not required."""
        if rule.months_setting:
            return int(dated_settings.at(self.settings[rule.months_setting], day))
        return rule.months

    def share(self, period: Period) -> Fraction:
        return Fraction(dated_settings.at(self.settings["founding_share"], period.first))

    def narrowed(self, rule: RequirementRule, period: Period) -> bool:
        """Whether the agency lets less count than the article names."""
        key = rule.narrowing_setting
        return bool(key) and dated_settings.at(self.settings[key], period.first) > 0

    # ---- what is read

    def _places(self, organisations: list[int] | None) -> dict[int, Place]:
        """Organisations that may owe, and small groups, with the days on which they stood, from the dated versions."""
        rows = OrganisationVersion.objects.filter(kind__in=sorted({*self.kinds, Kind.SMALL_GROUP}))
        rows = rows.filter(in_force_during(self.first, self.span.last))
        if organisations is not None:
            # A group that moved away within the span is read with all its days, or it would seem to have ended with the move.
            groups = rows.filter(parent__in=organisations, kind=Kind.SMALL_GROUP).order_by()
            rows = rows.filter(Q(organisation__in=organisations) | Q(organisation__in=groups.values("organisation")))
        places: dict[int, Place] = {}
        for pk, kind, parent, starts, ends, founded, kept in rows.order_by("starts", "pk").values_list(
            *("organisation", "kind", "parent", "starts", "ends", "organisation__founded", "organisation__kept_from")
        ):
            place = places.setdefault(pk, Place(pk, kind, parent, starts, ends or ALWAYS, founded or starts, kept))
            place.parent, place.ends = parent, ends or ALWAYS
            place.parents.append((starts, ends or ALWAYS, parent))
        self.groups: dict[int | None, list[Span]] = {}
        for place in places.values():
            if place.kind == Kind.SMALL_GROUP:
                for first, last, branch in place.parents:
                    self.groups.setdefault(branch, []).append((max(first, place.founded), last))
        return places

    def _read(self) -> None:
        """Read what the rules ask for: of few organisations in one statement, of many each large table by its own."""
        owing = {one.row.owes for one in self.asked if one.row.alive}
        by_records = [one.row for one in self.asked if one.row.proof == RECORDS or one.row.own_records]
        kinds = sorted({kind for row in by_records for kind in row.every_kind()})
        records = Records(self.first, self.last, kinds, self.ids, self.as_of)
        talks = self._talks() if any(one.row.proof == TALKS for one in self.asked if one.row.alive) else None
        large = {"counted": records.counted_rows(), "uncounted": records.uncounted_rows()} if kinds else {}
        if BRANCH_WITH_COMMITTEE in owing:
            large["seats"] = reads.seats((self.span.first, self.span.last), self.ids)
        large |= talks.reads() if talks else {}
        people_small, people_large = self._of_people()
        large |= people_large
        self.told = TallyRead(self._told(), self.ids, self.until)
        small = self._small() | self.told.reads() | people_small
        found = read_or_each(small, large, few=self.ids is not None and len(self.ids) <= FEW)
        self.records = self._by_place(records.counted(found["counted"])) if kinds else {}
        self.uncounted = records.uncounted(found["uncounted"]) if kinds else {}
        self.seats = reads.seats_held(found.get("seats", ()))
        self.below = reads.spans_below(found.get("below", ()))
        self.exempt = reads.exempt_spans(found["exempt"])
        self.documents = reads.papers(found.get("documents", ()))
        self.circulars = reads.first_issued(found.get("circulars", ()))
        self.duty_lists = reads.first_issued(found.get("duty_lists", ()))
        self.terms = list(found.get("terms", ()))
        self.told.take(found)
        self.people = {name: found[name] for name in (*people_small, *people_large)}
        self.talks = self._in_time(talks.read(found)) if talks else None
        self.aways = reads.away_spans(found.get("aways", ()))
        # Read where a rule asks: hours of everybody are more than most questions are about.
        proofs = {one.row.proof for one in self.asked if one.row.alive}
        self.hours = HoursRead(self.places, self.as_of, learners=HOURS in proofs, posts=POST_HOURS in proofs)
        self.topics = self._topics()

    def _told(self) -> Iterator[tuple[RequirementRule, Period]]:
        """What other subjects are asked about: not what they would count of a period for which the agency asks for nothing."""
        for one in self.asked:
            if not one.row.tally or self.number(one.edition or one.row, one.period):
                yield one.row, one.period

    def _small(self) -> dict[str, reads.Statement]:
        """The statements that bring few rows, however many organisations there are."""
        small = {"exempt": reads.exemptions((self.first, self.last), self.ids)}
        by_kind: dict[str, list[int]] = {}
        for pk, place in self.places.items():
            by_kind.setdefault(place.kind, []).append(pk)
        upper = [pk for kind in UPPER for pk in by_kind.get(kind, ())]
        if upper:
            small["below"] = reads.below(upper, (self.first, self.span.last))
        if kinds := {one.row.away for one in self.asked if one.row.away}:
            small["aways"] = reads.aways((self.span.first, self.span.last), kinds)
        papers = {one.row.rule for one in self.asked if one.row.proof == DOCUMENTS}
        if papers:
            small["documents"] = reads.documents(papers, self.until, self.ids)
        if (committees := by_kind.get(Kind.COMMITTEE)) and any(one.row.circulars for one in self.asked):
            small["circulars"] = reads.circulars(committees, self.until)
        if (groups := by_kind.get(Kind.PARTY_GROUP)) and any(one.row.duty_lists for one in self.asked):
            small["duty_lists"] = reads.duty_lists(groups, self.until)
        if of_terms := [one for one in self.asked if one.row.owes in (TERM, TERMS_BELOW)]:
            # A term is reminded of in the year before it expires, or earlier in the same one.
            last = add_months(self.span.last, months_before(of_terms))
            small["terms"] = reads.terms(self.span.first, last)
        return small

    @property
    def first_event(self) -> date:
        """The first day of what persons do, take up or join: an event of the year before may fall due in this one."""
        return self.first.replace(year=self.first.year - 2)

    def _of_people(self) -> tuple[dict[str, reads.Statement], dict[str, reads.Statement]]:
        """The statements (that bring few rows, that bring many) about who owes something himself: who holds a post, who joined."""
        personal = [one.row for one in self.asked if one.row.personal and one.row.alive and not one.row.by_hours]
        owing = {row.owes for row in personal}
        small = {"upper": reads.of_kinds(UPPER)} if personal else {}
        large: dict[str, reads.Statement] = {}
        if owing & {SECRETARY, NEW_SECRETARY}:
            where = {pk for place in self.places.values() if place.kind in LEADS for pk in seated_at(place)}
            if where:
                small["leaders"] = reads.leaders(LEADS.values(), where, self.first_event)
            large["secretaries"] = reads.secretaries(self.first_event, self.ids)
        if NEW_MEMBER in owing:
            large["joined"] = reads.joined(self.first_event, self.span.last, self.ids)
        return small, large

    def _by_place(self, records: Iterable[CountingRecord]) -> dict[tuple[int, str], list[CountingRecord]]:
        by_place: dict[tuple[int, str], list[CountingRecord]] = {}
        for record in records:
            into = by_place if self.in_time(record) else self.held_after
            into.setdefault((record.organisation, record.kind), []).append(record)
        return by_place

    def in_time(self, record: CountingRecord) -> bool:
        """Whether a record was held by the last day on which anything counts."""
        return self.held_until is None or record.day <= self.held_until

    def _talks(self) -> TalksAsked:
        asked = [one for one in self.asked if one.row.proof == TALKS and one.row.alive]
        kinds = sorted({kind for one in asked for kind in one.row.every_kind()})
        narrowed = any(self.narrowed(one.row, one.period) for one in asked)
        days = (self.span.first, self.span.last)
        away = {one.row.away for one in asked}
        # Where nobody else is asked about, those who are away alone are read.
        among = reads.members_away(days, away) if "" not in away else None
        return TalksAsked(days, kinds, self.ids, self.as_of, narrowed=narrowed, among=among)

    def _in_time(self, talks: Talks) -> Talks:
        if self.held_until is None:
            return talks
        return replace(
            talks, had={member: [one for one in had if self.in_time(one)] for member, had in talks.had.items()}
        )

    def _topics(self) -> dict[int, frozenset[str]]:
        """{record: what its minutes say it was about}, where a rule asks."""
        kinds = {kind for one in self.asked if one.row.topic for kind in one.row.every_kind()}
        ids = [record.activity for (_, kind), rows in self.records.items() if kind in kinds for record in rows]
        return topics_of(Activity.objects.filter(pk__in=ids), self.as_of) if ids else {}


def months_before(of_terms: Iterable[Asked]) -> int:
    """Return how long before the end of a term anything of these rules is due."""
    return max(one.row.soon_months or one.row.months for one in of_terms)
