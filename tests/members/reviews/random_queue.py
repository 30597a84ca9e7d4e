"""A tree with random reviewers, and records that wait with random writers."""

import random

from branches.access.models import User
from branches.access.services.appointments import appointment_make
from branches.places.models.organisations import Kind, Organisation
from branches.reach.models import Appointment
from branches.reach.rights import REVIEW, ROLES
from common import clock
from common.operator import OPERATOR
from members.activities.models import Activity, ActivityWriter
from tests.assessments.facts.random_agency import place

REVIEWING = [role for role in ROLES.values() if REVIEW in role.rights]


def fill_queue(world, seed):
    """Add places, reviewers, records and their writers; return the reviewers, one of them locked, and two of the cast."""
    chance = random.Random(seed)
    for number in range(3):
        parent = chance.choice([world.committee, world.general])
        branch = place(Kind.BRANCH, Organisation.objects.get(pk=parent.pk), f"队{seed}-{number}", None)
        place(Kind.SMALL_GROUP, branch, f"组{seed}-{number}", None)
    users = [User.objects.create(username=f"queue-{seed}-{number}", name=f"审核{number}") for number in range(5)]
    for user in users:
        for _ in range(chance.randrange(1, 3)):
            role = chance.choice(REVIEWING)
            spots = list(Organisation.objects.filter(kind__in=role.kinds))
            spot = chance.choice(spots)
            if not Appointment.objects.filter(user=user, role=role.key, organisation=spot).exists():
                appointment_make(by=OPERATOR, user=user, role=role.key, organisation=spot, starts=clock.today())
    authors = [None, *users, world.secretary_a, world.staff]
    for spot in Organisation.objects.exclude(parent=None):
        for _ in range(2):
            author = chance.choice(authors)
            record = Activity.objects.create(
                organisation=spot, day=clock.today(), state="submitted", author=author, title="待审"
            )
            others = chance.sample(authors[1:], chance.choice([0, 0, 1, 2, 4]))
            for writer in {author, *others} - {None}:
                ActivityWriter.objects.create(activity=record, user=writer)
    User.objects.filter(pk=users[-1].pk).update(is_active=False)
    return [*User.objects.filter(pk__in=[row.pk for row in users]), world.staff, world.secretary_a]
