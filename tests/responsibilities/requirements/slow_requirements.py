"""What is owed, reckoned the slow way: one organisation, one rule, one period, one day at a time.

Written from the design (decisions 10, 16 and 19 to 23, judgement 1) and the rulebook (table 1.5, cases 33, 43 to 46), not
from the product: plain Python over rows. It knows no sets, no intervals, no shared queries, and no stored judgements.
"""

from calendar import monthrange
from datetime import date, timedelta
from decimal import Decimal

from django.utils.timezone import localdate

from branches.places.models.organisations import Organisation, OrganisationVersion
from branches.settings.models import Setting
from members.activities.models import Activity
from members.roster.models.members import Membership
from members.roster.models.posts import Post
from responsibilities.requirements.models import Exemption

DEFAULTS = {
    "grace_days": "7",
    "due_soon_days": "7",
    "lecture_per_quarter": "1",
    "org_life_due": "1231",
    "talks_with_committee": "0",
    "founding_share": "0.5",
    "host_confirm_days": "15",
}
# rule → (months in a period, kinds of record that meet it); rulebook, table 1.5
RULES = {
    "life-assembly-q": (3, {"assembly", "election"}),
    "life-committee-m": (1, {"committee_meeting"}),
    "life-group-m": (1, {"group_meeting"}),
    "life-theme-day": (1, {"theme_day"}),
    "life-lecture-frequency": (3, {"lecture"}),
    "life-org-meeting": (12, {"org_life"}),
    "ma-yearly": (12, {"member_review"}),
    "life-talks": (12, {"talk"}),
}
YEARLY_MEETINGS = ("life-org-meeting", "ma-yearly")
SEATS = {"secretary", "deputy", "organisation", "publicity", "discipline", "youth", "welfare", "commissioner"}


def bounds(months, year, number):
    """First and last day of the number-th period of so many months."""
    last_month = months * number
    return date(year, last_month - months + 1, 1), date(year, last_month, monthrange(year, last_month)[1])


def label(months, year, number):
    return {1: f"{year}-{number:02d}", 3: f"{year}Q{number}", 12: f"{year}"}[months]


def days(first, last):
    while first <= last:
        yield first
        first += timedelta(days=1)


def alive(place, day):
    return (place.founded is None or place.founded <= day) and (place.archived_on is None or day <= place.archived_on)


def start_of(settings):
    """The day before which nothing is owed (judgement 2.4): the newest word on it, whenever it was said."""
    said = [row for row in settings if row.key == "agency_start"]
    return date.fromisoformat(max(said, key=lambda row: row.valid_from).value) if said else date.min


