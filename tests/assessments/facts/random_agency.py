"""Random small agencies for tests that compare the set-based functions with slow references."""

import random
from datetime import date, timedelta

from branches.places import tree
from branches.places.models.organisations import Organisation
from common.operator import OPERATOR
from members.activities.models import Activity, ActivityKind, Attendance
from members.roster.services.members import member_create, post_give
from tests.records import counted_all

KINDS = ["assembly", "committee_meeting", "lecture", "theme_day", "org_life", "member_review", "talk"]
STATES = ["accepted", "accepted", "accepted", "submitted", "returned", "draft"]
YEAR = 2026


def place(kind, parent, number, founded):
    return tree.organisation_create(
        by=OPERATOR, name=f"随机{kind}{number}", short_name=f"{kind}{number}", kind=kind, parent=parent, founded=founded
    )


def build(world, seed, branches=3, records=40):
    """Add branches, groups, people, posts and records below the standing committee; return the random source."""
    chance = random.Random(seed)
    number = seed * 1000 + 500
    for index in range(branches):
        founded = chance.choice([date(2015, 1, 5), date(YEAR, chance.randrange(1, 11), chance.randrange(1, 28))])
        parent = chance.choice([world.committee, world.general])
        branch = place("branch", Organisation.objects.get(pk=parent.pk), f"{seed}-{index}", founded)
        groups = [place("small_group", branch, f"{seed}-{index}-{n}", founded) for n in range(chance.choice([0, 0, 2]))]
        people = []
        for _ in range(chance.randrange(1, 6)):
            number += 1
            people.append(
                member_create(
                    by=OPERATOR,
                    branch=branch,
                    small_group=chance.choice(groups) if groups else None,
                    name=f"员{number}",
                    stage="full",
                    joined_on=date(2010, 1, 1) if chance.random() < 0.8 else date(YEAR, chance.randrange(1, 10), 3),
                    exempt_from=date(2012, 1, 1) if chance.random() < 0.1 else None,
                )
            )
        for member, kind in zip(people, ["secretary", "organisation", "publicity"][: chance.randrange(0, 4)]):
            post_give(by=OPERATOR, member=member, organisation=branch, kind=kind)
        counted_all([_record(chance, branch, groups, people) for _ in range(records)])
    return chance


def record(chance, branch, groups, people):
    """Write one record straight into the tables, in any state: the counting functions must cope with all."""
    activity = _record(chance, branch, groups, people)
    counted_all([activity])
    return activity


def _record(chance, branch, groups, people):
    day = date(YEAR, 1, 1) + timedelta(days=chance.randrange(330))
    where = chance.choice([branch, *groups]) if chance.random() < 0.5 else branch
    kinds = ["group_meeting"] if where is not branch else chance.sample(KINDS, chance.choice([1, 1, 2]))
    activity = Activity.objects.create(
        organisation=where,
        day=day,
        title="随机",
        state=chance.choice(STATES),
        valid=chance.random() < 0.9,
        late=chance.random() < 0.2,
        chair=chance.choice(people) if chance.random() < 0.3 else None,
        makes_up_for=(day.replace(day=1) - timedelta(days=chance.randrange(1, 70))) if chance.random() < 0.15 else None,
    )
    ActivityKind.objects.bulk_create(ActivityKind(activity=activity, kind=kind) for kind in kinds)
    Attendance.objects.bulk_create(
        Attendance(
            activity=activity,
            member=member,
            organisation=branch,
            state=chance.choice(["present", "online", "leave", "absent", "not_recorded"]),
        )
        for member in people
        if chance.random() < 0.7
    )
    return activity
