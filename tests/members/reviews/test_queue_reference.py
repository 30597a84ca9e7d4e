"""The queue of reviews against looking at every record by itself: who stands nearest above it, its writers left out."""

import pytest

from branches.places.models.organisations import Organisation
from branches.reach.models import Appointment
from branches.reach.rights import REVIEW, ROLES
from common import clock
from members.activities.models import Activity, ActivityState
from members.reviews.selectors import waiting_count, waiting_for
from tests.examples import part
from tests.members.reviews.random_queue import fill_queue

pytestmark = pytest.mark.django_db


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


@pytest.mark.parametrize("seed", part(range(10)))
def test_the_queue_holds_what_looking_at_each_record_gives(seed, world):
    for user in fill_queue(world, seed):
        expected = by_hand(user) if user.is_active else set()
        assert set(waiting_for(user).values_list("pk", flat=True)) == expected, user.username
        assert waiting_count(user) == len(expected)
