"""Two at one account: who is made the assistant of a leader is not made his judge at the same moment, nor after him."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from branches.access.services.appointments import appointment_end, appointment_make
from branches.reach.models import Appointment
from branches.reach.reach import fresh
from common import clock
from common.operator import OPERATOR
from tests.faults.at_once import at_once

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif("__import__('django.db').db.connection.vendor != 'postgresql'", reason="needs row locks"),
]


def _assist(world):
    return appointment_make(
        by=world.leader, user=world.outsider, role="assistant", principal=world.leader.appointments.get()
    )


@pytest.mark.parametrize("_", range(3))
def test_of_an_assistant_and_a_judge_made_at_once_one_wins(live_world, _):
    world = live_world
    results = at_once(
        lambda: _assist(world),
        lambda: appointment_make(
            by=world.committee_secretary, user=world.outsider, role="committee_staff", organisation=world.root
        ),
    )
    assert sum(isinstance(result, Appointment) for result in results) == 1, results
    assert sum(isinstance(result, ValidationError) for result in results) == 1, results
    assert world.outsider.appointments.count() == 1


@pytest.mark.parametrize("_", range(3))
def test_nobody_acts_for_a_leader_whose_appointment_ended_at_that_moment(live_world, _):
    world, yesterday = live_world, clock.today() - timedelta(days=1)
    results = at_once(
        lambda: _assist(world),
        lambda: appointment_end(by=OPERATOR, appointment=world.leader.appointments.get(), ends=yesterday),
    )
    assert isinstance(results[1], Appointment), results
    assert fresh(world.outsider).seats == [], results
