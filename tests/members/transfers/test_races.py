"""Two at once: one member is asked for once, received once, and never belongs to two branches."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from common import clock
from common.errors import Conflict
from members.roster.models.members import Member
from members.roster.services.together import members_update
from members.transfers.models import Transfer
from members.transfers.services.ends import membership_end
from members.transfers.services.transfers import transfer_ask, transfer_receive, transfer_withdraw
from tests.members.activities.test_races import _at_once
from tests.members.transfers.support import asked, places_on

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="needs rows that are locked one by one"),
]
assert connection


@pytest.mark.parametrize("_", range(4))
def test_one_member_is_asked_for_once(live_world, _):
    world, member = live_world, live_world.people("branch_a")[3]
    results = _at_once(
        lambda: transfer_ask(by=world.secretary_a, member=member, taker=world.branch_b),
        lambda: transfer_ask(by=world.organiser_a, member=member, taker=world.branch_c),
    )
    assert sum(isinstance(one, Transfer) for one in results) == 1, results
    (refused,) = [one for one in results if not isinstance(one, Transfer)]
    assert isinstance(refused, ValidationError) and refused.messages == ["甲四已有一件未办结的接转。"]


@pytest.mark.parametrize("_", range(4))
@pytest.mark.parametrize("other", ["receive", "withdraw", "leave"])
def test_of_two_who_act_on_one_transfer_the_second_finds_it_done(live_world, other, _):
    world, transfer = live_world, asked(live_world)
    acts = {
        "receive": lambda: transfer_receive(by=world.staff, transfer=transfer),
        "withdraw": lambda: transfer_withdraw(by=world.secretary_a, transfer=transfer),
        "leave": lambda: membership_end(by=world.staff, member=transfer.member, ground="deceased", on=clock.today()),
    }
    results = _at_once(lambda: transfer_receive(by=world.secretary_b, transfer=transfer), acts[other])
    failed = [one for one in results if isinstance(one, Exception)]
    assert len(failed) == 1 or other == "leave", results
    assert all(isinstance(one, Conflict | ValidationError) for one in failed), results
    assert places_on(transfer.member, clock.today()) == 1


@pytest.mark.parametrize("_", range(6))
def test_who_moves_while_his_data_are_corrected_is_corrected(live_world, _):
    transfer = asked(live_world)
    pk = transfer.member_id
    results = _at_once(
        lambda: transfer_receive(by=live_world.secretary_b, transfer=transfer),
        lambda: members_update(by=live_world.staff, values={pk: {"education": "大学本科"}}),
    )
    assert not [one for one in results if isinstance(one, Exception)], results
    member = Member.objects.get(pk=pk)
    assert (member.home, member.education) == (live_world.branch_b, "大学本科")
