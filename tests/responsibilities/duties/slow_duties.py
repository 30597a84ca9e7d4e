"""How far duties are, reckoned the slow way: one duty, one slot, one record at a time, from the design and not from the product.

Written from the rulebook's chapter 5 (what proves which duty) and the states of docs/architecture.md: plain Python over rows.
"""

from dataclasses import dataclass
from datetime import date

from django.utils.timezone import localdate

from branches.places.models.organisations import Organisation
from branches.places.models.terms import Term
from members.activities.models import Activity
from members.roster.models.members import Member
from members.roster.models.standing import Away
from members.transfers.models import Transfer
from responsibilities.circulars.models import Circular
from responsibilities.duties.models import DutyList, DutyReport
from responsibilities.policies.models import PolicyRun
from responsibilities.portfolios.models import LeaderPortfolio
from responsibilities.requirements.rules import REQUIREMENT_RULES_BY_ID as EXEMPTABLE
from responsibilities.supervision.models import Supervision
from tests.responsibilities.policies.slow_steps import finished
from tests.responsibilities.requirements.slow_levels import SlowLevels
from tests.responsibilities.requirements.slow_requirements import Slow, alive, bounds, days, label

MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12, "each": 12, "requirements": 12}
LIFE = {"assembly", "group_meeting", "theme_day", "org_life"}
STUDY = {"theme_day", "lecture", "training", "assembly", "study", "study_group"}
HERE = ("present", "online")
TO_COME = {"life-dues-day", "fee-monthly", "fee-fix-yearly", "fee-publish"}


def name_of(months, year, number):
    return f"{year}H{number}" if months == 6 else label(months, year, number)


@dataclass(frozen=True)
class Counted:
    """A record with one place and kind at which it counts."""

    record: Activity
    place: Organisation
    kind: str
    made_up: date | None

    def __getattr__(self, name):
        return getattr(self.record, name)


