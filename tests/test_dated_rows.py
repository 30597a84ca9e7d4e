"""url × relation: whoever's appointment ended yesterday, or begins tomorrow, is at every address as somebody without any (access rule 7).

Rights follow the dates of an appointment at each request.
"""

from datetime import timedelta

import pytest

from branches.access.models import User
from branches.reach.access import sync_grants
from branches.reach.models import Appointment
from common import clock
from tests.answers import ROWS, address, client_of, row_counts

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
# Whoever held a post keeps the record of his own work in it; an account of its own is what the other is asked about.
OF_HIS_OWN = {"cadre_list", "own_link_answer"}


def _dated(world, name, **dates):
    """Somebody whose only power, of a secretary of branch A, lies in the past or ahead."""
    user = User.objects.create(username=name, name=name)
    row = Appointment.objects.create(user=user, role="branch_secretary", organisation=world.branch_a, **dates)
    sync_grants(row)
    return user


@pytest.mark.parametrize(
    "name", sorted(name for name, row in ROWS.items() if not row.public and name not in OF_HIS_OWN)
)
def test_yesterdays_and_tomorrows_secretary_are_strangers_today(name, world, as_):
    row, today = ROWS[name], clock.today()
    users = [
        _dated(world, "ended-yesterday", starts=today - 30 * DAY, ends=today - DAY),
        _dated(world, "starts-tomorrow", starts=today + DAY),
    ]
    url, data = address(row, name, world), row.data(world)
    for user in users:
        for method in ("get", "post"):
            if getattr(row, method) is None:
                continue
            client, before = client_of(as_, user), row_counts()
            answer = getattr(client, method)(url, data if method == "post" else None)
            expected = row.expected(method, "outsider")
            assert answer.status_code == expected, (user.username, method)
            assert expected < 400 or row_counts() == before, (user.username, method)