class Slow:
    """All rows of the database in lists, read once; every question is answered by walking them."""

    def __init__(self, as_of):
        self.as_of, self.today = as_of, localdate()
        self.places = list(Organisation.objects.all())
        self.versions = list(OrganisationVersion.objects.all())
        self.settings = list(Setting.objects.all())
        self.posts = list(Post.objects.all())
        self.memberships = list(Membership.objects.select_related("member"))
        self.start = start_of(self.settings)
        self.exemptions = list(Exemption.objects.all())
        self.records = list(Activity.objects.prefetch_related("kinds", "hosts", "attendance"))

    def rows(self, year):
        """Return {(organisation, rule, period): (expected, done, state, due)} of a year."""
        found = {}
        for place in self.places:
            for rule, (months, _) in RULES.items():
                for number in range(1, 12 // months + 1):
                    row = self.row(place, rule, months, year, number)
                    if row is not None:
                        found[place.pk, rule, label(months, year, number)] = row
        return found

    def row(self, place, rule, months, year, number):
        first, last = bounds(months, year, number)
        living = [day for day in days(first, last) if alive(place, day)]
        if not living:
            return None
        due = self.due(rule, first, last)
        # Whoever is archived owes what it owes by its last day.
        ended = place.archived_on if place.archived_on and place.archived_on < last else last
        due = min(due, ended) if ended < last else due
        if rule == "life-group-m":
            if place.kind == "branch":
                return None if self.has_groups(place, first, last) else (0, 0, "not_applicable", due)
            if place.kind != "small_group":
                return None
        elif place.kind != "branch":
            return None
        begun = self.start > (place.founded or date.min)
        if begun and (
            due < self.start or not self.enough([day for day in days(first, last) if day >= self.start], first, last)
        ):
            return 0, 0, "not_applicable", due
        whole = self.enough([day for day in living if day >= self.start], first, last)
        # On the due day; while the period runs, as things stand today; before it begins, on its first day.
        reference = min(ended, max(self.as_of, first))
        if rule == "life-committee-m" and self.seats(place, reference) < 3:
            return 0, 0, "not_applicable", due
        if rule == "life-talks":
            expected, on_time, late = self.talks(place, first, last, reference)
        else:
            expected = int(self.setting("lecture_per_quarter", first)) if rule == "life-lecture-frequency" else 1
            on_time, late = self.met(place, rule, RULES[rule][1], first, last)
        if expected == 0 or not whole and on_time + late < expected:
            return 0, 0, "not_applicable", due
        return (
            expected,
            on_time + late,
            self.state(place, rule, (first, last), (expected, on_time, late), due),
            due,
        )

    def setting(self, key, day):
        """The value of a setting in force on a day."""
        rows = [row for row in self.settings if row.key == key and row.valid_from <= day]
        return Decimal(max(rows, key=lambda row: row.valid_from).value if rows else DEFAULTS[key])

    def enough(self, lived, first, last):
        """Whether so many days of a period are enough for it to be owed (judgement 2.5): all of it always is."""
        length = (last - first + timedelta(1)).days
        return bool(lived) and (len(lived) == length or len(lived) >= self.setting("founding_share", first) * length)

    def due(self, rule, first, last):
        """The last day; of the yearly meetings the day that the agency says, maybe of the next year (judgement 2.6)."""
        if rule in YEARLY_MEETINGS:
            value = int(self.setting("org_life_due", first))
            year = last.year + (1 if value >= 10000 else 0)
            month = value // 100 % 100
            return date(year, month, min(value % 100, monthrange(year, month)[1]))
        return last

    def has_groups(self, branch, first, last):
        """Whether a group stood below the branch on any day, by the tree of that day."""
        groups = {place.pk: place for place in self.places if place.kind == "small_group"}
        return any(
            version.starts <= day and (version.ends is None or day <= version.ends)
            for version in self.versions
            if version.organisation_id in groups and version.parent_id == branch.pk
            for day in days(first, last)
            if alive(groups[version.organisation_id], day)
        )

    def seats(self, branch, day):
        return sum(
            post.organisation_id == branch.pk
            and post.kind in SEATS
            and (post.starts is None or post.starts <= day)
            and (post.ends is None or day <= post.ends)
            for post in self.posts
        )

    def seated(self, member, day):
        """Whether somebody holds a seat on any committee that day."""
        return any(
            post.member_id == member
            and post.kind in SEATS
            and (post.starts is None or post.starts <= day)
            and (post.ends is None or day <= post.ends)
            for post in self.posts
        )

    def counting(self, record, place, kind):
        """Whether a record counts for an organisation with one of its kinds, as things stood on the day asked."""
        if record.state not in ("submitted", "accepted"):
            return False
        there_since = self.there_since(record, place)
        if there_since is None:
            return False
        if self.as_of < self.today and (record.day > self.as_of or there_since > self.as_of):
            return False
        return self.quorate(record, place, kind)

    def there_since(self, record, place):
        """The day from which a host has a record, None where it has not; a ledger's records have always been there."""
        sent = localdate(record.submitted_at) if record.submitted_at else None
        if place.pk == record.organisation_id:
            return sent or date.min
        for host in record.hosts.all():
            if host.organisation_id == place.pk and host.confirmed_at:
                return max(localdate(host.confirmed_at), sent or record.day)
        return None

    def late(self, record, place):
        if place.pk == record.organisation_id:
            return record.late
        sent = localdate(record.submitted_at) if record.submitted_at else record.day
        waited = self.there_since(record, place) - sent
        return waited.days > int(self.setting("host_confirm_days", record.day))

    def quorate(self, record, place, kind):
        """Judgement 1.2: half of the voters, four fifths of them, half of the seats, or anybody."""
        members = [
            row.member
            for row in self.memberships
            if place.pk in (row.organisation_id, row.small_group_id)
            and row.starts <= record.day
            and (row.ends is None or record.day <= row.ends)
            and row.member.joined_on
            and row.member.joined_on <= record.day
        ]
        seats = {
            post.member_id
            for post in self.posts
            if post.organisation_id == place.pk
            and post.kind in SEATS
            and (post.starts is None or post.starts <= record.day)
            and (post.ends is None or record.day <= post.ends)
        }
        states = {row.member_id: row.state for row in record.attendance.all()}
        came = {pk for pk, state in states.items() if state in ("present", "online")}
        asked = {member.pk for member in members} | seats
        group = place.kind == "small_group"
        if kind in ("assembly", "election", "org_life", "member_review") and not group:
            voters = {member.pk for member in members if member.full_on and member.full_on <= record.day}
            share = Decimal("0.8") if kind == "election" else Decimal("0.5")
            return len(voters & came) >= share * len(voters)
        if kind == "committee_meeting" and not group:
            return 2 * len(seats & came) >= len(seats)
        if kind in ("group_meeting", "lecture", "theme_day", "training") or group and kind != "talk":
            # Where nobody's attendance is recorded, nobody knows who came.
            recorded = {pk for pk, state in states.items() if state != "not_recorded"}
            return not (asked & recorded) or bool(asked & came)
        return True

    def time_of(self, record, place, kind, first, last):
        """Return "on_time" or "late" when a record belongs to the period with this kind, None otherwise."""
        marked = {row.kind for row in record.kinds.all() if row.made_up}
        made_up = record.makes_up_for if kind in marked else None
        # Made up for within the same (longer) period: nothing was made up, it simply lies in it.
        if made_up is not None and not (first <= made_up <= last and first <= record.day <= last):
            return "late" if first <= made_up <= last else None
        if first <= record.day <= last:
            return "late" if self.late(record, place) and record.day >= self.start else "on_time"
        return None

    def met(self, place, rule, kinds, first, last):
        """Count what meets a period; of the yearly meetings also what the next spring brings, and not what it took."""
        taken = self.of_spring(place, rule, kinds, first.year - 1) if rule in YEARLY_MEETINGS else []
        counted = self.within(place, kinds, first, last, {record.pk for record in taken})
        if rule in YEARLY_MEETINGS:
            for record in self.of_spring(place, rule, kinds, first.year):
                counted["late" if self.late(record, place) and record.day >= self.start else "on_time"] += 1
        return counted["on_time"], counted["late"]

    def of_spring(self, place, rule, kinds, year):
        """Records of the next year that a year takes while it is open: the first to come, until it is due."""
        first, last = bounds(12, year, 1)
        due = self.due(rule, first, last)
        if due <= last or year < 2000:
            return []
        lived = [day for day in days(first, last) if alive(place, day)]
        begun = self.start > (place.founded or date.min)
        if (
            not self.enough([day for day in lived if day >= self.start], first, last)
            or begun
            and (
                due < self.start
                or not self.enough([day for day in days(first, last) if day >= self.start], first, last)
            )
            or self.exempt(place, rule, first, last)
        ):
            return []
        before = {record.pk for record in self.of_spring(place, rule, kinds, year - 1)}
        missing = 1 - sum(self.within(place, kinds, first, last, before).values())
        coming = [
            record
            for record in self.records
            if last < record.day <= due
            and any(
                row.kind in kinds
                and not (record.makes_up_for and row.made_up)
                and self.counting(record, place, row.kind)
                for row in record.kinds.all()
            )
        ]
        coming.sort(key=lambda record: (record.day, record.pk))
        return coming[: max(0, missing)]

    def within(self, place, kinds, first, last, without=()):
        counted = {"on_time": 0, "late": 0}
        for record in self.records:
            if record.pk in without:
                continue
            times = [
                self.time_of(record, place, row.kind, first, last)
                for row in sorted(record.kinds.all(), key=lambda row: row.kind)
                if row.kind in kinds and self.counting(record, place, row.kind)
            ]
            when = next(filter(None, times), None)
            if when:
                # One record meets one requirement of a rule.
                counted[when] += 1
        return counted

    def talks(self, branch, first, last, day):
        people = {
            row.member_id: row.member
            for row in self.memberships
            if row.organisation_id == branch.pk and row.starts <= day and (row.ends is None or day <= row.ends)
            if row.member.joined_on and row.member.joined_on <= day
            # 年老体弱: left out of rates (life-elderly-exempt).
            if not (row.member.exempt_from and row.member.exempt_from <= day)
        }
        on_time, late = set(), set()
        for record in self.records:
            own = next(place for place in self.places if place.pk == record.organisation_id)
            if "talk" in {row.kind for row in record.kinds.all()} and self.counting(record, own, "talk"):
                when = self.time_of(record, own, "talk", first, last)
                if when:
                    talked = {row.member_id for row in record.attendance.all() if row.state in ("present", "online")}
                    talked.add(record.chair_id)
                    if self.setting("talks_with_committee", first):
                        talked = {
                            one for one in talked if any(self.seated(other, record.day) for other in talked - {one})
                        }
                    (on_time if when == "on_time" else late).update(talked & set(people))
        return len(people), len(on_time), len(late - on_time)

    def exempt(self, place, rule, first, last):
        """Whether most of a period lies in exemptions: of what they leave, too little remains for it to be owed."""
        spans = [
            (row.first, row.last)
            for row in self.exemptions
            if row.organisation_id == place.pk and rule in row.rules and not row.revoked
        ]
        left = [day for day in days(first, last) if not any(begin <= day <= end for begin, end in spans)]
        length = (last - first + timedelta(1)).days
        return len(left) < length and (not left or len(left) < self.setting("founding_share", first) * length)

    def state(self, place, rule, period, numbers, due):
        """period: (first day, last day). numbers: (expected, on time, late)."""
        expected, on_time, late = numbers
        if self.exempt(place, rule, *period):
            return "exempt"
        if on_time >= expected:
            return "met"
        if on_time + late >= expected:
            return "met_late"
        if self.as_of > due:
            return "overdue"
        if self.as_of >= due - timedelta(days=int(self.setting("due_soon_days", due))):
            return "due_soon"
        return "not_due"
