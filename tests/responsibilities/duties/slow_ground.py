"""What the slow reckoning of duties stands on: periods, reports and records, one at a time (slow_duties.py)."""

from dataclasses import dataclass
from datetime import date

from django.utils.timezone import localdate

from branches.places.models.organisations import Organisation
from members.activities.models import Activity
from members.roster.models.members import Member
from responsibilities.circulars.models import Circular
from responsibilities.duties.models import DutyReport
from responsibilities.requirements.rules import REQUIREMENT_RULES_BY_ID as EXEMPTABLE
from tests.responsibilities.requirements.slow_requirements import Slow, alive, bounds, days, label

MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12, "each": 12, "requirements": 12}
LIFE = {"assembly", "group_meeting", "theme_day", "org_life"}
STUDY = {"theme_day", "lecture", "training", "assembly", "study", "study_group"}
HERE = ("present", "online")


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


class SlowGround:
    """All rows in lists: periods, reports, and the records that count for something."""

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
