"""Two people at one record: exactly one wins, on a database that locks row by row (faults F14 and F15)."""

import dataclasses

import pytest

from branches.audit.models import AuditEntry
from common.errors import Conflict
from members.activities.models import Activity
from members.activities.services import states as reviews
from members.activities.services.records import activity_update, record_data
from tests.faults.at_once import at_once
from tests.members.activities.records import draft, only, submitted

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.skipif("__import__('django.db').db.connection.vendor != 'postgresql'", reason="needs row locks"),
]


def _one_won(results):
    lost = [result for result in results if isinstance(result, Conflict)]
    won = [result for result in results if isinstance(result, Activity)]
    assert (len(won), len(lost)) == (1, 1), results
    return results.index(won[0])


@pytest.mark.parametrize("_", range(3))
def test_of_an_acceptance_and_a_return_exactly_one_wins(live_world, _):
    record = submitted(live_world.branch_a, live_world.secretary_a)
    mine, theirs = Activity.objects.get(pk=record.pk), Activity.objects.get(pk=record.pk)
    before = AuditEntry.objects.count()
    winner = _one_won(
        at_once(
            lambda: reviews.activity_accept(by=live_world.staff, activity=mine),
            lambda: reviews.activity_return(by=live_world.committee_secretary, activity=theirs, reason="请补决议"),
        )
    )
    assert only().state == ("accepted", "returned")[winner]
    assert AuditEntry.objects.count() == before + 1


@pytest.mark.parametrize("_", range(3))
def test_of_a_resubmission_and_a_return_the_record_ends_in_one_state_with_its_entries(live_world, _):
    record = submitted(live_world.branch_a, live_world.secretary_a)
    theirs, mine = Activity.objects.get(pk=record.pk), Activity.objects.get(pk=record.pk)
    returned, sent = at_once(
        lambda: reviews.activity_return(by=live_world.staff, activity=theirs, reason="请补决议"),
        lambda: reviews.activity_submit(by=live_world.secretary_a, activity=mine),
    )
    assert isinstance(returned, Activity)
    verbs = list(AuditEntry.objects.filter(object_id=record.pk).order_by("pk").values_list("verb", flat=True))
    if isinstance(sent, Conflict):
        assert (only().state, verbs[-1]) == ("returned", "activity.return")
    else:
        assert (only().state, only().return_reason, verbs[-1]) == ("submitted", "", "activity.submit")


@pytest.mark.parametrize("_", range(3))
def test_of_two_submissions_exactly_one_wins(live_world, _):
    record = draft(live_world.branch_a, live_world.secretary_a)
    copies = [Activity.objects.get(pk=record.pk) for _ in range(2)]
    _one_won(
        at_once(
            lambda: reviews.activity_submit(by=live_world.secretary_a, activity=copies[0]),
            lambda: reviews.activity_submit(by=live_world.officer_a, activity=copies[1]),
        )
    )
    assert AuditEntry.objects.filter(object_id=record.pk, verb="activity.submit").count() == 1


@pytest.mark.parametrize("_", range(3))
def test_of_two_edits_of_one_version_the_second_meets_a_conflict(live_world, _):
    record = draft(live_world.branch_a, live_world.secretary_a)
    data = record_data(record)
    titles = ["甲的题目", "乙的题目"]
    winner = _one_won(
        at_once(
            *[
                lambda by=by, title=title: activity_update(
                    by=by,
                    activity=Activity.objects.get(pk=record.pk),
                    data=dataclasses.replace(data, title=title),
                    version=record.version,
                )
                for by, title in zip((live_world.secretary_a, live_world.officer_a), titles)
            ]
        )
    )
    assert only().title == titles[winner]
    assert only().version == record.version + 1
