"""Exemptions of one period become spans and back; the month of organisation life becomes a day and back."""

from datetime import date

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tests.migrating import needs_migrations

BEFORE = [("responsibilities", "0004_options_as_json_and_names"), ("branches", "0013_kept_from")]
AFTER = [("responsibilities", "0008_exemption_spans_only"), ("branches", "0014_org_life_due_as_a_day")]
PERIODS = {
    "2026": (date(2026, 1, 1), date(2026, 12, 31)),
    "2026H1": (date(2026, 1, 1), date(2026, 6, 30)),
    "2026Q3": (date(2026, 7, 1), date(2026, 9, 30)),
    "2028-02": (date(2028, 2, 1), date(2028, 2, 29)),
}


def migrated(targets):
    """Migrate to `targets` and return the models as they are there."""
    MigrationExecutor(connection).migrate(targets)
    return MigrationExecutor(connection).loader.project_state(targets).apps


@pytest.fixture
def before(live_world):
    needs_migrations()
    yield migrated(BEFORE)
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def test_what_was_kept_reads_the_same_after_it_and_back(before, live_world):
    exemptions = before.get_model("responsibilities", "Exemption").objects
    for period in PERIODS:
        exemptions.create(organisation_id=live_world.branch_a.pk, rule="life-theme-day", period=period, reason="同意")
    settings = before.get_model("branches", "Setting").objects
    for month, day in {2: date(2021, 1, 1), 11: date(2022, 1, 1), 12: date(2023, 1, 1)}.items():
        settings.create(key="org_life_due_month", value=str(month), valid_from=day)

    after = migrated(AFTER)
    rows = after.get_model("responsibilities", "Exemption").objects.filter(organisation=live_world.branch_a.pk)
    assert sorted((row.first, row.last) for row in rows) == sorted(PERIODS.values())
    assert {tuple(row.rules) for row in rows} == {("life-theme-day",)} and len({row.batch for row in rows}) == 4
    days = after.get_model("branches", "Setting").objects.filter(key="org_life_due").order_by("valid_from")
    assert [row.value for row in days] == ["229", "1130", "1231"]
    rows.create(
        organisation_id=live_world.branch_b.pk,
        rules=["life-theme-day", "life-talks"],
        first=date(2026, 2, 3),
        last=date(2026, 5, 4),
        reason="不能写成一个期间",
    )

    again = migrated(BEFORE)
    kept = again.get_model("responsibilities", "Exemption").objects.filter(organisation=live_world.branch_a.pk)
    assert {(row.rule, row.period) for row in kept} == {("life-theme-day", period) for period in PERIODS}
    assert not again.get_model("responsibilities", "Exemption").objects.filter(organisation=live_world.branch_b.pk)
    months = again.get_model("branches", "Setting").objects.filter(key="org_life_due_month").order_by("valid_from")
    assert [row.value for row in months] == ["2", "11", "12"]
