"""Redis is flushed, and restarted under a waiting worker: the worker comes back by itself, and the jobs end (F05)."""

import shutil
import signal
import socket
import subprocess
from datetime import timedelta

import pytest
import redis

from branches.jobs import services as jobs
from branches.jobs.models import Heartbeat, JobRun
from branches.tasks import run_job
from common import clock
from common.operator import OPERATOR
from tests.faults import processes
from tests.faults.test_hanging_job import ended
from tests.faults.test_real_worker import Broker

pytestmark = [
    pytest.mark.redis,
    pytest.mark.skipif(shutil.which("redis-server") is None, reason="no redis-server to start and kill"),
]


class Server:
    """A Redis of this test alone, that keeps nothing: started, emptied, killed and started again at one port."""

    def __init__(self, folder):
        self.folder = folder
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.client = redis.Redis(port=self.port)
        self.process = None
        self.start()

    def start(self):
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        out = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.process = subprocess.Popen([*command, "--dir", str(self.folder)], start_new_session=True, **out)
        processes.wait_for(self.answers, 10, "Redis did not start")

    def answers(self):
        try:
            return self.client.ping()
        except redis.ConnectionError:
            return False

    def kill(self):
        processes.end(self.process, signal.SIGKILL)


@pytest.fixture
def server(tmp_path):
    found = Server(tmp_path)
    yield found
    found.kill()


@pytest.fixture
def broker(live_world, settings, tmp_path, monkeypatch, server):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.REDIS_URL = server.url
    var = tmp_path / "var"
    var.mkdir()
    monkeypatch.setattr("tests.faults.test_real_worker.django_settings", settings)
    found = Broker("redis", var)
    monkeypatch.setattr(run_job, "delay", lambda pk: found.send("branches.tasks.run_job", pk))
    monkeypatch.setitem(jobs._KINDS, "test.done", lambda by: "")
    return found


def worker(broker):
    command = ["-m", "celery", "-A", "tests.faults.hanging", "--quiet", "worker", "--loglevel", "WARNING"]
    command += ["-Q", broker.queue, "--concurrency", "1", "--without-gossip", "--without-mingle"]
    return processes.start(command, broker.env)


def later():
    """Two minutes are over: what lies queued is sent again, as beat does every twenty seconds."""
    JobRun.objects.filter(state=JobRun.State.QUEUED).update(queued=clock.now() - timedelta(minutes=3))
    jobs.requeue()


def test_what_a_flushed_or_restarted_redis_forgot_is_done_by_the_same_worker(broker, server):
    lost = jobs.enqueue(by=OPERATOR, kind="test.done")
    assert server.client.llen(broker.queue) == 1
    server.client.flushall()
    process = worker(broker)
    try:
        processes.wait_for(lambda: Heartbeat.objects.filter(name__startswith="worker").exists(), 60, "no worker")
        assert not ended(lost)
        later()
        processes.wait_for(lambda: ended(lost), 60, "the flushed job was not done")

        # Killed and started again under the worker that waits; meanwhile the row of a job is saved all the same.
        server.kill()
        meanwhile = jobs.enqueue(by=OPERATOR, kind="test.done")
        assert meanwhile.state == JobRun.State.QUEUED
        server.start()
        processes.wait_for(lambda: later() or ended(meanwhile), 90, processes.output(broker.env))
        assert process.poll() is None, "the worker came back by itself"
    finally:
        processes.end(process)
    for run in (lost, meanwhile):
        assert (run.state, run.outcome) == ("done", "已完成")
