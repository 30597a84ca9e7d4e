"""Makes the tree, the accounts and the people of the demo agency."""

import random
from dataclasses import dataclass, field
from datetime import date, timedelta

from assessments.demo import agency
from branches.access import demo
from branches.access.models import User
from branches.access.services.appointments import appointment_make
from branches.places import tree
from branches.places.models.groups import ComparisonGroup
from branches.places.models.organisations import Organisation
from branches.places.services.departments import coverage_set, department_create
from branches.places.services.groups import comparison_group_set
from branches.places.services.terms import term_set
from common import clock
from common.operator import OPERATOR
from members.roster.identity import check_character
from members.roster.models.members import Member
from members.roster.services.members import member_create, post_give

# Accounts that nobody logs in with: the other members of the leading group.
UNSEEN = ("fenguan2", "fenguan3")
COMMITTEE_POSTS = ("secretary", "deputy", "organisation", "publicity", "discipline")


@dataclass
class Branch:
    """A branch of the demo agency while it is being made."""

    place: object
    order: float
    secretary: object = None
    groups: list = field(default_factory=list)
    people: list = field(default_factory=list)

    @property
    def has_committee(self):
        return len(self.people) >= 8


class Maker:
    """Holds the one source of chance, so that the agency is the same each time."""

    def __init__(self):
        self.chance = random.Random(20260101)  # nosec B311
        self.number = 0
        self.names = set()
        self.branches = []

    def tree(self):
        """Make party group, committee, general branches, branches and groups, with departments and terms."""
        make = lambda **values: tree.organisation_create(by=OPERATOR, **values)  # noqa: E731
        root = make(name=agency.ROOT[0], short_name=agency.ROOT[1], kind="party_group", founded=date(2015, 3, 2))
        committee = make(
            name=agency.COMMITTEE[0],
            short_name=agency.COMMITTEE[1],
            kind="committee",
            parent=root,
            founded=date(2015, 4, 10),
        )
        for row in agency.DIRECT:
            self._branch(committee, *row)
        self._compare(ComparisonGroup.AGENCY, self.branches)
        general = make(
            name=agency.GENERAL[0],
            short_name=agency.GENERAL[1],
            kind="general_branch",
            parent=committee,
            founded=date(2016, 6, 1),
        )
        for row in agency.UNDER_GENERAL:
            self._branch(general, *row)
        self._compare(ComparisonGroup.SERVICE, [one for one in self.branches if one.place.parent_id == general.pk])
        retired = make(
            name=agency.RETIRED[0],
            short_name=agency.RETIRED[1],
            kind="general_branch",
            parent=committee,
            founded=date(2016, 6, 1),
        )
        for row in agency.UNDER_RETIRED:
            self._branch(retired, *row)
        self._compare(ComparisonGroup.RETIRED, [one for one in self.branches if one.place.parent_id == retired.pk])
        # Elected for three years (rule term-branch-3).
        ends = clock.today() + timedelta(days=300)
        for place in (general, retired):
            term_set(by=OPERATOR, organisation=place, expires=ends, starts=ends - timedelta(days=3 * 365))
        self.root, self.committee, self.general = root, committee, general
        self.new = make(
            name=f"中共{agency.AGENCY}{agency.NEW}支部委员会",
            short_name=f"{agency.NEW}党支部",
            kind="branch",
            parent=committee,
            founded=clock.today().replace(day=1) + timedelta(days=min(2, clock.today().day - 1)),
        )
        department_create(by=OPERATOR, name="后勤服务处")

    def _compare(self, group, branches):
        for branch in branches:
            comparison_group_set(by=OPERATOR, organisation=branch.place, group=group, starts=date(2020, 1, 1))

    def _branch(self, parent, name, size, groups, order):
        place = tree.organisation_create(
            by=OPERATOR,
            name=f"中共{agency.AGENCY}{name}支部委员会",
            short_name=f"{name}党支部",
            kind="branch",
            parent=parent,
            founded=date(2015 + self.chance.randrange(5), 1 + self.chance.randrange(12), 1 + self.chance.randrange(28)),
        )
        branch = Branch(place, order)
        for number in range(groups):
            word = "一二三"[number]
            branch.groups.append(
                tree.organisation_create(
                    by=OPERATOR,
                    name=f"{name}党支部第{word}党小组",
                    short_name=f"第{word}党小组",
                    kind="small_group",
                    parent=place,
                    founded=place.founded,
                )
            )
        if not name.startswith("离退休"):
            department = department_create(by=OPERATOR, name=name)
            coverage_set(by=OPERATOR, department=department, organisation=place, starts=place.founded)
        self._term(place, name)
        self._people(branch, size, retired=name.startswith("离退休"))
        self.branches.append(branch)

    def _term(self, place, name):
        today = clock.today()
        months = {"督查处": -1, "信息中心": 2, "财务处": 5}.get(name, 8 + self.chance.randrange(24))
        expires = today + timedelta(days=30 * months)
        term_set(by=OPERATOR, organisation=place, expires=expires, starts=expires - timedelta(days=3 * 365))

    def _name(self):
        while True:
            name = self.chance.choice(agency.SURNAMES) + self.chance.choice(agency.GIVEN)
            if name not in self.names:
                self.names.add(name)
                return name

    def _identity(self, born, sex):
        sequence = (self.number % 450) * 2 + (1 if sex == "男" else 0)
        body = f"990101{born:%Y%m%d}{sequence:03d}"
        return body + check_character(body)

    def _people(self, branch, size, retired):
        for number in range(size):
            self.number += 1
            born = date(
                (1942 if retired else 1968) + self.chance.randrange(12 if retired else 28),
                1 + self.chance.randrange(12),
                1 + self.chance.randrange(28),
            )
            sex = self.chance.choice("男女")
            probationary = not retired and number == size - 1 and size > 9
            joined = (
                (clock.today() - timedelta(days=150 + self.chance.randrange(120)))
                if probationary
                else date(max(born.year + 22, 1980) + self.chance.randrange(4), 6, 28)
            )
            member = member_create(
                by=OPERATOR,
                branch=branch.place,
                small_group=branch.groups[number % len(branch.groups)] if branch.groups else None,
                name=self._name(),
                sex=sex,
                birth_date=born,
                identity=self._identity(born, sex),
                phone=f"199{self.number:08d}",
                ethnicity="汉族",
                education=self.chance.choice(["大学本科", "硕士研究生", "大学专科"]),
                work_post="离退休人员" if retired else "公务员",
                stage="probationary" if probationary else "full",
                joined_on=joined,
                full_on=None if probationary else joined.replace(year=joined.year + 1),
                exempt_from=joined if retired and number > size - 3 else None,
                exempt_reason="年老体弱" if retired and number > size - 3 else "",
            )
            branch.people.append(member)
        posts = COMMITTEE_POSTS[: 5 if size >= 12 else 3] if branch.has_committee else ("secretary",)
        for kind, member in zip(posts, branch.people):
            post_give(by=OPERATOR, member=member, organisation=branch.place, kind=kind)

    def accounts(self):
        """Make one account per role, a secretary for each branch, and link a few accounts to their members."""
        by_name = {str(branch.place): branch for branch in self.branches}
        shown = by_name["项目处党支部"]
        places = {
            "shuji": ("branch_secretary", shown.place),
            "weiyuan": ("branch_officer", shown.place),
            "zuwei": ("organisation_officer", by_name["法规处党支部"].place),
            "zuzhang": ("group_leader", shown.groups[0]),
            "zongzhi": ("general_branch_secretary", self.general),
            "ganbu": ("committee_staff", self.root),
            "dangwei": ("committee_secretary", self.root),
            "jiwei": ("discipline_officer", self.committee),
            "lingdao": ("leader", self.root),
            "fenguan2": ("leader", self.root),
            "fenguan3": ("leader", self.root),
            "dangzu": ("party_group_secretary", self.root),
            "admin": ("system_administrator", None),
            "audit": ("security_auditor", None),
            "dangyuan": (None, None),
        }
        people = {
            "shuji": shown.people[0],
            "weiyuan": shown.people[1],
            "zuzhang": shown.people[2],
            "zuwei": by_name["法规处党支部"].people[2],
            "dangyuan": shown.people[6],
            # The leading group lives its organisation life in branches like everybody (双重组织生活).
            "dangzu": by_name["综合处党支部"].people[8],
            "lingdao": by_name["审批处党支部"].people[9],
            "fenguan2": by_name["数据处党支部"].people[8],
            "fenguan3": by_name["办公室党支部"].people[10],
        }
        # The secretary of the committee is on a roster too; nobody has offered him his file yet.
        named = {"dangwei": by_name["办公室党支部"].people[9]}
        since = clock.today() - timedelta(days=500)
        self.users = {
            username: self._account(username, people.get(username), role, place, since, named.get(username))
            for username, (role, place) in places.items()
        }
        self._secretaries(shown, since)
        self._above(by_name, people, named["dangwei"], since)

    def _above(self, by_name, people, head, since):
        """Give the leader his assistant, and Party group and committee their seats."""
        self.users["daiban"] = self._plain("daiban", by_name["办公室党支部"].people[11])
        acts_for = self.users["lingdao"].appointments.get()
        appointment_make(by=OPERATOR, user=self.users["daiban"], role="assistant", starts=since, principal=acts_for)
        group = [("secretary", people["dangzu"])]
        group += [("commissioner", people[username]) for username in ("lingdao", *UNSEEN)]
        committee = [("secretary", head), ("full_deputy", by_name["综合处党支部"].people[9])]
        committee += [
            (kind, by_name[f"{name}党支部"].people[0])
            for kind, name in (("organisation", "人事处"), ("publicity", "办公室"), ("discipline", "督查处"))
        ]
        self._seats(self.root, group, since)
        self._seats(self.committee, committee, since)
        # Elected for five years (rule term-committee-5).
        term_set(by=OPERATOR, organisation=self.committee, starts=since, expires=since + timedelta(days=5 * 365))

    @staticmethod
    def _plain(username, member):
        user = User(username=username, name=member.name)
        user.set_password(demo.PASSWORD)
        user.save()
        return user

    @staticmethod
    def _seats(place, holders, since):
        for kind, member in holders:
            post_give(by=OPERATOR, member=member, organisation=place, kind=kind, starts=since)

    def _account(self, username, member, role, place, since, named=None):
        name = member.name if member else self._name()
        user = User(username=username, name=named.name if named else name)
        if username in UNSEEN:
            user.set_unusable_password()
        else:
            user.set_password(demo.PASSWORD)
        user.save()
        if role:
            appointment_make(by=OPERATOR, user=user, role=role, organisation=place, starts=since)
        if member:
            Member.objects.filter(pk=member.pk).update(account=user)
        return user

    def _secretaries(self, shown, since):
        """Give every other branch a secretary; nobody signs in as one."""
        for number, branch in enumerate(self.branches, start=1):
            branch.place = Organisation.objects.get(pk=branch.place.pk)
            branch.groups = list(
                Organisation.objects.filter(pk__in=[group.pk for group in branch.groups]).in_tree_order()
            )
            if branch is shown:
                branch.secretary = self.users["shuji"]
                continue
            user = User(username=f"zhibu{number:02d}", name=branch.people[0].name)
            user.set_unusable_password()
            user.save()
            appointment_make(by=OPERATOR, user=user, role="branch_secretary", organisation=branch.place, starts=since)
            branch.secretary = user
