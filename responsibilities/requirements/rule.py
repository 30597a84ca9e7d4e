"""One row of the rule table: who owes what, how often, by when, and what proves it; and the editions of a row."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from branches.places.models.organisations import Kind
from common.periods import HALF, MONTH, QUARTER, YEAR

# Who owes. An organisation:
BRANCH = "branch"
BRANCH_WITH_COMMITTEE = "branch_with_committee"
SMALL_GROUP = "small_group"
ORGANISATION = "organisation"
EACH_MEMBER = "each_member"
LEARNERS = "learners"
TERM = "term"
TERMS_BELOW = "terms_below"
# A person, one row for each:
SECRETARY = "secretary"
NEW_SECRETARY = "new_secretary"
NEW_MEMBER = "new_member"
COMMITTEE_MEMBER = "committee_member"
MEMBER = "member"
PERSONAL = frozenset({SECRETARY, NEW_SECRETARY, NEW_MEMBER, COMMITTEE_MEMBER, MEMBER})

# What proves it.
RECORDS, TALKS, LECTURES, ATTENDANCE = "records", "talks", "lectures", "attendance"
DOCUMENTS, ELECTIONS, REMINDERS = "documents", "elections", "reminders"
# What another subject counts, and where a rule stands at all (tallied.py).
TALLIES = "tallies"
REVIEWS, MONTHS_PAID, COLLECTED, AMOUNTS, DUES_KEPT = "reviews", "months_paid", "collected", "amounts", "dues_kept"
# Those that are counted over the member-months of dues.
OF_DUES = (MONTHS_PAID, COLLECTED, AMOUNTS)
HOURS, POST_HOURS = "hours", "post_hours"
# Members' published commitments; visits of those who are looked after (members/care).
PLEDGES, VISITS = "pledges", "visits"

VOTERS, COMMITTEE, TWO_THIRDS = "voters", "committee", "two_thirds"

_EVERY = {MONTH: "每月", QUARTER: "每季度", HALF: "每半年", YEAR: "每年"}
# Who is meant, in words of a page; small units of counting follow.
WHO = {
    SECRETARY: "书记",
    NEW_SECRETARY: "新任书记",
    NEW_MEMBER: "新党员",
    COMMITTEE_MEMBER: "书记和班子成员",
    MEMBER: "党员",
}


@dataclass(frozen=True)
class Edition:
    """What a rule asks between two days, both included, None for an open end; `values` take the place of the row's own."""

    starts: date | None = None
    ends: date | None = None
    values: Mapping[str, Any] = field(default_factory=dict)

    def covers(self, day: date) -> bool:
        return (self.starts or day) <= day <= (self.ends or day)


