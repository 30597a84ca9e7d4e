"""Options kept as text come through the migration to JSON and back, whatever is in the table."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from tests.migrating import needs_migrations

BEFORE = [("responsibilities", "0003_names_of_proof_files_and_portfolios")]
AFTER = [("responsibilities", "0004_options_as_json_and_names")]


def migrated(targets):
    """Migrate to `targets` and return the models as they are there."""
    executor = MigrationExecutor(connection)
    executor.migrate(targets)
    return MigrationExecutor(connection).loader.project_state(targets).apps


@pytest.fixture
def before(live_world):
    needs_migrations()
    yield migrated(BEFORE)
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def test_options_and_the_key_of_a_figure_keep_their_content(before, live_world):
    collect = before.get_model("responsibilities", "Collect").objects.create(
        organisation_id=live_world.root.pk, title="志愿服务", purpose="汇总", due=timezone.localdate()
    )
    fields = before.get_model("responsibilities", "CollectField").objects
    texts = {"是否设岗": '["是", "否"]', "党员人数": "", "说明": "[]"}
    for order, (label, text) in enumerate(texts.items(), start=1):
        held = "members" if label == "党员人数" else ""
        fields.create(collect=collect, order=order, label=label, options=text, held=held)

    after = migrated(AFTER).get_model("responsibilities", "CollectField").objects
    kept = dict(after.filter(collect=collect.pk).values_list("label", "options"))
    assert kept == {"是否设岗": ["是", "否"], "党员人数": [], "说明": []}
    assert after.get(collect=collect.pk, label="党员人数").figure == "members"

    again = migrated(BEFORE).get_model("responsibilities", "CollectField").objects.filter(collect=collect.pk)
    kept = {row.label: (row.options, row.held) for row in again}
    assert kept == {"是否设岗": ('["是", "否"]', ""), "党员人数": ("", "members"), "说明": ("", "")}
