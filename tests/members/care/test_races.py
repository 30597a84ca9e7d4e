"""Two at once: one mark, one event, one honour, one end of a mark."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from common import clock
from common.errors import Conflict
from members.care.models import CareEvent, CareMark, Honour
from members.care.services.honours import honour_cancel, honour_note
from members.care.services.keeping import event_note, mark_begin, mark_end
from tests.members.activities.test_races import _at_once
from tests.members.care.made import honoured, marked

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="needs rows that are locked one by one"),
]
assert connection


def one_of(results, refused):
    """Assert that one of two was done and the other refused in this way."""
    (wrong,) = [found for found in results if isinstance(found, Exception)]
    assert isinstance(wrong, refused), results
    return wrong


@pytest.mark.parametrize("_", range(5))
def test_the_same_mark_event_and_honour_are_entered_once(live_world, _):
    world, member, today = live_world, live_world.people("branch_a")[3], clock.today()
    accounts = (world.secretary_a, world.organiser_a)

    def both(call):
        return _at_once(*[lambda by=by: call(by) for by in accounts])

    wrong = one_of(both(lambda by: mark_begin(by=by, member=member, kind="frail", day=today)), ValidationError)
    assert "已经登记为年老体弱" in str(wrong) and CareMark.objects.count() == 1
    one_of(both(lambda by: event_note(by=by, member=member, kind="hospital", day=today)), ValidationError)
    assert CareEvent.objects.count() == 1
    honour = {"title": "先进党支部", "level": "city", "granted_on": today, "granted_by": "市直机关工委"}
    wrong = one_of(both(lambda by: honour_note(by=by, organisation=world.branch_a, **honour)), ValidationError)
    assert wrong.message_dict["title"] == ["这项表彰已经登记。"] and Honour.objects.count() == 1


@pytest.mark.parametrize("_", range(3))
def test_a_mark_is_ended_and_an_honour_cancelled_once(live_world, _):
    world, today = live_world, clock.today()
    mark, honour = marked(world.people("branch_a")[3]), honoured(organisation=world.branch_a)
    one_of(_at_once(*[lambda: mark_end(by=world.secretary_a, mark=mark, day=today)] * 2), Conflict)
    one_of(_at_once(*[lambda: honour_cancel(by=world.secretary_a, honour=honour, reason="重复")] * 2), Conflict)
