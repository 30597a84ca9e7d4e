"""What is owed, reckoned at once for many organisations: one set-based function of tree, membership, rules, settings and
records (decisions 19–24). `selectors.requirements` is the door to it; gathered.py reads what it needs.
"""

from collections.abc import Container, Iterable, Iterator
from datetime import date, timedelta
from functools import cached_property, partial
from typing import Any

from branches.places.models.organisations import Kind
from branches.settings import dated as dated_settings
from branches.settings.joining import why_not_yet
from common.periods import YEAR, Period, add_months
from common.text import quoted
from members.activities.selectors.counting import LATE, RETURNED, CountingRecord, Uncounted
from members.care.rules import festival_eve, undetermined_words
from members.commitments.measured import Promised, promised
from members.roster.models.posts import COMMITTEE_MINIMUM
from responsibilities.requirements.caring import Visits, count_pledges
from responsibilities.requirements.gathered import UPPER, Asked, Gathered, Place
from responsibilities.requirements.models import RequirementState as State
from responsibilities.requirements.requirement import Requirement, not_applicable
from responsibilities.requirements.rule import (
    BRANCH_WITH_COMMITTEE,
    DOCUMENTS,
    EACH_MEMBER,
    LEARNERS,
    PLEDGES,
    SMALL_GROUP,
    TERM,
    TERMS_BELOW,
    VISITS,
    RequirementRule,
)
from responsibilities.requirements.spans import ALWAYS, freed, long_enough
from responsibilities.requirements.tallied import TALLIES, WHERE, Tallies

# Why a record that was held after the period was closed does not count.
HELD_AFTER = "考核期截止后补办，不再计入当期结果"


