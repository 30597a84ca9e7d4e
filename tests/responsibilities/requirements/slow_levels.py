"""What the upper levels and persons owe, reckoned the slow way: one organisation, one person, one period, one day at a time.

Written from the rulebook (table 1.5) and judgement 2, not from the product. Extends the slow reference of branches and groups:
the same settings, exemptions, days lived, late records.
"""

from calendar import monthrange
from datetime import date, timedelta

from django.utils.timezone import localdate

from branches.notices.models import Notice
from branches.places.models.terms import Term
from branches.reach.models import Appointment
from responsibilities.circulars.models import Circular
from responsibilities.duties.models import DutyList
from responsibilities.requirements.models import RequirementDocument
from tests.responsibilities.requirements.slow_requirements import DEFAULTS, Slow, alive, bounds, days, label

DEFAULTS |= {
    "democratic_life_due": "1231",
    "debrief_due": "1231",
    "documents_due": "331",
    "double_report_per_quarter": "1",
    "thought_report_per_half": "1",
    "party_group_study_per_half": "1",
    "governance_per_half": "1",
    "ideology_per_half": "1",
    "study_group_per_quarter": "1",
    "democratic_life_per_year": "1",
    "party_group_meeting_per_month": "0",
    "duty_list_per_year": "1",
    "annual_plan_per_year": "1",
    "annual_report_per_year": "1",
    "new_secretary_months": "6",
    "new_member_months": "12",
}
# rule → (kind of organisation, months in a period, kinds of record or None for papers, topic, setting of the number, of the day)
OF_PLACES = {
    "life-all-hands": ("committee", 12, {"all_hands"}, None, None, None),
    "life-double-report": ("committee", 3, None, None, "double_report_per_quarter", None),
    "resp-thought-report": ("committee", 6, None, None, "thought_report_per_half", None),
    "dev-analysis-1y": ("committee", 12, {"committee_plenary"}, "development", None, None),
    "oa-party-group-report": ("party_group", 12, {"debrief", "all_hands"}, None, None, None),
    "resp-party-group-study": (
        "party_group",
        6,
        {"party_special"},
        "party_building",
        "party_group_study_per_half",
        None,
    ),
    "resp-half-year": ("party_group", 6, {"party_special"}, "governance", "governance_per_half", None),
    "resp-ideology": ("party_group", 6, {"party_special"}, "ideology", "ideology_per_half", None),
    "life-study-group": ("party_group", 3, {"study_group"}, None, "study_group_per_quarter", None),
    "life-minsheng": (
        *("party_group", 12, {"democratic_life"}, None, "democratic_life_per_year"),
        "democratic_life_due",
    ),
    "resp-party-group-meeting": (
        "party_group",
        1,
        {"party_group_meeting"},
        None,
        "party_group_meeting_per_month",
        None,
    ),
    "resp-list": ("party_group", 12, None, None, "duty_list_per_year", "documents_due"),
    "resp-annual-plan": ("party_group", 12, None, None, "annual_plan_per_year", "documents_due"),
    "resp-annual-report": ("party_group", 12, None, None, "annual_report_per_year", "documents_due"),
}
# The rules of development apply from the day on which the new text was issued.
# Still in time so many days after the period, within the year: a circular about a quarter is made when it is over.
AFTER = {"life-double-report": 15}
SINCE = {"dev-analysis-1y": date(2026, 5, 11)}
ELECTED = ("committee", "general_branch", "branch")
# rule → (kinds of organisation whose secretary owes it, kind of record, setting of the day)
OF_SECRETARIES = {
    "life-lecture-leader": (("party_group", "committee"), "lecture", None),
    "oa-debrief": (ELECTED, "debrief", "debrief_due"),
    "edu-rotation-agency": (ELECTED, "training", None),
}
PLURAL = {1: 12, 3: 4, 6: 2, 12: 1}


def written(months, year, number):
    return f"{year}H{number}" if months == 6 else label(months, year, number)


def later(day, months):
    month = day.month - 1 + months
    year, month = day.year + month // 12, month % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


