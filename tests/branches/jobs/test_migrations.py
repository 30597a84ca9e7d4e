"""Rows of jobs that were queued before a migration are done after it."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from branches.jobs import services as jobs
from branches.jobs.models import JobRun
from tests.migrating import needs_migrations

PARAMETERS = {"batch": 7, "places": [1, 2], "words": "甲“乙”"}
LANDED = ("branches", "0001_initial")


def _migrate(targets):
    executor = MigrationExecutor(connection)
    executor.migrate(targets)
    return executor.loader.project_state(targets).apps


@pytest.fixture
def done(monkeypatch):
    done = []
    monkeypatch.setitem(jobs._KINDS, "note", lambda by, **parameters: done.append(parameters))
    return done


def test_a_job_queued_before_its_parameters_became_json_is_done_with_them(transactional_db, done):
    needs_migrations()
    # Of every room: what depends on the migrations that are undone is undone with them.
    newest = MigrationExecutor(connection).loader.graph.leaf_nodes()
    try:
        old = _migrate([LANDED]).get_model("branches", "JobRun").objects
        text = '{"batch": 7, "places": [1, 2], "words": "甲“乙”"}'
        pk = old.create(kind="note", parameters=text, outcome="原样").pk
        empty = old.create(kind="note").pk
    finally:
        _migrate(newest)
    run = JobRun.objects.get(pk=pk)
    assert (run.parameters, run.outcome, run.state) == (PARAMETERS, "原样", JobRun.State.QUEUED)
    jobs.run(pk)
    jobs.run(empty)
    assert done == [PARAMETERS, {}]
