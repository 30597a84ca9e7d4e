"""A job that hangs past its hard limit is failed after three tries with its reason; other jobs are done meanwhile (F21)."""

import os

import pytest

from branches.jobs import services as jobs
from branches.jobs.models import Heartbeat, JobRun
from common import clock
from common.operator import OPERATOR
from config.celery import app
from tests.faults import processes
from tests.faults.test_real_worker import IN_A_FOLDER, REDIS, Broker

SOFT_LIMIT, HARD_LIMIT = 1, 3


@pytest.fixture(params=[pytest.param("folder", marks=IN_A_FOLDER), *REDIS])
def broker(request, live_world, settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path / "media"
    var = tmp_path / "var"
    var.mkdir()
    found = Broker(request.param, var)

    def send(pk):
        # The limits of a task travel with its message; half an hour would be long for a test.
        with found.connection() as link:
            limits = {"soft_time_limit": SOFT_LIMIT, "time_limit": HARD_LIMIT}
            app.send_task("branches.tasks.run_job", (pk,), connection=link, queue=found.queue, **limits)

    monkeypatch.setattr(jobs.run_job, "delay", send)
    for kind in ("test.hang", "test.done"):
        monkeypatch.setitem(jobs._KINDS, kind, lambda by: "")
    yield found
    if request.param == "redis":
        with found.connection() as connection:
            connection.channel().queue_delete(found.queue)


def ended(run):
    run.refresh_from_db()
    return run.state not in (JobRun.State.QUEUED, JobRun.State.RUNNING)


def told(run, worker, broker):
    return (
        f"{run.state} {run.tries} {run.outcome} worker {worker.poll()} at {clock.now()}: {processes.output(broker.env)}"
    )


def test_a_job_that_hangs_is_failed_after_three_tries_and_others_are_done(broker):
    command = ["-m", "celery", "-A", "tests.faults.hanging", "--quiet", "worker", "--loglevel", "WARNING"]
    command += ["-Q", broker.queue, "--concurrency", "1", "--without-gossip", "--without-mingle"]
    worker = processes.start(command, broker.env | {"JOB_LEASE_SECONDS": "2", "PYTHONPATH": os.getcwd()})
    try:
        processes.wait_for(lambda: Heartbeat.objects.filter(name__startswith="worker").exists(), 60, "no worker")
        hangs = jobs.enqueue(by=OPERATOR, kind="test.hang")
        behind = jobs.enqueue(by=OPERATOR, kind="test.done")
        # What beat does every twenty seconds.
        processes.wait_for(lambda: jobs.requeue() or ended(hangs), 240, lambda: told(hangs, worker, broker))
        processes.wait_for(lambda: jobs.requeue() or ended(behind), 120, "the job behind it was not done")
        assert worker.poll() is None
    finally:
        processes.end(worker)
    assert (hangs.state, hangs.tries, hangs.outcome) == ("failed", 3, "处理中断，已试 3 次")
    assert (behind.state, behind.tries, behind.outcome) == ("done", 1, "已完成")
    assert "Hard time limit" in processes.output(broker.env)