class SlowLevels(Slow):
    def __init__(self, as_of):
        super().__init__(as_of)
        self.papers = [row for row in RequirementDocument.objects.all() if not row.withdrawn and row.dated_on <= as_of]
        self.terms = list(Term.objects.all())
        self.circulars = list(Circular.objects.all())
        self.lists = list(DutyList.objects.filter(level="party_group", state="issued").exclude(document=""))
        self.seats_given = list(Appointment.objects.select_related("user"))
        self.notices = list(Notice.objects.all())

    def rows(self, year):
        """Return {(organisation, rule, period, person): (expected, done, state, due)} of a year."""
        found = {}
        for place in self.places:
            for rule, (kind, months, *_) in OF_PLACES.items():
                for number in range(1, PLURAL[months] + 1):
                    row = self.of_place(place, rule, year, number) if place.kind == kind else None
                    if row:
                        found[place.pk, rule, written(months, year, number), ""] = row
            for rule in OF_SECRETARIES:
                for person, row in self.of_secretaries(place, rule, year):
                    found[place.pk, rule, str(year), person] = row
            for rule, person, row in self.of_events(place, year):
                found[place.pk, rule, str(year), person] = row
            if place.kind in ELECTED and (row := self.of_term(place, year)):
                found[place.pk, "term-on-time", str(year), ""] = row
            if place.kind == "committee":
                found[place.pk, "term-remind-6m", str(year), ""] = self.of_reminders(place, year)
        return found

    # ---- what all of them share

    def day_of(self, key, first, last):
        if key is None:
            return last
        value = int(self.setting(key, first))
        year, month = last.year + (value >= 10000), value // 100 % 100
        return date(year, month, min(value % 100, monthrange(year, month)[1]))

    def history(self, place, due, first, last):
        """Whether a period lies before the day from which the agency reckons, or too little of it after."""
        if self.start <= (place.founded or date.min):
            return False
        return due < self.start or not self.enough([day for day in days(first, last) if day >= self.start], first, last)

    def judged(self, place, rule, span, numbers, due, soon=None):
        expected, on_time, late = numbers
        if self.exempt(place, rule, *span):
            return expected, on_time + late, "exempt", due
        if on_time >= expected:
            state = "met"
        elif on_time + late >= expected:
            state = "met_late"
        elif self.as_of > due:
            state = "overdue"
        else:
            begins = soon or due - timedelta(days=int(self.setting("due_soon_days", due)))
            state = "due_soon" if self.as_of >= begins else "not_due"
        return expected, on_time + late, state, due

    # ---- organisations

    def of_place(self, place, rule, year, number):
        _, months, kinds, topic, number_key, due_key = OF_PLACES[rule]
        first, last = bounds(months, year, number)
        due = self.day_of(due_key, first, last)
        if rule in AFTER:
            due = min(last + timedelta(days=AFTER[rule]), date(year, 12, 31))
        if not any(alive(place, day) for day in days(first, last)):
            return None
        if SINCE.get(rule, first) > first or self.history(place, due, first, last):
            return 0, 0, "not_applicable", due
        expected = int(self.setting(number_key, first)) if number_key else 1
        if kinds is None:
            papers = [row for row in self.papers if (row.organisation_id, row.rule) == (place.pk, rule)]
            papers = [row for row in papers if row.period == written(months, year, number)]
            on_time = sum(row.dated_on <= due for row in papers)
            late = len(papers) - on_time
            if rule == "life-double-report" and (told := self.told_on(place, written(months, year, number))):
                on_time, late = on_time + (told <= due), late + (told > due)
            if rule == "resp-list":
                for row in self.lists:
                    if (row.organisation_id, row.year) == (place.pk, year) and row.issued_on <= self.as_of:
                        on_time, late = on_time + (row.issued_on <= due), late + (row.issued_on > due)
        else:
            on_time, late = self.of_records(place, kinds, topic, first, last)
        if expected == 0:
            return 0, 0, "not_applicable", due
        lived = [day for day in days(first, last) if alive(place, day) and day >= self.start]
        if not self.enough(lived, first, last) and on_time + late < expected:
            return 0, 0, "not_applicable", due
        return self.judged(place, rule, (first, last), (expected, on_time, late), due)

    def told_on(self, place, period):
        """The day on which the committee first issued a circular about the period that tells of double organisation life."""
        told = [
            row.issued_on
            for row in self.circulars
            if (row.organisation_id, row.period, row.state) == (place.pk, period, "issued")
            and row.issued_on <= self.as_of
            and row.content.get("life", {}).get("leaders", 0) > 0
        ]
        return min(told, default=None)

    def is_about(self, record, topic):
        """Ticked; of an imported record without any tick, what its words say."""
        words = {"governance": "从严治党", "ideology": "意识形态", "party_building": "党建", "development": "积极分子"}
        if record.origin == "import" and not record.topics:
            return words[topic] in record.title + record.content
        return topic in record.topics

    def of_records(self, place, kinds, topic, first, last):
        counted = {"on_time": 0, "late": 0}
        for record in self.records:
            if topic and not self.is_about(record, topic):
                continue
            times = [
                self.time_of(record, place, row.kind, first, last)
                for row in record.kinds.all()
                if row.kind in kinds and self.counting(record, place, row.kind)
            ]
            when = next(filter(None, times), None)
            if when:
                counted[when] += 1
        return counted["on_time"], counted["late"]

    def quorate(self, record, place, kind):
        if place.kind not in ("committee", "party_group", "general_branch"):
            return super().quorate(record, place, kind)
        seats = {
            post.member_id
            for post in self.posts
            if post.organisation_id == place.pk
            and post.kind != "group_leader"
            and (post.starts is None or post.starts <= record.day)
            and (post.ends is None or record.day <= post.ends)
        }
        states = {row.member_id: row.state for row in record.attendance.all()}
        came = {pk for pk, state in states.items() if state in ("present", "online")} & seats
        if kind == "democratic_life":
            return 3 * len(came) >= 2 * len(seats)
        if kind == "party_group_meeting" or (kind == "party_special" and seats):
            return 2 * len(came) >= len(seats)
        if kind in ("lecture", "training"):
            # Whoever an upper level called is among those of whom anybody has to come.
            called = seats | {row.member_id for row in record.attendance.all() if row.organisation_id == place.pk}
            recorded = {pk for pk in called if states.get(pk, "not_recorded") != "not_recorded"}
            return not recorded or any(states[pk] in ("present", "online") for pk in recorded)
        return True

    # ---- persons

    def heads(self, place):
        """[(key, name, member or None, first day, last day)] of who heads a place: by posts, else by appointments."""
        posts = [post for post in self.posts if post.organisation_id == place.pk and post.kind == "secretary"]
        if posts:
            return [
                (f"m{post.member_id}", post.member.name, post.member_id, post.starts or date.min, post.ends or date.max)
                for post in posts
            ]
        role = {
            "party_group": "party_group_secretary",
            "committee": "committee_secretary",
            "general_branch": "general_branch_secretary",
        }.get(place.kind)
        where = {place.pk, place.parent_id} if place.kind == "committee" else {place.pk}
        return [
            (f"u{row.user_id}", row.user.name, None, row.starts, row.ends or date.max)
            for row in self.seats_given
            if row.role == role and row.organisation_id in where
        ]

    def of_secretaries(self, place, rule, year):
        places, kind, due_key = OF_SECRETARIES[rule]
        first, last = bounds(12, year, 1)
        if place.kind not in places or not any(alive(place, day) for day in days(first, last)):
            return
        due = self.day_of(due_key, first, last)
        ended = place.archived_on if place.archived_on and place.archived_on < last else last
        due = min(due, ended) if ended < last else due
        today = min(ended, max(self.as_of, first))
        for key, name, member, starts, ends in self.heads(place):
            if not starts <= today <= ends:
                continue
            if self.history(place, due, first, last):
                yield key, (0, 0, "not_applicable", due)
                continue
            on_time, late = self.of_person(place, (rule, kind), (name, member), (first, last), due)
            held = [day for day in days(first, last) if day >= starts]
            lived = [day for day in days(first, last) if alive(place, day) and day >= self.start]
            if on_time + late < 1 and not (self.enough(held, first, last) and self.enough(lived, first, last)):
                yield key, (0, 0, "not_applicable", due)
            else:
                yield key, self.judged(place, rule, (first, last), (1, on_time, late), due)

    def proves(self, record, place, rule, kind, name, member):
        """Whether a record is one that a person gave, or attended, or (debriefing in a branch) his organisation held."""
        own = next(one for one in self.places if one.pk == record.organisation_id)
        kinds = {row.kind for row in record.kinds.all()}
        if (
            rule == "oa-debrief"
            and place.kind != "committee"
            and "debrief" in kinds
            and self.counting(record, place, kind)
            and record.state == "accepted"
        ):
            return True
        if kind not in kinds or not self.counting(record, own, kind):
            return False
        # A branch's word about others waits for its reviewer.
        if record.state != "accepted" and own.kind not in ("party_group", "committee"):
            return False
        if kind == "lecture":
            return record.lecturer_name == name or not record.lecturer_name and member and record.chair_id == member
        if rule == "oa-debrief" and place.kind == "committee" and own.pk == place.pk:
            return False
        there = {row.member_id for row in record.attendance.all() if row.state in ("present", "online")}
        return member is not None and member in there | {record.chair_id}

    def of_person(self, place, asked, person, span, due):
        (rule, kind), (name, member), (first, last) = asked, person, span
        on_time = late = 0
        for record in self.records:
            if not self.proves(record, place, rule, kind, name, member):
                continue
            own = next(one for one in self.places if one.pk == record.organisation_id)
            if due <= last:
                when = self.time_of(record, own, kind, first, last)
            elif first <= record.day <= due:
                when = "late" if self.late(record, own) and record.day >= self.start else "on_time"
            else:
                when = None
            on_time, late = on_time + (when == "on_time"), late + (when == "late")
        return on_time, late

    def of_events(self, place, year):
        """New secretaries and new members: due so many months after the event, in the year of that day."""
        if place.kind in ELECTED:
            heads = self.heads(place)
            for key, name, member, starts, ends in heads:
                before = any(other[0] == key and other[3] < starts for other in heads)
                months = int(self.setting("new_secretary_months", starts)) if starts > date.min else 0
                due = later(starts, months) if starts > date.min else None
                if due and not before and due.year == year and starts <= min(self.as_of, due) <= ends:
                    yield (
                        "edu-new-secretary",
                        key,
                        self.of_event(place, "edu-new-secretary", (starts, due, months), name, member),
                    )
        if place.kind != "branch":
            return
        for row in self.memberships:
            joined = row.member.joined_on
            if row.organisation_id != place.pk or not joined or row.member.exempt_from:
                continue
            months = int(self.setting("new_member_months", joined))
            due = later(joined, months)
            day = min(self.as_of, due)
            if due.year == year and max(row.starts, joined) <= day and (row.ends is None or day <= row.ends):
                yield (
                    "edu-new-member",
                    f"m{row.member_id}",
                    self.of_event(place, "edu-new-member", (joined, due, months), row.member.name, row.member_id),
                )

    def of_event(self, place, rule, when, name, member):
        event, due, months = when
        if months == 0 or event < self.start:
            return 0, 0, "not_applicable", due
        on_time = late = 0
        for record in self.records:
            if event <= record.day <= max(self.as_of, date(due.year, 12, 31)) and self.proves(
                record, place, rule, "training", name, member
            ):
                own = next(one for one in self.places if one.pk == record.organisation_id)
                behind = record.day > due or self.late(record, own)
                on_time, late = on_time + (not behind), late + behind
        first, last = bounds(12, due.year, 1)
        return self.judged(place, rule, (first, last), (1, on_time, late), due)

    # ---- terms

    def of_term(self, place, year):
        first, last = bounds(12, year, 1)
        terms = sorted(
            (term for term in self.terms if term.organisation_id == place.pk and term.expires.year == year),
            key=lambda term: term.expires,
        )
        if not terms or not any(alive(place, day) for day in days(first, last)):
            return None
        expires, closed = terms[-1].expires, terms[-1].closed_on
        if expires < self.start:
            return 0, 0, "not_applicable", expires
        soon = later(expires, -6)
        held = [
            record.day
            for record in self.records
            if soon <= record.day <= max(self.as_of, last)
            and "election" in {row.kind for row in record.kinds.all()}
            and self.counting(record, place, "election")
        ]
        held += [closed] if closed and closed <= self.as_of else []
        numbers = (1, int(bool(held) and min(held) <= expires), int(bool(held) and min(held) > expires))
        return self.judged(place, "term-on-time", (first, last), numbers, expires, soon)

    def above(self, place):
        """The committee above an organisation, None where there is none."""
        parents = {one.pk: one for one in self.places}
        step = parents.get(place.parent_id)
        while step is not None and step.kind != "committee":
            step = parents.get(step.parent_id)
        return step

    def of_reminders(self, committee, year):
        first, last = bounds(12, year, 1)
        places = {place.pk: place for place in self.places}
        expected = on_time = late = 0
        reminder_days, waiting = [], []
        for term in self.terms:
            day = later(term.expires, -6)
            if day.year != year or self.above(places[term.organisation_id]) is not self.by_pk(committee.pk):
                continue
            if day < self.start or term.closed_on and term.closed_on <= day:
                continue
            expected += 1
            reminder_days.append(day)
            about = f"requirement/{term.organisation_id}/term-on-time/{term.expires.year}"
            sent = [localdate(one.sent) for one in self.notices if one.about == about]
            sent = [one for one in sent if one <= self.as_of]
            if not sent:
                waiting.append(day)
            elif min(sent) <= day:
                on_time += 1
            else:
                late += 1
        if not expected:
            return 0, 0, "not_applicable", last
        return self.judged(
            committee, "term-remind-6m", (first, last), (expected, on_time, late), min(waiting or [max(reminder_days)])
        )

    def by_pk(self, pk):
        return next(place for place in self.places if place.pk == pk)