class SlowDuties:
    """All rows in lists; `answers(duty)` gives {slot key: (expected, done, late, state)}."""

    def __init__(self, as_of, year):
        self.as_of, self.year = as_of, year
        # {(duty id, slot key): due date} of what was answered.
        self.dues = {}
        self.slow = Slow(as_of)
        self.owed = self.slow.rows(year)
        self.reports = list(DutyReport.objects.all())
        self.members = list(Member.objects.all())
        self.circulars = list(Circular.objects.all())
        self.places = {row.pk: row for row in Organisation.objects.all()}

    # -- periods and reports ------------------------------------------------------------

    def periods(self, duty):
        months = MONTHS[duty.period]
        dues = [part for part in duty.due.split(",") if part]
        for number in range(1, 12 // months + 1):
            first, last = bounds(months, self.year, number)
            due = last
            if len(dues) == 12 // months:
                due = date(self.year, int(dues[number - 1][:2]), int(dues[number - 1][3:]))
            yield name_of(months, self.year, number), first, last, due

    def is_history(self, key):
        """Whether too little of the slot's own period lies after the agency's start."""
        for months in (1, 3, 6, 12):
            for number in range(1, 12 // months + 1):
                if name_of(months, self.year, number) == key:
                    first, last = bounds(months, self.year, number)
                    whole = list(days(first, last))
                    left = [day for day in whole if day >= self.slow.start]
                    return not left or len(left) < self.slow.setting("founding_share", first) * len(whole)
        return False

    def said(self, duty, key):
        """The report of a slot and its state on the day, or (None, None): what was entered for a leader is his own."""
        for row in self.reports:
            if row.duty_id == duty.pk and row.slot == key and localdate(row.reported_at) <= self.as_of:
                state = row.state
                if row.reviewed_at and localdate(row.reviewed_at) > self.as_of and state != "confirmed":
                    state = "reported"
                return row, state
        return None, None

    def judged(self, duty, key, numbers, due, *, unknown=False):
        """numbers: (expected, done, late), as the sources count them."""
        expected, done, late = numbers
        if self.of_periods(duty):
            first, last = self.span_of(key)
            place = self.places[duty.list.organisation_id]
            if (place.founded and place.founded > due) or (place.archived_on and place.archived_on < first):
                expected = done = late = 0
            history = due < self.slow.start or self.is_history(key)
            if expected and not history and place.archived_on:
                due = min(due, place.archived_on)
            _, state = self.said(duty, key)
            met = done >= expected or state in ("reported", "accepted")
            if place.archived_on and place.archived_on < self.slow.start:
                met = False
            lived = [day for day in days(first, last) if alive(place, day) and day >= self.slow.start]
            if not history and not met and not self.slow.enough(lived, first, last):
                expected = done = late = 0
            if not met and self.is_exempt(duty, place, first, last):
                expected = done = late = 0
        self.dues[duty.pk, key] = due
        if due < self.slow.start or self.is_history(key):
            return 0, 0, late and 0, "not_applicable"
        row, state = self.said(duty, key)
        if expected == 0:
            return expected, done, late, "not_applicable"
        if done >= expected:
            return expected, done, late, "closed"
        if state in ("reported", "accepted"):
            named = "unjudged" if state == "accepted" and row.no_reviewer else state
            return expected, expected, expected if row.late else 0, named
        if state == "returned":
            return expected, done, late, "returned"
        if unknown:
            return expected, done, late, "unknown"
        return expected, done, late, "overdue" if self.as_of > due else "open"

    # -- what an organisation lived and was exempt from -----------------------------------

    def of_periods(self, duty):
        """Whether it is owed for a period as such: neither for things that happened, nor by a member."""
        things = ("requirements", "stages", "minuted", "led", "terms", "supervisions", "lists")
        return duty.source not in things and duty.list.level != "member"

    def span_of(self, key):
        for months in (1, 3, 6, 12):
            for number in range(1, 12 // months + 1):
                if name_of(months, self.year, number) == key:
                    return bounds(months, self.year, number)
        raise AssertionError(key)

    def is_exempt(self, duty, place, first, last):
        rules = [rule for rule in duty.rules.split() if rule in EXEMPTABLE]
        return bool(rules) and all(self.slow.exempt(place, rule, first, last) for rule in rules)

    # -- records ------------------------------------------------------------------------

    def records(self, kinds, places=None):
        """Return a Counted of each record that counts with one of the kinds at one of the places (anywhere when None)."""
        return [counted for row in self.slow.records if (counted := self.best(row, kinds, places))]

    def best(self, record, kinds, places):
        """A record is taken as it counts best: for its own period, and in time."""
        found = [
            Counted(record, place, row.kind, record.makes_up_for if row.made_up else None)
            for place in self.slow.places
            if places is None or place.pk in places
            for row in record.kinds.all()
            if row.kind in kinds and self.slow.counting(record, place, row.kind)
        ]
        late = [self.slow.late(record, one.place) and record.day >= self.slow.start for one in found]
        return min(zip(found, late), key=lambda pair: (pair[0].made_up is not None, pair[1]), default=(None,))[0]

    def time_of(self, record, first, last, due):
        when = self.slow.time_of(record.record, record.place, record.kind, first, last)
        if when == "on_time" and record.day > due:
            return "late"
        return when

    def is_about(self, record, topic):
        """Ticked; of an imported record without any tick, what its words say."""
        words = {"governance": "从严治党", "ideology": "意识形态", "party_building": "党建", "development": "积极分子"}
        if record.origin == "import" and not record.topics:
            return words[topic] in record.title + record.content
        return topic in record.topics

    def vouched(self, records):
        """Accepted, or counting at an upper level: a branch's word about others waits for its reviewer."""
        return [
            row
            for row in records
            if row.state == "accepted"
            or any(
                place.kind in ("party_group", "committee") and self.slow.counting(row.record, place, kind.kind)
                for place in self.slow.places
                for kind in row.record.kinds.all()
                if kind.kind == row.kind
            )
        ]

    def names(self, record, member, holder):
        """Whether a visit names the leader."""
        came = member is not None and (record.chair_id == member.pk or self.state_of(record, member.pk) in HERE)
        return came or holder.name in record.title + record.content or record.chair_name.strip() == holder.name

    def counted(self, duty, key, records, first, last, due):
        when = [self.time_of(row, first, last, due) for row in records]
        done = sum(one is not None for one in when)
        late = max(0, min(done, duty.times) - when.count("on_time"))
        return self.judged(duty, key, (duty.times, done, late), due)

    def state_of(self, record, member):
        return next((row.state for row in record.attendance.all() if row.member_id == member), None)

    def own(self, member, kinds):
        """Records of the branch (and its groups of today) to which the member belonged on their day."""
        found = {}
        for row in self.slow.memberships:
            if row.member_id != member:
                continue
            near = {pk for pk, place in self.places.items() if row.organisation_id in (pk, place.parent_id)}
            for record in self.records(kinds, near):
                if row.starts <= record.day <= (row.ends or date.max):
                    found[record.pk] = record
        return list(found.values())

    # -- sources ------------------------------------------------------------------------

    def answers(self, duty, member=None, holder=None):
        rows = getattr(self, f"_{duty.source or 'words'}")(duty, member, holder)
        return dict(rows)

    def whole_year(self, duty):
        return f"{self.year}", (0, 0, 0, "not_applicable")

    def _words(self, duty, member, holder):
        place = duty.list.organisation
        for key, first, _, due in self.periods(duty):
            gone = (place.founded and place.founded > due) or (place.archived_on and place.archived_on < first)
            spared = duty.list.level == "member" and duty.key != ""
            # Dues and care have no records yet: what rests on their rules alone is asked of nobody.
            rules = duty.rules.split()
            spared = spared or bool(rules) and all(rule in TO_COME for rule in rules)
            # So is what names rules of subjects to come beside others.
            yield key, self.judged(duty, key, (0 if gone or spared else 1, 0, 0), due)

    def _development(self, duty, member, holder):
        # No case in the random agency, and no whole year of the rule on analyses.
        yield from self.nothing(duty, "branch")

    def _dues(self, duty, member, holder):
        yield from self.nothing(duty, "member")

    def nothing(self, duty, level):
        mine = [(key, self.judged(duty, key, (0, 0, 0), due)) for key, _, _, due in self.periods(duty)]
        yield from mine if duty.list.level == level else [self.whole_year(duty)]

    def _care(self, duty, member, holder):
        """Nobody is looked after here (test_caring.py); a leader without contact says in words what he did."""
        mine = LeaderPortfolio.objects.filter(leader=holder, contact__isnull=False, starts__lte=self.as_of)
        words = [(key, self.judged(duty, key, (duty.times, 0, 0), due)) for key, _, _, due in self.periods(duty)]
        led = any((row.ends or date.max) >= date(self.year, 1, 1) for row in mine)
        yield from [self.whole_year(duty)] if duty.list.level != "leader" or led else words

    def _commitments(self, duty, member, holder):
        """Nobody has pledged in the random agency: everybody owes his, who is neither exempt nor came in the last quarter."""
        for key, _, _, due in self.periods(duty):
            owes = self.pledges(member) if member is not None else True
            yield key, self.judged(duty, key, (1 if owes else 0, 0, 0), due)

    def pledges(self, member):
        from members.roster.models.members import Membership

        day = min(self.as_of, date(self.year, 12, 31))
        rows = list(Membership.objects.filter(member=member))
        there = any(row.starts <= day and (row.ends is None or row.ends >= day) for row in rows)
        first = min((row.starts for row in rows), default=day)
        since = max(first, member.joined_on or first)
        freed = member.exempt_from is not None and member.exempt_from <= day
        return there and not freed and since < date(self.year, 10, 1)

    def _activities(self, duty, member, holder):
        from responsibilities.duties.templates import template

        line = template(duty.key)
        found = self.records(line.kinds, {duty.list.organisation_id})
        if line.topic:
            found = [row for row in found if self.is_about(row, line.topic)]
        if line.word:
            found = [row for row in found if line.word in row.title or line.word in row.content]
        for key, first, last, due in self.periods(duty):
            yield key, self.counted(duty, key, found, first, last, due)

    def _classes(self, duty, member, holder):
        # Nobody plans a class in the random agency: what was trained is no class (tests/members/cadres).
        for key, first, last, due in self.periods(duty):
            yield key, self.counted(duty, key, [], first, last, due)

    def _lectures(self, duty, member, holder):
        found = [
            row
            for row in self.records({"lecture"})
            if row.lecturer_name == holder.name or (not row.lecturer_name and member and row.chair_id == member.pk)
        ]
        found = self.vouched(found)
        for key, first, last, due in self.periods(duty):
            yield key, self.counted(duty, key, found, first, last, due)

    def _contact(self, duty, member, holder):
        portfolios = list(LeaderPortfolio.objects.filter(leader=holder, contact__isnull=False))
        portfolios = [row for row in portfolios if row.starts <= self.as_of]
        found = []
        for portfolio in portfolios:
            near = {portfolio.contact_id} | {
                pk
                for pk, place in self.places.items()
                if place.kind == "small_group" and place.parent_id == portfolio.contact_id
            }
            for record in self.records({"visit_branch"}, near):
                if portfolio.starts <= record.day <= (portfolio.ends or date.max):
                    found.append(record)
        found = list({row.pk: row for row in found}.values())
        found = self.vouched(row for row in found if self.names(row, member, holder))
        for key, first, last, due in self.periods(duty):
            yield key, self.counted(duty, key, found, first, last, due)

    def _attendance(self, duty, member, holder):
        for key, first, last, due in self.periods(duty):
            if member is None:
                yield key, self.judged(duty, key, (duty.times, 0, 0), due)
            elif duty.list.level == "member":
                yield key, self._called(duty, key, first, last, due, member)
            else:
                yield key, self._present(duty, key, first, last, due, member)

    def _called(self, duty, key, first, last, due, member):
        if member.exempt_from and member.exempt_from <= due:
            return self.judged(duty, key, (0, 0, 0), due)
        held = [row for row in self.own(member.pk, LIFE | {"lecture"}) if first <= row.day <= last]
        states = [self.state_of(row, member.pk) for row in held]
        called = [state for state in states if state in ("present", "online", "leave", "absent")]
        done = sum(state != "absent" for state in called)
        if not called and "not_recorded" in states:
            return self.judged(duty, key, (1, 0, 0), due, unknown=True)
        return self.judged(duty, key, (len(called), done, 0), due)

    def _present(self, duty, key, first, last, due, member):
        held = [row for row in self.own(member.pk, LIFE) if first <= row.day <= last]
        there = [row for row in held if self.state_of(row, member.pk) in HERE]
        when = [self.time_of(row, first, last, due) for row in there]
        done = sum(one is not None for one in when)
        late = max(0, min(done, duty.times) - when.count("on_time"))
        silent = any(self.state_of(row, member.pk) == "not_recorded" for row in held)
        over = self.as_of > due
        if done < duty.times and not held and over:
            return self.judged(duty, key, (0, 0, 0), due)
        return self.judged(duty, key, (duty.times, done, late), due, unknown=silent and over)

    def _review(self, duty, member, holder):
        held = self.own(member.pk, {"member_review"})
        there = [row for row in held if self.state_of(row, member.pk) in HERE]
        for key, first, last, due in self.periods(duty):
            silent = any(
                self.state_of(row, member.pk) == "not_recorded" and self.time_of(row, first, last, due) for row in held
            )
            when = [self.time_of(row, first, last, due) for row in there]
            done = sum(one is not None for one in when)
            late = max(0, min(done, 1) - when.count("on_time"))
            yield key, self.judged(duty, key, (1, done, late), due, unknown=silent)

    def talks_of(self, member):
        return [row for row in self.records({"talk"}) if row.chair_id == member or self.state_of(row, member) in HERE]

    def _talks(self, duty, member, holder):
        if duty.list.level != "member":
            yield self.whole_year(duty)
            return
        for key, first, last, due in self.periods(duty):
            yield key, self.counted(duty, key, self.talks_of(member.pk), first, last, due)

    def _hours(self, duty, member, holder):
        if duty.list.level == "member":
            times = self.hours_owed(member, duty.times)
            if not times:
                yield self.whole_year(duty)
                return
            found = [
                row
                for row in self.records(STUDY)
                if self.state_of(row, member.pk) in (*HERE, "not_recorded") or self.taught(row, member)
            ]
            unsure = {
                row.pk
                for row in found
                if self.state_of(row, member.pk) == "not_recorded" and not self.taught(row, member)
            }
        else:
            found, times = self.records(STUDY, {duty.list.organisation_id}), duty.times
            unsure = set()
        for key, first, last, due in self.periods(duty):
            mine = [row for row in found if self.time_of(row, first, last, due)]
            known = [
                row
                for row in mine
                if row.starts_at and row.ends_at and row.ends_at > row.starts_at and row.pk not in unsure
            ]
            total, in_time = self.hours_of(known), self.hours_of(row for row in known if row.day <= due)
            silent = len(mine) > len(known)
            unknown = silent and int(total) < times and (self.as_of > due or not total)
            # Held in the next year to make up for this one, it is late.
            late = max(0, min(int(total), times) - int(in_time))
            yield key, self.judged(duty, key, (times, int(total), late), due, unknown=unknown)

    def taught(self, row, member):
        """Whether he gave it: a lecture that names nobody else and that he chaired; by name in his own branch alone."""
        if row.lecturer_name:
            homes = [m.organisation_id for m in member.memberships.all() if self.lasts(m, row.day)]
            here = {row.place.pk, row.place.parent_id if row.place.kind == "small_group" else row.place.pk}
            return row.lecturer_name == member.name and bool(here & set(homes))
        kinds = {kind.kind for kind in row.record.kinds.all()}
        return "lecture" in kinds and row.chair_id == member.pk

    @staticmethod
    def lasts(row, day):
        return (row.starts is None or row.starts <= day) and (row.ends is None or day <= row.ends)

    def hours_owed(self, member, hours):
        """The hours of a year, by the months of which he was a member here for half of the days and not spared, rounded up."""
        spared = [row for row in member.party_statuses.all() if row.state in ("suspended", "lost", "left")]
        spared += [row for row in member.aways.all() if row.kind == "abroad"]
        party = [row for row in member.stage_spells.all() if row.stage in ("probationary", "full")]
        months = 0
        for number in range(1, 13):
            first, last = bounds(1, self.year, number)
            month = list(days(first, last))
            good = [
                day
                for day in month
                if any(self.lasts(row, day) for row in member.memberships.all())
                and any(self.lasts(row, day) for row in party)
                and not any(self.lasts(row, day) for row in spared)
                and not (member.exempt_from and member.exempt_from <= day)
            ]
            months += 2 * len(good) >= len(month)
        return -(-hours * months // 12)

    def hours_of(self, records):
        """No day is worth more than eight hours."""
        days = {}
        for row in records:
            minutes = row.ends_at.hour * 60 + row.ends_at.minute - row.starts_at.hour * 60 - row.starts_at.minute
            days[row.day] = days.get(row.day, 0) + minutes
        return sum(min(minutes, 8 * 60) for minutes in days.values()) / 60

    def _requirements(self, duty, member, holder):
        branch = duty.list.organisation_id
        rows = {}
        if duty.list.level in ("committee", "party_group"):
            # Its own papers and reminders: what its branches do is not its doing.
            papers = ("resp-thought-report", "term-remind-6m", "resp-list", "resp-annual-plan", "resp-annual-report")
            for (place, rule, period, _), (expected, done, state, due) in (
                SlowLevels(self.as_of).rows(self.year).items()
            ):
                if place == branch and rule in duty.rules.split() and rule in papers:
                    numbers = (0, 0, None) if state in ("not_applicable", "exempt") else (expected, done, None)
                    rows[f"{rule}/{period}"] = self.judged(duty, f"{rule}/{period}", numbers, due)
        for (place, rule, period), (expected, done, state, due) in self.owed.items():
            group = self.places[place].kind == "small_group"
            if rule not in duty.rules.split() or (self.places[place].parent_id if group else place) != branch:
                continue
            key = f"{rule}/{period}/{place}" if group else f"{rule}/{period}"
            if state in ("not_applicable", "exempt"):
                expected = done = 0
            rows[key] = self.judged(duty, key, (expected, done, None), due)
        yield from rows.items() or [self.whole_year(duty)]

    def _terms(self, duty, member, holder):
        found = []
        for row in Term.objects.all():
            open_in_year = row.expires <= date(self.year, 12, 31) and (
                row.closed_on is None or row.closed_on >= date(self.year, 1, 1)
            )
            gone = self.places[row.organisation_id].archived_on
            if gone and gone < row.expires:
                continue
            if open_in_year and duty.list.organisation in self.places[row.organisation_id].get_ancestors(
                include_self=True
            ):
                closed = row.closed_on is not None and row.closed_on <= self.as_of
                late = int(closed and row.closed_on > row.expires)
                key = f"term/{row.pk}"
                # Carried over from an earlier year, it is owed from the first day of this one.
                due = max(row.expires, date(self.year, 1, 1))
                found.append((key, self.judged(duty, key, (1, int(closed), late), due)))
        return found or [self.whole_year(duty)]

    def _supervisions(self, duty, member, holder):
        rows = []
        for row in Supervision.objects.all():
            below = duty.list.organisation in self.places[row.organisation_id].get_ancestors(include_self=True)
            mine = row.holder_id == holder.pk if duty.list.level == "leader" else below
            if mine and row.due.year == self.year and localdate(row.issued_at) <= self.as_of:
                day = localdate(row.closed_at) if row.closed_at else None
                rows.append((row, day if day and day <= self.as_of else None))
        if duty.period == "each":
            found = [
                (
                    f"supervision/{row.pk}",
                    self.judged(
                        duty,
                        f"supervision/{row.pk}",
                        (1, int(day is not None), int(bool(day and day > row.due))),
                        row.due,
                    ),
                )
                for row, day in rows
            ]
            return found or [self.whole_year(duty)]
        return [
            (
                key,
                self.judged(
                    duty,
                    key,
                    (
                        sum(first <= row.due <= last for row, _ in rows),
                        sum(first <= row.due <= last and day is not None for row, day in rows),
                        sum(bool(first <= row.due <= last and day and day > row.due) for row, day in rows),
                    ),
                    due,
                ),
            )
            for key, first, last, due in self.periods(duty)
        ]

    def _policies(self, duty, member, holder):
        runs = PolicyRun.objects.filter(organisation=duty.list.organisation_id, version__policy=duty.policy_id)
        runs = [row for row in runs if not (row.cancelled_on and row.cancelled_on <= self.as_of)]
        for key, first, last, due in self.periods(duty):
            begun = [row for row in runs if first <= row.opened_on <= min(last, self.as_of)]
            days = [day for row in begun if (day := finished(row, self.as_of))]
            late = max(0, min(len(days), duty.times) - sum(day <= due for day in days))
            yield key, self.judged(duty, key, (duty.times, len(days), late), due)

    def _lists(self, duty, member, holder):
        branches = [
            row
            for row in self.places.values()
            if row.kind == "branch" and (row.archived_on is None or row.archived_on > self.as_of)
        ]
        issued = {
            row.organisation_id: row.issued_on
            for row in DutyList.objects.filter(level="branch", year=self.year, state="issued")
            if row.issued_on <= self.as_of
        }
        for key, _, _, due in self.periods(duty):
            then = [row for row in branches if not row.founded or (row.founded <= due and row.founded <= self.as_of)]
            done = [issued[row.pk] for row in then if row.pk in issued]
            numbers = (len(then), len(done), sum(day > due for day in done))
            yield key, self.judged(duty, key, numbers, due)

    def _circulars(self, duty, member, holder):
        for key, first, last, due in self.periods(duty):
            days = [
                min(row.issued_on for row in rows)
                for quarter in range(1, 5)
                if self.overlap(quarter, first, last)
                and (rows := [row for row in self.circulars if self.is_of(row, duty, quarter)])
            ]
            expected = min(duty.times, sum(self.overlap(quarter, first, last) for quarter in range(1, 5)))
            late = max(0, min(len(days), expected) - sum(day <= due for day in days))
            yield key, self.judged(duty, key, (expected, len(days), late), due)

    def overlap(self, quarter, first, last):
        begin, end = bounds(3, self.year, quarter)
        return begin <= last and first <= end

    def is_of(self, row, duty, quarter):
        same = row.organisation_id == duty.list.organisation_id and row.period == f"{self.year}Q{quarter}"
        return same and row.state == "issued" and row.issued_on <= self.as_of

    def _transfers(self, duty, member, holder):
        for key, first, last, due in self.periods(duty):
            expected = done = late = 0
            for away in Away.objects.filter(member=duty.list.member_id, fixed=True, starts__lte=self.as_of):
                owed = half_a_year_after(away.starts)
                if not first <= owed <= last or (away.ends and away.ends < owed):
                    continue
                asked = Transfer.objects.filter(member=away.member_id, asked_on__lte=self.as_of)
                days = [row.asked_on for row in asked if row.state not in ("withdrawn", "returned")]
                days = [day for day in days if day >= away.starts]
                days += [away.registered_on] if away.registered_on and away.registered_on <= self.as_of else []
                expected, done, late = expected + 1, done + bool(days), late + bool(days and min(days) > owed)
            yield key, self.judged(duty, key, (expected, done, late), due)


def half_a_year_after(day):
    year, month = (day.year, day.month + 6) if day.month <= 6 else (day.year + 1, day.month - 6)
    while True:
        try:
            return date(year, month, day.day)
        except ValueError:
            day = day.replace(day=day.day - 1)
