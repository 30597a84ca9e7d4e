"""A random agency with everything that makes requirements hard, written straight into the tables."""

import random
from datetime import date, datetime, time, timedelta

from django.utils.timezone import make_aware

from branches.places import tree
from branches.places.models.organisations import Organisation, OrganisationVersion
from branches.settings.models import Setting
from common.operator import OPERATOR
from members.activities.judgement import judgements_write
from members.activities.models import Activity, ActivityHost, ActivityKind, Attendance
from members.roster.models.members import Member, Membership
from members.roster.models.posts import Post
from members.roster.models.standing import Away
from members.roster.services.stages import stages_follow
from responsibilities.requirements.models import Exemption

YEAR = 2026
KINDS = ["assembly", "election", "committee_meeting", "lecture", "theme_day", "org_life", "member_review", "talk"]
OF_A_GROUP = ["group_meeting", "group_meeting", "org_life", "lecture"]
RULES = [
    "life-assembly-q",
    "life-committee-m",
    "life-theme-day",
    "life-lecture-frequency",
    "life-org-meeting",
    "ma-yearly",
    "life-talks",
]


class Agency:
    """One random agency below the standing committee; `build` makes it, the tables hold it."""

    def __init__(self, world, seed):
        self.world, self.chance, self.seed = world, random.Random(seed), seed
        self.branches, self.groups, self.people = [], {}, []

    def day(self, first=date(YEAR, 1, 1), last=date(YEAR, 12, 31)):
        return first + timedelta(days=self.chance.randrange((last - first).days + 1))

    def maybe(self, share):
        return self.chance.random() < share

    def build(self):
        for number in range(self.chance.choice([2, 3])):
            self.branch(number)
        for branch in self.branches:
            for number in range(self.chance.randrange(5)):
                self.person(branch, f"{branch.short_name}{number}")
            self.committee(branch)
        self.archive_and_move()
        for _ in range(60):
            self.record()
        self.exempt()
        self.set_dates()

    def _place(self, kind, parent, label, founded):
        place = tree.organisation_create(
            by=OPERATOR, name=f"随机{kind}{self.seed}-{label}", short_name=label, kind=kind, parent=parent
        )
        # Founding days of ledgers may lie anywhere; the service refuses those to come.
        Organisation.objects.filter(pk=place.pk).update(founded=founded)
        OrganisationVersion.objects.filter(organisation=place).update(starts=founded or date(1921, 7, 1))
        return Organisation.objects.get(pk=place.pk)

    def branch(self, number):
        founded = self.chance.choice([None, date(2015, 1, 5), self.day(), self.day()])
        parent = Organisation.objects.get(pk=self.chance.choice([self.world.committee, self.world.general]).pk)
        branch = self._place("branch", parent, f"支{number}", founded)
        self.branches.append(branch)
        self.groups[branch.pk] = [
            self._place("small_group", branch, f"支{number}组{n}", self.chance.choice([founded, self.day()]))
            for n in range(self.chance.choice([0, 0, 1, 2]))
        ]

    def person(self, branch, name):
        joined = self.chance.choice([date(2010, 3, 1), date(2010, 3, 1), self.day()])
        exempt = self.day() if self.maybe(0.15) else None
        full = self.chance.choice([joined, joined, joined, self.day(max(joined, date(YEAR, 1, 1))), None])
        member = Member.objects.create(
            name=name, stage="full", joined_on=joined, full_on=full, home=branch, exempt_from=exempt
        )
        stages_follow([member])
        moves = sorted({self.day() for _ in range(self.chance.choice([0, 0, 1, 2]))})
        starts = [date(2012, 1, 1), *moves]
        for first, after in zip(starts, [*moves, None]):
            Membership.objects.create(
                member=member,
                organisation=branch if first == starts[0] else self.chance.choice(self.branches),
                starts=first,
                ends=after - timedelta(days=1) if after else (self.day(first) if self.maybe(0.1) else None),
            )
        if self.maybe(0.2):
            # Somewhere else at one place, registered there or not.
            day = self.day()
            Away.objects.create(
                member=member,
                kind="posted",
                place="外地",
                fixed=self.maybe(0.8),
                starts=day - timedelta(days=self.chance.randrange(200)),
                registered_on=day if self.maybe(0.4) else None,
            )
        self.people.append(member)

    def committee(self, branch):
        for person, kind in zip(
            self.chance.sample(self.people, min(len(self.people), 4)),
            ["secretary", "organisation", "publicity", "deputy"],
        ):
            if self.maybe(0.85):
                starts = self.day() if self.maybe(0.3) else None
                ends = self.day(starts or date(YEAR, 1, 1)) if self.maybe(0.3) else None
                Post.objects.create(member=person, organisation=branch, kind=kind, starts=starts, ends=ends)

    def archive_and_move(self):
        groups = [group for group_list in self.groups.values() for group in group_list]
        for group in groups:
            if self.maybe(0.3):
                self._archive(group)
            elif self.maybe(0.4):
                self._rehang(group, self.chance.choice(self.branches))
        if self.maybe(0.5):
            branch = self.branches[-1]
            if not self.groups[branch.pk]:
                self._archive(branch)

    def _archive(self, place):
        day = self.day(max(place.founded or date(YEAR, 1, 1), date(YEAR, 1, 1)))
        Organisation.objects.filter(pk=place.pk).update(archived_on=day)
        OrganisationVersion.objects.filter(organisation=place, ends__isnull=True).update(ends=day)

    def _rehang(self, group, branch):
        """Move a group in the middle of the year: today's tree by the service, the day of the move by hand."""
        if branch.pk == group.parent_id:
            return
        tree.organisation_move(by=OPERATOR, organisation=group, parent=branch)
        first, second = OrganisationVersion.objects.filter(organisation=group).order_by("starts", "pk")[0], None
        second = OrganisationVersion.objects.filter(organisation=group).exclude(pk=first.pk).first()
        day = self.day(
            max(group.founded or date(YEAR, 1, 1), date(YEAR, 1, 1)) + timedelta(days=1), date(YEAR + 1, 1, 1)
        )
        if second:
            OrganisationVersion.objects.filter(pk=first.pk).update(ends=day - timedelta(days=1))
            OrganisationVersion.objects.filter(pk=second.pk).update(starts=day)

    def record(self):
        branch = self.chance.choice(self.branches)
        groups = self.groups[branch.pk]
        where = self.chance.choice(groups) if groups and self.maybe(0.35) else branch
        kinds = self.chance.sample(KINDS, self.chance.choice([1, 1, 2, 3]))
        if where is not branch:
            kinds = [self.chance.choice(OF_A_GROUP)]
        # The yearly meetings of a year may be held in the next spring.
        spring = {"org_life", "member_review"} & set(kinds) and self.maybe(0.4)
        year = self.chance.choice([YEAR, YEAR + 1]) if spring else YEAR
        day = self.day(date(year, 1, 1), date(year, 4, 20)) if spring else self.day()
        earlier = day.replace(day=1) - timedelta(days=self.chance.randrange(1, 120))
        state = self.chance.choice(["accepted"] * 4 + ["submitted", "submitted", "returned", "draft", "cancelled"])
        sent = state in ("accepted", "submitted", "returned") and self.maybe(0.7)
        late = self.maybe(0.2)
        activity = Activity.objects.create(
            organisation=where,
            day=day,
            title="随机",
            state=state,
            late=late,
            submitted_at=make_aware(datetime.combine(day + timedelta(days=30 if late else 2), time(23, 59)))
            if sent
            else None,
            chair=self.chance.choice(self.people) if self.people and self.maybe(0.3) else None,
            makes_up_for=earlier if self.maybe(0.2) else None,
        )
        ActivityKind.objects.bulk_create(
            ActivityKind(activity=activity, kind=kind, made_up=self.maybe(0.7)) for kind in kinds
        )
        for other in self.chance.sample(self.branches, self.chance.choice([0, 0, 0, 1, 2])):
            if other != where:
                confirmed = None
                if self.maybe(0.6):
                    confirmed = make_aware(datetime.combine(day + timedelta(days=self.chance.randrange(60)), time(9)))
                ActivityHost.objects.create(activity=activity, organisation=other, confirmed_at=confirmed)
        # Often nearly everybody comes, so that many meetings are quorate and some are not.
        share = self.chance.choice([0.3, 0.9, 0.9])
        there = [person for person in self.people if self.maybe(share)] if self.maybe(0.8) else []
        Attendance.objects.bulk_create(
            Attendance(
                activity=activity,
                member=person,
                organisation=branch,
                state=self.chance.choice(["present"] * 4 + ["online", "leave", "absent", "not_recorded", "exempt"]),
            )
            for person in there
        )
        judgements_write(activity)

    def exempt(self):
        for _ in range(5):
            place, rules = self.chance.choice(self.branches), self.chance.sample(RULES, 2)
            first = self.day() if self.maybe(0.5) else date(YEAR, self.chance.randrange(1, 13), 1)
            last = first + timedelta(days=self.chance.choice([13, 30, 60, 100, 364]))
            revoked = make_aware(datetime(YEAR, 11, 1)) if self.maybe(0.3) else None
            Exemption.objects.create(
                organisation=place, rules=rules, first=first, last=last, reason="同意", revoked=revoked
            )

    def set_dates(self):
        # Said twice: the later word counts for all days.
        for day in sorted({self.day() for _ in range(self.chance.choice([0, 0, 1, 2]))}):
            value = self.day(date(YEAR - 1, 10, 1), date(YEAR, 11, 1)).isoformat()
            Setting.objects.create(key="agency_start", value=value, valid_from=day)
        for key, values in {
            "lecture_per_quarter": "0123",
            "org_life_due": ["630", "1130", "1231", "10331", "10229"],
            "talks_with_committee": "01",
            "founding_share": ["0.3", "0.5", "0.9", "0"],
            "due_soon_days": ["0", "20", "45"],
        }.items():
            for day in sorted(
                {
                    self.day(date(YEAR - 2 if key == "org_life_due" else YEAR - 1, 6, 1))
                    for _ in range(self.chance.choice([0, 1, 2]))
                }
            ):
                Setting.objects.create(key=key, value=self.chance.choice(values), valid_from=day)
