"""What makes the requirements of upper levels and of persons hard, written straight into the tables of a random agency."""

from datetime import date, datetime, time, timedelta

from django.utils.timezone import make_aware

from branches.notices.models import Notice
from branches.places.models.organisations import Organisation
from branches.places.models.terms import Term
from branches.settings.models import Setting
from members.activities.judgement import judgements_write
from members.activities.models import Activity, ActivityKind, Attendance
from members.dues.models import DuesPayment, DuesRate
from members.roster.models.posts import Post
from responsibilities.circulars.models import Circular
from responsibilities.requirements.models import Exemption, RequirementDocument
from tests.responsibilities.random_year import YEAR

OF = {
    "root": [
        "party_special",
        "party_special",
        "study_group",
        "democratic_life",
        "party_group_meeting",
        "debrief",
        "lecture",
    ],
    "committee": ["all_hands", "committee_plenary", "debrief", "training", "training", "lecture", "election"],
    "general": ["debrief", "training", "election"],
    "branch": ["debrief", "training", "lecture", "election"],
}
TOPICS = ["governance", "ideology", "party_building", "development"]
PAPERS = {
    "root": ["resp-list", "resp-annual-plan", "resp-annual-report"],
    "committee": ["life-double-report", "resp-thought-report"],
}
FORMS = {"life-double-report": "{}Q{}", "resp-thought-report": "{}H{}"}


