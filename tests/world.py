"""One small invented agency: party group ▸ committee ▸ two branches and a general branch with one."""

from dataclasses import dataclass, field
from datetime import date

import time_machine
from django.db import transaction

from branches.access.models import User
from branches.access.services.appointments import appointment_make
from branches.places import tree
from branches.places.models.organisations import Organisation
from branches.settings.models import Setting
from branches.settings.start import EARLIEST, KEY
from common.operator import OPERATOR
from members.roster.models.members import Member
from members.roster.services.members import member_create, post_give

FOUNDED = date(2015, 5, 20)
# When all of it was entered.
MADE = "2026-03-01T09:00:00+08:00"

# key → (name, short name, kind, parent key)
TREE = {
    "root": ("中共云川市测试局党组", "局党组", "party_group", None),
    "committee": ("中共云川市测试局机关委员会", "机关党委", "committee", "root"),
    "branch_a": ("中共云川市测试局甲处支部委员会", "甲处党支部", "branch", "committee"),
    "group_a1": ("甲处党支部第一党小组", "第一党小组", "small_group", "branch_a"),
    "group_a2": ("甲处党支部第二党小组", "第二党小组", "small_group", "branch_a"),
    "branch_b": ("中共云川市测试局乙处支部委员会", "乙处党支部", "branch", "committee"),
    "general": ("中共云川市测试局直属单位总支部委员会", "直属单位党总支", "general_branch", "committee"),
    "branch_c": ("中共云川市测试局丙中心支部委员会", "丙中心党支部", "branch", "general"),
}

# cast key → (role, organisation key)
CAST = {
    "party_secretary": ("party_group_secretary", "root"),
    "leader": ("leader", "root"),
    "committee_secretary": ("committee_secretary", "root"),
    "staff": ("committee_staff", "root"),
    "discipline": ("discipline_officer", "committee"),
    "general_secretary": ("general_branch_secretary", "general"),
    "secretary_a": ("branch_secretary", "branch_a"),
    "officer_a": ("branch_officer", "branch_a"),
    # Keeps the roster too (组织委员).
    "organiser_a": ("organisation_officer", "branch_a"),
    "leader_a1": ("group_leader", "group_a1"),
    "secretary_b": ("branch_secretary", "branch_b"),
    "secretary_c": ("branch_secretary", "branch_c"),
    "administrator": ("system_administrator", None),
    "auditor": ("security_auditor", None),
    # Acts for `leader`.
    "assistant": ("assistant", "root"),
    "member": (None, None),
    "outsider": (None, None),
}

# Members of each branch: (name, group key, post or None, probationary)
PEOPLE = {
    "branch_a": [
        ("甲一", "group_a1", "secretary", False),
        ("甲二", "group_a1", "organisation", False),
        ("甲三", "group_a1", "publicity", False),
        ("甲四", "group_a2", None, False),
        ("甲五", "group_a2", None, False),
        ("甲六", "group_a2", None, True),
    ],
    "branch_b": [("乙一", None, "secretary", False), ("乙二", None, None, False), ("乙三", None, None, False)],
    "branch_c": [("丙一", None, "secretary", False), ("丙二", None, None, False), ("丙三", None, None, False)],
}


@dataclass
class World:
    places: dict = field(default_factory=dict)
    users: dict = field(default_factory=dict)

    def __getattr__(self, key):
        for shelf in ("places", "users"):
            if key in self.__dict__.get(shelf, {}):
                return self.__dict__[shelf][key]
        raise AttributeError(key)

    def user(self, key):
        return self.users[key]

    def people(self, place):
        """Return the members of a branch, in order."""
        return list(Member.objects.filter(home=self.places[place]).order_by("pk"))


def find():
    """Return the World from the database, or None when it is not there."""
    named = {place.name: place for place in Organisation.objects.filter(name__in=[row[0] for row in TREE.values()])}
    users = {user.username: user for user in User.objects.filter(username__in=CAST)}
    if len(named) < len(TREE) or len(users) < len(CAST):
        return None
    return World({key: named[row[0]] for key, row in TREE.items()}, {key: users[key] for key in CAST})


@time_machine.travel(MADE, tick=False)
@transaction.atomic
def build():
    """Make the tree, the accounts with their appointments, and the members, through the services; always on the same day."""
    world = World()
    for key, (name, short_name, kind, parent) in TREE.items():
        world.places[key] = tree.organisation_create(
            by=OPERATOR,
            name=name,
            short_name=short_name,
            kind=kind,
            founded=FOUNDED,
            parent=world.places[parent] if parent else None,
        )
    for key in world.places:
        world.places[key] = Organisation.objects.get(name=TREE[key][0])
    for key, (role, place) in CAST.items():
        user = User.objects.create(username=key, name=f"{key} 用户", password="!")
        if role:
            appointment_make(
                by=OPERATOR,
                user=user,
                role=role,
                starts=FOUNDED,
                organisation=world.places[place] if place else None,
                principal=world.leader.appointments.get() if role == "assistant" else None,
            )
        world.users[key] = user
    # Before whatever a test looks at: the agency is no new one.
    Setting.objects.create(key=KEY, value=EARLIEST.isoformat(), valid_from=FOUNDED)
    number = 0
    for place, people in PEOPLE.items():
        for name, group, post, probationary in people:
            number += 1
            member = member_create(
                by=OPERATOR,
                branch=world.places[place],
                small_group=world.places.get(group),
                name=name,
                sex="男",
                stage="probationary" if probationary else "full",
                joined_on=date(2026, 3, 1) if probationary else FOUNDED,
                full_on=None if probationary else date(2016, 5, 20),
                birth_date=date(1985, 1, number),
                identity=identity(number),
                phone=f"199{number:08d}",
            )
            if post:
                post_give(by=OPERATOR, member=member, organisation=world.places[place], kind=post)
    Member.objects.filter(name="甲四").update(account=world.users["member"])
    return world


def identity(number):
    """Return an invented, valid identity number (area code 99 exists nowhere; GB 11643 check digit)."""
    body = f"990101198501{number % 28 + 1:02d}{number:03d}"
    weights = [2 ** (17 - place) % 11 for place in range(17)]
    return body + "10X98765432"[sum(int(digit) * weight for digit, weight in zip(body, weights)) % 11]