@dataclass(frozen=True)
class RequirementRule:
    """One row of requirements.

    owes: who, one of the words above. BRANCH_WITH_COMMITTEE: not applicable while it has none. SMALL_GROUP: one for each
    group; one not-applicable row where a branch has no groups. ORGANISATION: each organisation of the kinds `places`.
    EACH_MEMBER: one of the branch, whose expected number is its members on the day of judging. LEARNERS: one of the branch,
    whose expected number is its members who owe hours of the year, each by his own months. TERM: each organisation
    whose term expires in the period. TERMS_BELOW: one of the committee, whose expected number is the terms below it that
    it has to remind of. The personal ones: a row for each person, at the organisation where he holds the post (belongs).
    places: kinds of organisation at which it stands. period: kind of period (common/periods.py). n: how many in a period.
    number_setting: key of the dated setting that takes the place of `n`, or "".
    proof: what proves it. kinds: a record with any of these activity kinds; one record meets one requirement of a rule.
    topic: a subject that the record must say it was about, or "". quorum: VOTERS (present at least half), COMMITTEE (half
    of the committee), TWO_THIRDS (of those expected), or None.
    due_setting: key of the dated setting that names the day at which it is due, maybe of the next year; "": the period's
    last day. months: of an event (taking office, joining), how many months later it is due; months_setting: its setting.
    own_records: kinds of organisation whose own records prove what its secretary owes, beside those he attended elsewhere.
    circulars: a circular of the committee about the period proves it too, once issued, where it tells of double organisation
    life. duty_lists: the organisation's own duty list of the period's year, issued with its document, proves it too.
    festival: it is due on the eve of the holiday of the Spring Festival, and not owed while that is not published.
    due_days: so many days after the period's last day, within the year, it is still in time.
    soon_months: it is due soon so many months ahead, where the setting of days does not say so. reminds: the rule whose
    notices prove it. narrowing_setting: key of the setting that narrows what counts to less than the article names.
    looked_after: its counts are of people who are looked after; where they are few the reckoning says so (Requirement.least), and
    above the branch the state alone is told (decision 241).
    counted: it stands in rates, facts, scores and the exports that outsiders recompute (decisions 19). scored: a scheme reads
    it although it stands in no rate.
    alive_from: the subject with which its records come; until then it is shown as 尚未启用 and counts nowhere.
    label: full name as at first mention; short: for tables; narrow: for a column of three characters.
    unit: of `n`; counted_unit: of what is counted towards it. expected_note: what a page adds to the expected number.
    tally: key of what another subject counts for it (tallied.py); page: name of the address of that subject's page; form: of the one
    that does it for a period (its argument) at an organisation (?organisation=). where: key of the
    places at which it stands at all (the same). Where these know of nothing no row stands.
    scored_by: measures of the other subject by which a scheme counts the same thing, so that it is counted once.
    away: it is owed to those members alone who are away so (members/roster: AwayKind) for as much of the period as a founding
    must last to be counted; where there is none, no row stands.
    editions: what it asked at other times; empty: the row as it stands, always.
    """

    rule: str
    owes: str
    period: str
    n: int
    kinds: tuple[str, ...]
    label: str
    short: str
    places: tuple[Kind, ...] = (Kind.BRANCH,)
    proof: str = RECORDS
    topic: str = ""
    quorum: str | None = None
    unit: str = "次"
    counted_unit: str = "次"
    number_setting: str = ""
    due_setting: str = ""
    months: int = 0
    months_setting: str = ""
    soon_months: int = 0
    own_records: tuple[Kind, ...] = ()
    circulars: bool = False
    duty_lists: bool = False
    festival: bool = False
    due_days: int = 0
    reminds: str = ""
    narrowing_setting: str = ""
    narrow: str = ""
    expected_note: str = ""
    away: str = ""
    tally: str = ""
    page: str = ""
    form: str = ""
    where: str = ""
    scored_by: tuple[str, ...] = ()
    looked_after: bool = False
    counted: bool = False
    scored: bool = False
    alive_from: str = ""
    editions: tuple[Edition, ...] = ()

    @property
    def counts_members(self) -> bool:
        """Whether the members who took part are counted, not the records."""
        return self.owes in (EACH_MEMBER, LEARNERS)

    @property
    def by_hours(self) -> bool:
        """Whether it is proved by hours of study: no one's hours are for everybody to read."""
        return self.proof in (HOURS, POST_HOURS)

    @property
    def by_people(self) -> bool:
        """Whether it is reckoned person by person beyond the records: too much for a list of many organisations."""
        return self.by_hours or self.proof in (PLEDGES, VISITS) or self.tally in OF_DUES

    @property
    def personal(self) -> bool:
        """Whether a person owes it, not his organisation."""
        return self.owes in PERSONAL

    @property
    def alive(self) -> bool:
        """Whether there are records that can prove it."""
        return not self.alive_from

    @property
    def column_label(self) -> str:
        """The name above a column of one cell."""
        return self.narrow or self.short

    @property
    def measure(self) -> str:
        """Name of the measure that counts it."""
        return f"requirement.{self.rule}"

    @property
    def settings(self) -> tuple[str, ...]:
        """Keys of the dated settings that change it."""
        named = (self.number_setting, self.due_setting, self.months_setting, self.narrowing_setting)
        return tuple(key for key in named if key)

    def frequency(self) -> str:
        """How often, in words: 每季度1次."""
        if self.owes == TERM:
            return "任期届满时"
        if self.owes == TERMS_BELOW:
            return "届满前6个月"
        if self.months:
            return f"{WHO[self.owes]}{self.months}个月内{self.n}{self.unit}"
        return f"{_EVERY[self.period]}{'每人' if self.counts_members else ''}{self.n}{self.unit}"

    def on(self, day: date) -> "RequirementRule | None":
        """Return the row as it reads on `day`, None while no edition of it is in force."""
        if not self.editions:
            return self
        found = next((edition for edition in self.editions if edition.covers(day)), None)
        return replace(self, **found.values) if found else None

    def every_kind(self) -> set[str]:
        """Return the kinds of record that any edition asks for."""
        return set(self.kinds) | {kind for edition in self.editions for kind in edition.values.get("kinds", ())}
