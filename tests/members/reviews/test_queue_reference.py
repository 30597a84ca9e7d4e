"""The queue of reviews against looking at every record by itself: who stands nearest above it, its writers left out."""

import random

import pytest

from branches.access.models import User
from branches.access.services.appointments import appointment_make
from branches.places.models.organisations import Kind, Organisation
from branches.reach.models import Appointment
from branches.reach.rights import REVIEW, ROLES
from common import clock
from common.operator import OPERATOR
from members.activities.models import Activity, ActivityState, ActivityWriter
from members.reviews.selectors import waiting_count, waiting_for
from tests.assessments.facts.random_agency import place

pytestmark = pytest.mark.django_db
REVIEWING = [role for role in ROLES.values() if REVIEW in role.rights]


def by_hand(user):
    """Return the ids of the records that wait for `user`: each record walks up until somebody but its writers reviews."""
    parents = dict(Organisation.objects.values_list("pk", "parent"))
    holders = {}
    for row in Appointment.objects.in_force(clock.today()).filter(user__is_active=True, organisation__isnull=False):
        if REVIEW in ROLES[row.role].rights and ROLES[row.role].below:
            holders.setdefault(row.organisation_id, set()).add(row.user_id)
    waiting = set()
    for record in Activity.objects.filter(state=ActivityState.SUBMITTED):
        at, writers = parents[record.organisation_id], {row.user_id for row in record.writers.all()}
        while at is not None and not holders.get(at, set()) - writers:
            at = parents[at]
        if at is not None and user.pk in holders[at] - writers:
            waiting.add(record.pk)
    return waiting


@pytest.mark.parametrize("seed", range(10))
def test_the_queue_holds_what_looking_at_each_record_gives(seed, world):
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
    for user in [*User.objects.filter(pk__in=[row.pk for row in users]), world.staff, world.secretary_a]:
        expected = by_hand(user) if user.is_active else set()
        assert set(waiting_for(user).values_list("pk", flat=True)) == expected, user.username
        assert waiting_count(user) == len(expected)
