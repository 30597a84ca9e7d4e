import pytest

from branches.reach import access
from branches.reach.rights import ORGANISATION_RIGHTS
from tests.world import CAST, TREE


@pytest.mark.parametrize("who", CAST)
def test_all_rights_at_once_are_those_asked_one_by_one(world, who):
    for key in TREE:
        place = world.places[key]
        held = {right for right, _ in ORGANISATION_RIGHTS if access.has_right(world.user(who), right, place)}
        assert access.rights_at(world.user(who), place) == held, key