class Reckoning(Gathered):
    """What follows from the data of one call: a Requirement of each rule and period that concerns an organisation."""

    @cached_property
    def _tallies(self) -> dict[str, Tallies]:
        return {}

    @cached_property
    def _years(self) -> dict[tuple[str, int], dict[int, tuple[list[CountingRecord], list[CountingRecord]]]]:
        """{(rule, organisation): {year: (records in time, late ones)}} of years that may be met in the next one."""
        return {}

    def rows(self, rules: Container[RequirementRule] | None = None) -> Iterator[Requirement]:
        """Yield what organisations owe. rules: those of the ones asked for whose rows are wanted, all when None."""
        from_places = [one for one in self.asked if not (one.row.personal or one.row.owes in (TERM, TERMS_BELOW))]
        for one in from_places:
            if rules is not None and one.row not in rules:
                continue
            for place in self.places.values():
                row = self._row(one, place)
                if row is not None:
                    yield row

    def stands(self, place: Place, rule: RequirementRule, period: Period) -> bool:
        """Whether a rule concerns a place at all in a period: of its kinds, on one day at least, with something to lead."""
        there = place.kind in rule.places and place.founded <= period.last and place.ends >= period.first
        if not there or place.kind not in UPPER:
            return there
        return any(first <= period.last and last >= period.first for first, last in self.below.get(place.pk, ()))

    def start_of(self, place: Place) -> date:
        """The first day from which the place owes anything: the agency's, or its own where it joined later."""
        return max(self.start, place.kept_from or date.min)

    def before_start(self, place: Place, period: Period, due: date) -> str:
        """Return why a period is history to the agency or the place, "" where it is owed.

        What the agency began with is history; the period in which it began is owed like that of a founding.
        """
        start = self.start_of(place)
        if start > place.founded and (due < start or not long_enough(period, start, ALWAYS, self.share(period))):
            return why_not_yet(self.start, place.kept_from)
        return ""

    def too_short(self, place: Place, period: Period) -> str:
        """Return why so little of a period was lived that it is owed only where it was met anyway, "" otherwise."""
        share = self.share(period)
        if not long_enough(period, place.founded, ALWAYS, share):
            return f"{place.founded:%Y年%-m月%-d日}成立，当期不计"
        if not long_enough(period, max(place.founded, self.start_of(place)), place.ends, share):
            return f"{place.ends:%Y年%-m月%-d日}撤销，当期不计"
        return ""

    def new_row(self, place: Place, one: Asked) -> Requirement:
        rule = one.edition or one.row
        due = self.due(rule, one.period)
        if place.ends < one.period.last:
            due = min(due, place.ends)
        return Requirement(place.pk, one.row.rule, one.period, self.number(rule, one.period), due)

    def _row(self, one: Asked, place: Place) -> Requirement | None:
        rule, period = one.edition or one.row, one.period
        if one.row.owes == SMALL_GROUP and place.kind == Kind.BRANCH:
            return self._branch_without_groups(one, place)
        if not self.stands(place, one.row, period):
            return None
        row = self.new_row(place, one)
        if not one.row.alive:
            return not_alive(row)
        if one.row.away and not self._away(one.row, place, period):
            return None
        if self._stands_elsewhere(one.row, place, period):
            return None
        if one.edition is None:
            return not_applicable(row, "这条规则当期尚未施行")
        history = self.before_start(place, period, row.due)
        if history:
            return not_applicable(row, history)
        return self.settle(row, place, self._blocked(row, rule, place) or self._counted(row, rule, place))

    def settle(self, row: Requirement, place: Place, blocked: str) -> Requirement:
        """Return the row judged, once its records are counted. blocked: why nothing is owed, "" otherwise."""
        short = self.too_short(place, row.period)
        if short and (blocked or not row.met):
            return not_applicable(row, short)
        return not_applicable(row, blocked) if blocked else self.judge(row)

    def _blocked(self, row: Requirement, rule: RequirementRule, place: Place) -> str:
        reference = min(row.period.last, max(self.as_of, row.period.first), place.ends)
        if rule.owes == BRANCH_WITH_COMMITTEE and not self._has_committee(place, reference):
            return "未设支部委员会"
        if rule.festival and festival_eve(row.period.year) is None:
            return undetermined_words(row.period.year)
        return "本机关设定为不要求" if row.expected == 0 else ""

    def _counted(self, row: Requirement, rule: RequirementRule, place: Place) -> str:
        """Count what meets the row; return why nothing is expected after all, "" otherwise."""
        if rule.tally:
            self._count_tally(row, rule)
            return ""
        if rule.proof == PLEDGES:
            return count_pledges(row, self.promises(row.period.year).get(place.pk))
        if rule.proof == VISITS:
            return self.visits(row.period.year).count(row, place.kind)
        if rule.owes == EACH_MEMBER and self.talks is not None:
            day = min(row.period.last, max(self.as_of, row.period.first), place.ends)
            late = partial(self.is_late, place=place)
            among = self._away(rule, place, row.period) if rule.away else None
            self.talks.count(row, day, late, narrowed=self.narrowed(rule, row.period), among=among)
            return "" if row.expected else "名册上没有应谈人员"
        if rule.owes == LEARNERS:
            self.hours.count(row, place.pk, self.number(rule, row.period))
            return "" if row.expected else "名册上没有应完成学时的党员"
        if rule.proof == DOCUMENTS:
            self.count_documents(row)
        else:
            self._count(row, rule, place)
        return ""

    def _stands_elsewhere(self, rule: RequirementRule, place: Place, period: Period) -> bool:
        """Whether another subject says that there is nothing of the rule here: then no row stands."""
        if rule.where and not WHERE[rule.where](self.told, place.pk, period):
            return True
        return bool(rule.tally) and (place.pk, period) not in self._tallied(rule)

    def _tallied(self, rule: RequirementRule) -> Tallies:
        """What another subject counts for a rule, of all places and periods read once; nothing where nothing is asked for."""
        if rule.rule not in self._tallies:
            periods = self.told.periods(rule)
            self._tallies[rule.rule] = TALLIES[rule.tally](periods, self.told) if periods else {}
        return self._tallies[rule.rule]

    def _count_tally(self, row: Requirement, rule: RequirementRule) -> None:
        found = self._tallied(rule)[row.organisation, row.period]
        row.expected, row.on_time, row.late, row.made_up = found.expected, found.on_time, found.late, found.late
        row.due = min(row.due, found.due or row.due)

    @cached_property
    def _of_care(self) -> dict[tuple[str, int], Any]:
        """What was read of a year for rules about pledges and visits: {(proof, year): …}."""
        return {}

    def promises(self, year: int) -> dict[int, Promised]:
        """Who has published a commitment of a year, by branch."""
        if (PLEDGES, year) not in self._of_care:
            self._of_care[PLEDGES, year] = promised(year, self.ids, self.until)
        found: dict[int, Promised] = self._of_care[PLEDGES, year]
        return found

    def visits(self, year: int) -> Visits:
        """Who is to be visited before the Spring Festival of a year, by branch."""
        if (VISITS, year) not in self._of_care:
            upper = [pk for pk, place in self.places.items() if place.kind == Kind.COMMITTEE]
            self._of_care[VISITS, year] = Visits.of(year, None if upper else self.ids, upper, self.until)
        found: Visits = self._of_care[VISITS, year]
        return found

    def _away(self, rule: RequirementRule, place: Place, period: Period) -> set[int]:
        """Return the ids of the members of a branch who are away as the rule means, for long enough of the period."""
        if self.talks is None:
            return set()
        day = min(period.last, max(self.as_of, period.first), place.ends)
        there, share = self.talks.members_on(place.pk, day, exempt=True), self.share(period)
        return {
            member
            for kind, member, starts, ends in self.aways
            if kind == rule.away
            and member in there
            and starts <= day <= ends
            and long_enough(period, starts, ends, share)
        }

    def _branch_without_groups(self, one: Asked, place: Place) -> Requirement | None:
        period = one.period
        if not (place.founded <= period.last and place.ends >= period.first):
            return None
        if any(starts <= period.last and ends >= period.first for starts, ends in self.groups.get(place.pk, ())):
            return None
        return not_applicable(self.new_row(place, one), "未划分党小组")

    def _has_committee(self, place: Place, day: date) -> bool:
        seated = {member for member, starts, ends in self.seats.get(place.pk, ()) if starts <= day <= ends}
        return len(seated) >= COMMITTEE_MINIMUM

    def is_late(self, record: CountingRecord, met: str, place: Place) -> bool:
        """Nothing is late from before the start."""
        return met == LATE and record.day >= self.start_of(place)

    def _matching(
        self, rule: RequirementRule, period: Period, place: Place
    ) -> tuple[list[CountingRecord], list[CountingRecord]]:
        """Return (records on time, records late) that meet this period: by own date, or marked as making up for it."""
        on_time: list[CountingRecord] = []
        late: list[CountingRecord] = []
        matched: set[int] = set()
        for kind in rule.kinds:
            for record in self.records.get((place.pk, kind), ()):
                if record.activity in matched or not self._about(rule, record):
                    continue
                met = record.meets(period)
                if met is not None:
                    matched.add(record.activity)
                    (late if self.is_late(record, met, place) else on_time).append(record)
        return on_time, late

    def own_records(self, place: int, kind: str) -> Iterable[CountingRecord]:
        """The records of one kind that count at a place."""
        return self.records.get((place, kind), ())

    def _about(self, rule: RequirementRule, record: CountingRecord) -> bool:
        return not rule.topic or rule.topic in self.topics.get(record.activity, ())

    def _by_year(
        self, rule: RequirementRule, period: Period, place: Place
    ) -> tuple[list[CountingRecord], list[CountingRecord]]:
        """As `_matching`, for a year that may be met until a day of the next one.

        A record of that spring meets the year before where it was still open, the earliest first, else its own.
        """
        years = self._years.setdefault((rule.rule, place.pk), {})
        if period.year not in years:
            taken: set[int] = set()
            year = self._chain(rule, period)
            while year.first <= period.first:
                on_time, late = self._matching(rule, year, place)
                on_time = [record for record in on_time if record.activity not in taken]
                late = [record for record in late if record.activity not in taken]
                missing = self.number(rule, year) - len(on_time) - len(late)
                if missing > 0 and self._open(rule, year, place):
                    for record in self._of_spring(rule, year, place)[:missing]:
                        taken.add(record.activity)
                        (late if self.is_late(record, LATE if record.late else "", place) else on_time).append(record)
                years[year.year] = on_time, late
                year = year.next()
        return years[period.year]

    def _of_spring(self, rule: RequirementRule, year: Period, place: Place) -> list[CountingRecord]:
        """Records after a year and until it is due, the earliest first; those marked as made up are spoken for."""
        due = self.due(rule, year)
        once = {
            record.activity: record
            for kind in rule.kinds
            for record in self.records.get((place.pk, kind), ())
            if year.last < record.day <= due and record.makes_up_for is None and self._about(rule, record)
        }
        return sorted(once.values(), key=lambda record: (record.day, record.activity))

    def _open(self, rule: RequirementRule, year: Period, place: Place) -> bool:
        """Whether a year is owed at all, so that something may meet it later."""
        there = place.founded <= year.last and not self.before_start(place, year, self.due(rule, year))
        return there and not self.too_short(place, year) and self.exempted(place.pk, rule.rule, year) is None

    def _count(self, row: Requirement, rule: RequirementRule, place: Place) -> None:
        matching = self._by_year if rule.due_setting and row.period.kind == YEAR else self._matching
        on_time, late = matching(rule, row.period, place)
        row.on_time = len(on_time)
        for record in late:
            row.count_late(record.day, makes_up=record.makes_up_for is not None)
        row.records = [record.activity for record in sorted([*on_time, *late], key=lambda record: record.day)]
        row.waiting = sum(record.accepted for record in [*on_time, *late]) < row.expected <= row.done
        self._note_found(row, rule, place)

    def _note_found(self, row: Requirement, rule: RequirementRule, place: Place) -> None:
        """Note what was found and does not count: not valid, not there yet, about something else, or made up for another."""
        last = max(row.period.last, row.due)
        found = [
            one
            for kind in rule.kinds
            for one in self.uncounted.get((place.pk, kind), ())
            if row.period.first <= one.day <= last
        ]
        for kind in rule.kinds:
            for record in self.records.get((place.pk, kind), ()):
                if record.day not in row.period or record.activity in row.records:
                    continue
                if record.makes_up_for is not None:
                    found.append(Uncounted(record.activity, record.day, "补办以前期间，不计入本期"))
                elif not self._about(rule, record):
                    found.append(Uncounted(record.activity, record.day, "记录没有标明这个议题"))
            for record in self.held_after.get((place.pk, kind), ()):
                if record.meets(row.period) and self._about(rule, record):
                    found.append(Uncounted(record.activity, record.day, HELD_AFTER))
        counted = set(row.records)
        once = {one.activity: one for one in found if one.activity not in counted}
        row.found = sorted(once.values(), key=lambda one: (one.day, one.activity))
        row.returned = next((one.activity for one in reversed(row.found) if one.reason == RETURNED), None)

    def count_documents(self, row: Requirement) -> None:
        """Add the papers named for a row: in time when dated by its due day."""
        for pk, day in self.documents.get((*row.key, row.person), ()):
            row.documents.append(pk)
            self._count_paper(row, day)
        if row.row.circulars and (told := self.circulars.get((row.organisation, str(row.period)))):
            row.circulars.append(told[0])
            self._count_paper(row, told[1])
        if row.row.duty_lists and (issued := self.duty_lists.get((row.organisation, row.period.year))):
            row.duty_lists.append(issued[0])
            self._count_paper(row, issued[1])

    @staticmethod
    def _count_paper(row: Requirement, day: date) -> None:
        if day <= row.due:
            row.on_time += 1
        else:
            row.count_late(day)

    def exempted(self, place: int, rule: str, period: Period) -> str | None:
        """Return why a place is exempt from a rule in a period, None where it is not."""
        spans = self.exempt.get((place, rule), ())
        touching = [span for span in spans if span[0] <= period.last and span[1] >= period.first]
        if freed(period, [(first, last) for first, last, _ in touching], self.share(period)):
            return touching[0][2]
        return None

    def judge(self, row: Requirement) -> Requirement:
        reason = self.exempted(row.organisation, row.rule, row.period)
        if reason is not None:
            row.state, row.reason = State.EXEMPT, reason
        elif row.on_time >= row.expected:
            row.state = State.MET
        elif row.met:
            row.state = State.MET_LATE
        elif self.as_of > row.due:
            row.state = State.UNKNOWN if row.unknown and row.unknown >= row.expected - row.done else State.OVERDUE
        elif self.as_of >= self._soon(row):
            row.state = State.DUE_SOON
        return row

    def _soon(self, row: Requirement) -> date:
        if row.row.soon_months:
            return add_months(row.due, -row.row.soon_months)
        return row.due - timedelta(days=int(dated_settings.at(self.settings["due_soon_days"], row.due)))


def not_alive(row: Requirement) -> Requirement:
    """Return the row as one of a subject that is still to come."""
    row.expected, row.state, row.reason = 0, State.NOT_ALIVE, f"随{quoted(row.row.alive_from)}功能启用"
    return row
