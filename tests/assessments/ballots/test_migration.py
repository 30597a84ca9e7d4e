"""Ballots that stood in entries become counts of their own, forward and back."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from assessments.ballots.models import Tally
from assessments.entries.models import ManualEntry
from tests.migrating import needs_migrations

BEFORE = [("assessments", "0006_hearing")]
COUNTED = {"counts": {"好": 3, "差": 1}, "invalid": 2}


def migrated(targets):
    executor = MigrationExecutor(connection)
    executor.migrate(targets)
    return MigrationExecutor(connection).loader.project_state(targets).apps


@pytest.mark.django_db(transaction=True)
def test_ballots_of_before_become_counts(world):
    needs_migrations()
    leaves = MigrationExecutor(connection).loader.graph.leaf_nodes()
    try:
        migrated(BEFORE).get_model("assessments", "ManualEntry").objects.create(
            scheme_key="tongbu-debrief",
            period="2025",
            organisation_id=world.branch_a.pk,
            kind="score",
            item="score/vote-members",
            label="党员测评（测评票：好、差）",
            indicator="vote-members",
            ballots=COUNTED,
            reason="测评",
            document="票",
        )
        migrated(leaves)
        tally = ManualEntry.objects.get().tally
        assert (tally.about, tally.levels, tally.invalid, tally.expected) == ("党员测评", COUNTED["counts"], 2, 6)
        assert tally.activity is None and sorted(tally.names) == ["好", "差"]
        assert migrated(BEFORE).get_model("assessments", "ManualEntry").objects.get().ballots == COUNTED
    finally:
        migrated(leaves)
        ManualEntry.objects.all().delete()
        Tally.objects.all().delete()
