"""How far duties are, reckoned the slow way: one duty, one slot, one record at a time, from the design and not from the product.

Written from the rulebook's chapter 5 (what proves which duty) and the states of docs/architecture.md: plain Python over rows.
"""

from datetime import date

from django.utils.timezone import localdate

from branches.places.models.terms import Term
from members.roster.models.standing import Away
from members.transfers.models import Transfer
from responsibilities.duties.models import DutyList
from responsibilities.policies.models import PolicyRun
from responsibilities.portfolios.models import LeaderPortfolio
from responsibilities.supervision.models import Supervision
from tests.responsibilities.duties.slow_people import SlowPeople
from tests.responsibilities.policies.slow_steps import finished
from tests.responsibilities.requirements.slow_levels import SlowLevels
from tests.responsibilities.requirements.slow_requirements import bounds


class SlowDuties(SlowPeople):
    """All rows in lists; `answers(duty)` gives {slot key: (expected, done, late, state)}."""

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
