"""Two at one charge: a department has one leader, and who comes second is told so."""

import pytest
from django.core.exceptions import ValidationError

from branches.audit.models import AuditEntry
from branches.places.models.departments import Department
from common.errors import Conflict
from responsibilities.duties.services.portfolios import portfolio_make
from responsibilities.portfolios.models import LeaderPortfolio
from tests.faults.at_once import at_once

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif("__import__('django.db').db.connection.vendor != 'postgresql'", reason="needs row locks"),
]


@pytest.mark.parametrize("_", range(3))
def test_of_two_charges_of_one_department_exactly_one_is_made(live_world, _):
    office = Department.objects.create(name="综合处")
    leaders = (live_world.leader, live_world.party_secretary)
    results = at_once(
        *[
            lambda leader=leader: portfolio_make(
                by=live_world.staff, organisation=live_world.root, leader=leader, department=office
            )
            for leader in leaders
        ]
    )
    assert sum(isinstance(result, LeaderPortfolio) for result in results) == 1, results
    assert sum(isinstance(result, Conflict | ValidationError) for result in results) == 1, results
    assert (LeaderPortfolio.objects.count(), AuditEntry.objects.filter(verb="charge.make").count()) == (1, 1)
