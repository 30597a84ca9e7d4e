"""The last place, and the room at one time: of two at once exactly one has it."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from members.resources.models import OfferAsk, ResourceUse
from members.resources.services.offers import offer_ask
from members.resources.services.uses import use_answer, use_ask
from tests.members.activities.test_races import _at_once
from tests.members.resources.made import offered, planned, room

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="needs rows that are locked one by one"),
]
assert connection


@pytest.mark.parametrize("_", range(5))
def test_the_last_place_is_one(live_world, _):
    world, offer = live_world, offered(live_world, places=1)
    results = _at_once(
        lambda: offer_ask(by=world.secretary_b, offer=offer, organisation=world.branch_b),
        lambda: offer_ask(by=world.secretary_c, offer=offer, organisation=world.branch_c),
    )
    assert sum(isinstance(one, OfferAsk) for one in results) == 1, results
    (refused,) = [one for one in results if not isinstance(one, OfferAsk)]
    assert isinstance(refused, ValidationError) and refused.messages == ["名额已满。"]
    assert OfferAsk.objects.count() == 1


@pytest.mark.parametrize("_", range(5))
def test_a_room_is_given_once(live_world, _):
    world = live_world
    one = room(world.branch_a, world.secretary_a)
    uses = [
        use_ask(by=by, activity=planned(place, by), resource=one)
        for place, by in ((world.branch_b, world.secretary_b), (world.branch_c, world.secretary_c))
    ]
    results = _at_once(
        lambda: use_answer(by=world.secretary_a, use=uses[0], agree=True),
        lambda: use_answer(by=world.officer_a, use=uses[1], agree=True),
    )
    assert sum(isinstance(given, ResourceUse) for given in results) == 1, results
    assert ResourceUse.objects.holding().count() == 1
