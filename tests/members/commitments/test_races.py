"""Two at once: a member and his secretary make one commitment, and the second is told by whom; review and publication happen once."""

import pytest
from django.db import connection

from common import clock
from common.errors import Conflict
from members.commitments.models import Commitment, Pledge
from members.commitments.rules import Wanted
from members.commitments.services.deciding import branch_publish, commitment_review
from members.commitments.services.pledging import NEW, commitment_make, pledge_change
from tests.members.activities.test_races import _at_once
from tests.members.commitments.made import made, published, reviewed

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="needs rows that are locked one by one"),
]
assert connection


def make(by, member, *texts):
    wanted = [Wanted(text) for text in texts]
    return commitment_make(by=by, member=member, year=clock.today().year, wanted=wanted, version=NEW)


@pytest.mark.parametrize("_", range(5))
def test_the_same_form_makes_one_and_another_is_told_by_whom(live_world, _):
    world, member = live_world, live_world.people("branch_a")[3]
    first, second = _at_once(*[lambda: make(world.member, member, "甲", "乙")] * 2)
    assert first[0] == second[0] == Commitment.objects.get() and Pledge.objects.count() == 2
    five = world.people("branch_a")[4]
    results = _at_once(
        lambda: make(world.secretary_a, five, "甲", "乙"), lambda: make(world.organiser_a, five, "丙", "丁")
    )
    (refused,) = [found for found in results if isinstance(found, Exception)]
    assert isinstance(refused, Conflict), results
    other = world.secretary_a if isinstance(results[1], Exception) else world.organiser_a
    assert refused.message == f"这项内容刚由{other.name}修改，请核对后再保存。"
    assert Pledge.objects.filter(commitment__member=five).count() == 2


@pytest.mark.parametrize("_", range(3))
def test_reviewed_published_and_changed_once(live_world, _):
    world, member = live_world, live_world.people("branch_a")[3]
    row = made(member, by=world.users["member"])
    results = _at_once(*[lambda: commitment_review(by=world.secretary_a, commitment=row)] * 2)
    assert sum(isinstance(found, Conflict) for found in results) == 1, results
    reviewed(world.people("branch_a")[4])
    numbers = _at_once(*[lambda: branch_publish(by=world.secretary_a, branch=world.branch_a, year=row.year)] * 2)
    assert sorted(numbers) == [0, 2], numbers
    pledge = published(world.people("branch_a")[2]).pledges.first()
    change = {"pledge": pledge, "text": "另一项", "reason": "岗位调整"}
    results = _at_once(*[lambda: pledge_change(by=world.secretary_a, **change)] * 2)
    (refused,) = [found for found in results if isinstance(found, Exception)]
    assert isinstance(refused, Conflict) and refused.message == "这一项已经改过，请看修改后的承诺。"