class Above:
    """Adds to `agency` (random_year.Agency, already built)."""

    def __init__(self, agency):
        self.agency, self.world = agency, agency.world
        self.places = {
            key: Organisation.objects.get(pk=agency.world.places[key].pk) for key in ("root", "committee", "general")
        }

    def build(self):
        self.posts()
        # Written straight into the table, where the service leaves a mark for the worker.
        for record in Activity.objects.filter(organisation__kind="branch"):
            judgements_write(record)
        self.terms()
        for _ in range(40):
            self.record()
        self.papers()
        self.circulars()
        self.exemptions()
        self.settings()
        self.dues()

    def some(self):
        return self.agency.chance.choice([*self.places.values(), *self.agency.branches])

    def posts(self):
        """Secretaries and seats of the upper levels; where none is entered, whoever was appointed leads."""
        a = self.agency
        for place in self.places.values():
            if a.people and a.maybe(0.6):
                people = a.chance.sample(a.people, min(3, len(a.people)))
                for person, kind in zip(people, ["secretary", "deputy", "commissioner"]):
                    starts = a.day(date(YEAR - 1, 3, 1)) if a.maybe(0.6) else None
                    ends = a.day(max(starts or date(YEAR, 1, 1), date(YEAR, 1, 1))) if a.maybe(0.2) else None
                    Post.objects.create(member=person, organisation=place, kind=kind, starts=starts, ends=ends)
        for branch in a.branches:
            if a.people and a.maybe(0.5):
                person, starts = a.chance.choice(a.people), a.day(date(YEAR - 1, 3, 1))
                open_ones = Post.objects.filter(member=person, organisation=branch, kind="secretary", ends__isnull=True)
                if not open_ones.exists():
                    Post.objects.create(member=person, organisation=branch, kind="secretary", starts=starts)

    def terms(self):
        a = self.agency
        for place in [*self.places.values(), *a.branches]:
            if a.maybe(0.7):
                expires = a.day(date(YEAR, 1, 1), date(YEAR + 1, 6, 30))
                closed = a.day(expires - timedelta(days=60), expires + timedelta(days=60)) if a.maybe(0.4) else None
                Term.objects.create(organisation=place, expires=expires, closed_on=closed)
                if a.maybe(0.4):
                    sent = expires - timedelta(days=a.chance.choice([260, 190, 150]))
                    Notice.objects.create(
                        recipient=self.world.staff,
                        kind="reminder",
                        text="请换届",
                        about=f"requirement/{place.pk}/term-on-time/{expires.year}",
                        sent=make_aware(datetime.combine(sent, time(9))),
                    )

    def record(self):
        a = self.agency
        key = a.chance.choice([*self.places, "branch", "branch"])
        place = self.places.get(key) or a.chance.choice(a.branches)
        kinds = a.chance.sample(OF[key], a.chance.choice([1, 1, 2]))
        day = a.day(date(YEAR - 1, 6, 1), date(YEAR + 1, 3, 1))
        late = a.maybe(0.2)
        people = [None, *a.people]
        record = Activity.objects.create(
            organisation=place,
            day=day,
            title="上级",
            state=a.chance.choice(["accepted"] * 4 + ["submitted", "returned"]),
            late=late,
            submitted_at=make_aware(datetime.combine(day + timedelta(days=30 if late else 2), time(23))),
            chair=a.chance.choice(people),
            lecturer_name=self.lecturer(),
            topics=a.chance.sample(TOPICS, a.chance.choice([0, 1, 2])),
            makes_up_for=day.replace(day=1) - timedelta(days=a.chance.randrange(1, 120)) if a.maybe(0.15) else None,
        )
        ActivityKind.objects.bulk_create(ActivityKind(activity=record, kind=kind) for kind in dict.fromkeys(kinds))
        Attendance.objects.bulk_create(
            Attendance(
                activity=record,
                member=person,
                organisation=place,
                state=a.chance.choice(["present", "present", "absent"]),
            )
            for person in a.people
            if a.maybe(0.6)
        )
        judgements_write(record)

    def lecturer(self):
        a = self.agency
        names = [person.name for person in a.people] + [
            self.world.party_secretary.name,
            self.world.committee_secretary.name,
        ]
        return a.chance.choice(["", "外请专家", *names])

    def papers(self):
        a = self.agency
        for key, rules in PAPERS.items():
            for rule in rules:
                for _ in range(a.chance.choice([0, 1, 2])):
                    period = FORMS.get(rule, "{}").format(YEAR, a.chance.choice([1, 2]))
                    RequirementDocument.objects.create(
                        organisation=self.places[key],
                        rule=rule,
                        period=period,
                        title="文件",
                        dated_on=a.day(),
                        withdrawn=make_aware(datetime(YEAR, 12, 1)) if a.maybe(0.2) else None,
                    )

    def circulars(self):
        """Of some quarters, now and then corrected; not each tells of double organisation life, nor is each issued."""
        a = self.agency
        for quarter in range(1, 5):
            before = None
            for version in range(1, a.chance.choice([0, 1, 1, 2]) + 1):
                day, issued = a.day(), a.maybe(0.8)
                row = Circular.objects.create(
                    organisation=self.places["committee"],
                    period=f"{YEAR}Q{quarter}",
                    version=version,
                    corrects=before,
                    reason="更正" if before else "",
                    state="issued" if issued else "draft",
                    issued_on=day if issued else None,
                    title="通报",
                    opening="如下",
                    asks="请补齐",
                    until=day,
                    content={"life": {"leaders": a.chance.choice([0, 3])}},
                )
                if not issued:
                    break
                before = row

    def exemptions(self):
        a = self.agency
        rules = [
            "life-all-hands",
            "resp-ideology",
            "life-study-group",
            "oa-debrief",
            "term-on-time",
            "edu-new-secretary",
            "life-dues-day",
            "fee-monthly",
        ]
        for _ in range(4):
            first = a.day()
            Exemption.objects.create(
                organisation=self.some(),
                rules=a.chance.sample(rules, 3),
                first=first,
                last=first + timedelta(days=a.chance.choice([20, 100, 200, 364])),
                reason="同意",
            )

    def settings(self):
        a = self.agency
        for key, values in {
            "democratic_life_due": ["1130", "1231"],
            "debrief_due": ["1130", "1231", "10131"],
            "documents_due": ["331", "630"],
            "party_group_meeting_per_month": "01",
            "dues_day_per_month": "0111",
            "study_group_per_quarter": "012",
            "ideology_per_half": "012",
            "new_secretary_months": ["0", "3", "6", "12"],
            "new_member_months": ["0", "6", "12"],
        }.items():
            if a.maybe(0.5):
                Setting.objects.create(
                    key=key, value=a.chance.choice(values), valid_from=a.day(date(YEAR - 2, 1, 1), date(YEAR, 6, 1))
                )

    def dues(self):
        """Amounts of some members, of this year or the one before, and what came of them: in time, late, too little, not at all."""
        a = self.agency
        for person in a.people if a.maybe(0.8) else []:
            year = a.chance.choice([YEAR, YEAR, YEAR, YEAR, YEAR - 1, None])
            if year is None:
                continue
            starts = date(year, 1, 1) if a.maybe(0.8) else a.day(date(year, 1, 1), date(year, 12, 31))
            amount = a.chance.choice([0, 15, 15, 15, 15])
            DuesRate.objects.create(
                member=person, year=year, amount=amount, quarterly=a.maybe(0.2), starts=starts, ends=date(year, 12, 31)
            )
            pays = a.chance.choice([0, 0.5, 0.9, 1])
            for month in range(1, 13):
                if year == YEAR and amount and a.maybe(pays):
                    DuesPayment.objects.create(
                        member=person,
                        organisation=person.home,
                        month=date(YEAR, month, 1),
                        amount=a.chance.choice([15, 15, 15, 5]),
                        paid_on=date(YEAR, month, 1) + timedelta(days=a.chance.choice([3, 20, 27, 45, 80])),
                    )
