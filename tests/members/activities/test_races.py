"""Two at once: on a real database with two connections, exactly one wins (faults F13 and F15)."""

import threading
import uuid

import pytest
from django.db import connection, connections

from branches.audit.models import AuditEntry
from common.errors import Conflict
from members.activities.models import Activity, ActivityState
from members.activities.selectors.rosters import expected
from members.activities.services import states as moves
from members.activities.services.records import RecordData
from tests.members.activities.records import only, submitted

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="needs rows that are locked one by one"),
]
assert connection


def _at_once(*calls):
    """Run the calls in threads that start together; return what each gave or raised."""
    start, results = threading.Barrier(len(calls)), [None] * len(calls)

    def run(number, call):
        try:
            start.wait(10)
            results[number] = call()
        except Exception as error:
            results[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


@pytest.mark.parametrize("_", range(5))
def test_a_double_click_makes_one_record(live_world, _):
    place, by, key = live_world.branch_a, live_world.secretary_a, uuid.uuid4()
    from common import clock

    today = clock.today()
    attendance = {member.pk: ("present", "") for member in expected(place, ["assembly"], today)}
    data = RecordData(kinds=["assembly"], day=today, title="一", content="二", attendance=attendance)
    before = AuditEntry.objects.count()

    def click():
        return moves.activity_record(by=by, organisation=place, data=data, form_key=key)

    first, second = _at_once(click, click)
    assert first == second == only(), (first, second)
    assert AuditEntry.objects.count() == before + 1


@pytest.mark.parametrize("_", range(5))
def test_of_a_withdrawal_and_a_review_exactly_one_wins(live_world, _):
    record = submitted(live_world.branch_a, live_world.secretary_a)
    before = AuditEntry.objects.count()
    mine, theirs = Activity.objects.get(pk=record.pk), Activity.objects.get(pk=record.pk)
    results = _at_once(
        lambda: moves.activity_withdraw(by=live_world.secretary_a, activity=mine),
        lambda: moves.activity_accept(by=live_world.staff, activity=theirs),
    )
    lost = [result for result in results if isinstance(result, Conflict)]
    assert len(lost) == 1 and len([result for result in results if isinstance(result, Activity)]) == 1, results
    wanted = ActivityState.DRAFT if isinstance(results[1], Conflict) else ActivityState.ACCEPTED
    assert only().state == wanted
    assert AuditEntry.objects.count() == before + 1
