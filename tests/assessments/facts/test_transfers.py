"""Transfers on random agencies, backdated and several on one day: each day has one branch, and all that is reckoned follows (F27)."""

from datetime import date, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from assessments.facts import fill as rollups
from assessments.facts.models import Fact
from branches.places.models.organisations import Organisation
from common.operator import OPERATOR
from common.periods import Period
from members.activities.models import Activity
from members.roster.models.members import Membership
from members.roster.models.posts import Post
from members.roster.services.members import member_create, member_transfer, member_update, post_end, post_give
from responsibilities.requirements.selectors import requirements
from tests.assessments.facts.test_fill import picture
from tests.examples import examples
from tests.members.activities.records import submitted
from tests.responsibilities.random_year import YEAR, Agency
from tests.responsibilities.requirements.slow_requirements import Slow

TODAY = date(YEAR, 12, 31)
# Who, into which of the branches and groups, how many days ago; many on one day and many of one person.
STEPS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 9), st.one_of(st.just(0), st.just(40), st.integers(-3, 400))),
    min_size=3,
    max_size=9,
)


def rows_of(member):
    columns = ("starts", "ends", "organisation_id", "small_group_id")
    return list(Membership.objects.filter(member=member).order_by("starts").values_list(*columns))


def belonged(member):
    """Return {day: [(branch, group), …]} of the year and the year before, one day after the other."""
    days = [date(YEAR - 1, 1, 1) + timedelta(days=number) for number in range(730)]
    rows = rows_of(member)
    return {day: [row[2:] for row in rows if row[0] <= day and (row[1] is None or day <= row[1])] for day in days}


def moved(agency, member, place, on):
    """Transfer, and return whether that was taken; what was refused has left nothing."""
    branch, group = (place.parent, place) if place.kind == "small_group" else (place, None)
    before, rows = belonged(member), rows_of(member)
    try:
        with transaction.atomic():
            member_transfer(by=OPERATOR, member=member, branch=branch, small_group=group, on=on)
    except ValidationError:
        assert rows_of(member) == rows
        return False
    there = (branch.pk, group.pk if group else None)
    if rows_of(member) == rows:
        assert rows[-1][2:] == there, "nothing is done for whoever is there already"
        return False
    for day, found in belonged(member).items():
        assert found == ([there] if day >= on else before[day]), day
        assert len(found) <= 1, day
    if rows[-1][1] is None and rows[-1][2] != branch.pk:
        assert not held_on(member, rows[-1][2], on).exists()
    return True


def held_on(member, left, on):
    """Return the seats of before `on` that a member still holds then in the branch that he left, or in its groups."""
    rows = Post.objects.filter(Q(organisation=left) | Q(organisation__parent=left), member=member)
    return rows.filter(Q(starts=None) | Q(starts__lt=on)).filter(Q(ends=None) | Q(ends__gte=on))


@pytest.mark.whole(
    "the tests below, members/roster/test_edges.py, and random agencies in requirements/test_reference.py"
)
@settings(
    max_examples=examples(12),
    derandomize=True,
    deadline=None,
    database=None,
    # A smaller case of the same takes minutes to find: an agency is as large as it is.
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
@given(seed=st.integers(0, 10**6), steps=STEPS)
def test_each_day_belongs_to_one_branch_and_facts_and_requirements_follow(world, seed, steps):
    with time_machine.travel(f"{TODAY}T10:00:00+08:00", tick=False), transaction.atomic():
        agency = Agency(world, seed)
        agency.build()
        # Nobody records what is still to come, so no roster of such a day is judged anew.
        Activity.objects.filter(day__gt=TODAY).delete()
        rollups.fill()
        places = [place for branch in agency.branches for place in (branch, *agency.groups[branch.pk])]
        for person, place, ago in steps:
            if agency.people:
                member = agency.people[person % len(agency.people)]
                moved(agency, member, places[place % len(places)], TODAY - timedelta(days=ago))
        rollups.fill()
        followed = picture()
        rollups.fill(rebuild=True)
        assert followed == picture()
        quick = {
            (row.organisation, row.rule, str(row.period)): (row.expected, row.done, str(row.state), row.due)
            for row in requirements(Period.parse(str(YEAR)), as_of=TODAY)
        }
        # A random branch may be archived while people belong to it; what is owed there no longer has anybody to count by.
        gone = set(Organisation.objects.filter(archived_on__isnull=False).values_list("pk", flat=True))
        slow = Slow(TODAY).rows(YEAR)
        assert {key: row for key, row in quick.items() if key[0] not in gone} == {
            key: row for key, row in slow.items() if key[0] not in gone
        }
        transaction.set_rollback(True)


def test_a_transfer_registered_later_changes_the_quorum_of_a_meeting_held_since(world):
    """Two of five were there; one of the others had left by then, so it was two of four, and the meeting counts."""
    with time_machine.travel("2026-06-20T10:00:00+08:00", tick=False):
        people = world.people("branch_a")
        away = dict.fromkeys(people[2:], "absent")
        record = submitted(world.branch_a, world.secretary_a, day=date(2026, 6, 10), states=away)
        early = submitted(world.branch_a, world.secretary_a, day=date(2026, 6, 2), states=away)
        rollups.fill()
        fact = Fact.objects.filter(organisation=world.branch_a, measure="requirement.life-assembly-q", period="2026Q2")
        assert fact.get().numerator == 0 and not record.judgements.get().valid
        member_transfer(by=OPERATOR, member=people[4], branch=world.branch_b, on=date(2026, 6, 5))
        rollups.fill()
        judged = record.judgements.get()
        assert (judged.valid, judged.expected, judged.present) == (True, 4, 2)
        assert fact.get().numerator == 1 and Activity.objects.get(pk=record.pk).valid
        assert not early.judgements.get().valid, "he still belonged to it on that day"


def test_people_dates_of_joining_and_seats_entered_later_change_the_quorums_of_what_was_held_since(world):
    branch, by = world.branch_a, world.secretary_a

    def judged(record):
        rollups.fill()
        row = record.judgements.get()
        return row.valid, row.expected, row.present

    with time_machine.travel("2026-06-20T10:00:00+08:00", tick=False):
        people = world.people("branch_a")
        away = dict.fromkeys(people[3:], "absent")
        assembly = submitted(branch, by, day=date(2026, 6, 10), states=away)
        assert judged(assembly) == (True, 5, 3)
        more = [
            member_create(by=OPERATOR, branch=branch, name=name, stage="full", joined_on=joined, full_on=joined)
            for name, joined in (("甲六", date(2020, 7, 1)), ("甲七", date(2021, 7, 1)))
        ]
        assert judged(assembly) == (False, 7, 3)
        member_update(by=OPERATOR, member=more[0], full_on=date(2026, 6, 11))
        assert judged(assembly) == (True, 6, 3)
        member_update(by=OPERATOR, member=more[0], full_on=date(2021, 7, 1))
        assert judged(assembly) == (False, 7, 3), "the day between the old date and the new one is judged too"
        meeting = submitted(branch, by, kinds=("committee_meeting",), day=date(2026, 6, 10))
        there = judged(meeting)
        seat = post_give(by=OPERATOR, member=more[0], organisation=branch, kind="commissioner", starts=date(2026, 6, 1))
        post_give(by=OPERATOR, member=more[1], organisation=branch, kind="group_leader", starts=date(2026, 6, 1))
        assert judged(meeting) == (there[0], there[1] + 1, there[2])
        post_end(by=OPERATOR, post=seat, ends=date(2026, 6, 9))
        assert judged(meeting) == there
