"""Links from before a confirmation was asked for: those on accepted records and papers stay confirmed, the others wait."""

from importlib import import_module

import pytest
from django.apps import apps

from members.activities.services.states import activity_accept
from responsibilities.work.models import StageEvidence, SyncState
from tests.responsibilities.work.support import ago, happened, item_at, point, record_on

pytestmark = pytest.mark.django_db


def test_links_on_accepted_records_stay_confirmed_and_belong_to_their_branch(world):
    item = item_at(world.committee, [world.branch_a, world.branch_b])
    rows = {}
    for kind, place, by in (
        ("study", world.branch_b, world.secretary_b),
        ("arrangement", world.group_a1, world.secretary_a),
        ("implementation", world.committee, world.staff),
    ):
        stage = happened(item, kind, ago(20))
        kinds = ("group_meeting",) if place == world.group_a1 else ("theme_day",)
        record = record_on(place, by, ago(19), kinds=kinds)
        if kind == "study":
            activity_accept(by=world.staff, activity=record)
        rows[kind] = StageEvidence.objects.create(stage=stage, activity=record)
    import_module("responsibilities.migrations.0006_confirm_what_stood").keep_what_was_confirmed(apps, None)
    for row in rows.values():
        row.refresh_from_db()
    assert [rows[kind].branch for kind in rows] == [world.branch_b, world.branch_a, world.branch_a]
    assert point(item).state == SyncState.SYNCHRONISED and rows["study"].sentence == ""
    assert rows["arrangement"].confirmed_at is None and point(item, "arrangement").state == SyncState.TO_CONFIRM
