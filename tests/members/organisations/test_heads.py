"""Counted anew where people have changed, kept for who shows thousands of places: what is shown is always what stands."""

from datetime import date, timedelta
from random import Random

import pytest
import time_machine

from assessments.facts.fill import fill
from branches.jobs.models import ChangeMark
from branches.places.models.organisations import Kind, Organisation
from branches.places.tree import organisation_create
from common import clock
from common.operator import OPERATOR
from common.together import read_together
from members.organisations import heads
from members.organisations.models import HeadCount
from members.organisations.selectors.heads import Heads, heads_reads
from members.roster.models.members import Member, Membership
from members.roster.services.members import member_create, member_transfer, member_update
from tests.examples import part

pytestmark = pytest.mark.django_db


def numbers():
    rows = Organisation.objects.all()
    people = Heads(rows, read_together(heads_reads(rows)))
    return {place: list(some) for place, some in people.at(rows.values_list("pk", flat=True)).items()}


def live():
    return {place: list(some) for place, (_, some) in heads.added(heads.head_lines(clock.today())).items()}


def kept():
    rows = HeadCount.objects.values_list("place", *heads.People.NAMES)
    return {place: list(some) for place, *some in rows}


def some_change(world, random, branches):
    """Write one of the things that change how many belong where."""
    member = random.choice(list(Member.objects.filter(stage__in=("full", "probationary"))))
    group = random.choice([None, *Organisation.objects.filter(kind=Kind.SMALL_GROUP)])
    branch = group.parent if group else random.choice(branches)
    number = random.randrange(4)
    if number == 0:
        born = date(random.randrange(1960, 2000), 5, 1)
        values = {"name": "新来", "stage": "full", "joined_on": date(2020, 1, 1), "birth_date": born}
        member_create(by=OPERATOR, branch=branch, small_group=group, **values)
    elif number == 1:
        member_transfer(by=OPERATOR, member=member, branch=branch, small_group=group)
    else:
        values = [
            {"stage": "probationary"},
            {"stage": "applicant"},
            {"birth_date": None},
            {"birth_date": date(1990, 1, 1)},
        ]
        member_update(by=OPERATOR, member=member, **random.choice(values))


@pytest.mark.parametrize("seed", part(range(3)))
def test_whatever_is_written_is_counted_at_once_and_kept_by_the_next_fill(world, seed):
    random = Random(seed)
    group = {"kind": Kind.SMALL_GROUP, "parent": world.branch_a.pk}
    organisation_create(by=OPERATOR, name="第一党小组", short_name="第一党小组", **group)
    branches = [world.branch_a, world.branch_b, world.branch_c]
    heads.heads_keep([])
    assert kept() == live() == numbers()
    for _ in range(6):
        for _ in range(random.randrange(1, 4)):
            some_change(world, random, branches)
            assert numbers() == live()
        heads.heads_keep(list(ChangeMark.objects.all()))
        ChangeMark.objects.all().delete()
        assert kept() == live() == numbers()


def test_what_is_kept_is_of_its_day_and_counted_whole_on_the_next(world):
    tomorrow = clock.today() + timedelta(days=1)
    Member.objects.update(birth_date=tomorrow.replace(year=tomorrow.year - 36))
    heads.heads_keep([])
    with time_machine.travel(f"{tomorrow}T09:00:00+08:00"):
        assert numbers() == live() != kept()
        heads.heads_keep([])
        assert kept() == live()


def test_a_fill_keeps_it_before_it_drops_the_marks(world):
    fill()
    member_transfer(by=OPERATOR, member=world.people("branch_a")[0], branch=world.branch_b)
    assert numbers() == live() != kept()
    fill()
    assert kept() == live() and not ChangeMark.objects.exists()


def test_while_nothing_waits_memberships_are_not_read(world):
    heads.heads_keep([])
    ChangeMark.objects.all().delete()
    Membership.objects.filter(organisation=world.branch_a).delete()
    assert numbers() == kept() != live()
