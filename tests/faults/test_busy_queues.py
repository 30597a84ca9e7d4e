"""Two jobs that take for ever hold back nothing else: signs of life go on, a change becomes a fact, all is ready (F31)."""

import os
import signal
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client

from assessments.facts.models import Fact
from assessments.tasks import fill_tick
from branches.jobs import services as jobs
from branches.jobs.models import ChangeMark, Heartbeat, JobRun
from branches.tasks import beat_heartbeat
from common import clock
from common.operator import OPERATOR
from common.queues import QUEUES, sign_of
from config.celery import app
from tests.faults import processes
from tests.members.activities.records import submitted

pytestmark = [pytest.mark.redis, pytest.mark.skipif(not settings.REDIS_URL, reason="no Redis")]


@pytest.fixture
def workers(live_world, tmp_path, monkeypatch):
    """One worker for each queue, as bin/worker.py starts them, that also knows a job without an end."""
    app.control.purge()
    monkeypatch.setitem(jobs._KINDS, "test.hang", lambda by: "")
    env = processes.environment(tmp_path) | {"REDIS_URL": settings.REDIS_URL, "PYTHONPATH": os.getcwd()}
    env["JOB_LEASE_SECONDS"] = "4"
    started = []
    for name, queue in QUEUES.items():
        command = ["-m", "celery", "-A", "tests.faults.hanging", "--quiet", "worker", "--loglevel", "WARNING"]
        command += ["-n", f"{name}@%h", "-Q", name, "--concurrency", str(queue.processes)]
        started.append(processes.start([*command, "--without-gossip", "--without-mingle"], env))
    yield env
    for process in started:
        processes.end(process, signal.SIGKILL)
    app.control.purge()


def test_two_long_jobs_hold_back_no_short_task_and_no_fill(workers, live_world):
    signs = Heartbeat.objects.filter(name__in=[sign_of(queue) for queue in QUEUES])
    processes.wait_for(lambda: signs.count() == 3, 60, "not started")
    runs = [jobs.enqueue(by=OPERATOR, kind="test.hang") for _ in range(QUEUES["heavy"].processes)]
    taken = JobRun.objects.filter(pk__in=[run.pk for run in runs], state=JobRun.State.RUNNING)
    processes.wait_for(lambda: taken.count() == len(runs), 60, "not started")

    # As if ten minutes had passed: nobody of the long ones has time for a sign.
    signs.update(at=clock.real_now() - timedelta(minutes=10))
    submitted(live_world.branch_a, live_world.secretary_a)
    for queue in QUEUES:
        beat_heartbeat.apply_async((queue,), queue=queue)
    fill_tick.delay()
    young = signs.filter(at__gt=clock.real_now() - timedelta(minutes=1)).values_list("name", flat=True)
    processes.wait_for(lambda: {"worker:short", "worker:fills"} <= set(young.all()), 40, "no sign")
    processes.wait_for(lambda: Fact.objects.filter(organisation=live_world.branch_a).exists(), 60, "no fact")
    processes.wait_for(lambda: not ChangeMark.objects.exists(), 40, "the mark stayed")
    jobs.beat("beat")
    reasons = Client().get("/readyz", REMOTE_ADDR="127.0.0.1").json()["reasons"]
    assert "ages" not in reasons, reasons
    assert taken.count() == len(runs)
