"""A real worker on each broker: it does jobs, it fills, and foreign messages do not stop it (F04, F20; C61, C62)."""

import json
import os
import pickle
import signal
import time
import uuid
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import connection
from kombu import Connection
from kombu.transport import filesystem

from assessments.facts.models import Fact
from branches.audit.models import AuditEntry
from branches.jobs import services as jobs
from branches.jobs.models import Heartbeat, JobRun
from branches.tasks import run_job
from common import clock
from common.queues import HEAVY
from config.celery import app
from members.imports.models import ImportBatch
from members.roster.models.members import Member
from tests.assessments.facts.random_agency import build
from tests.faults import processes
from tests.members.imports.rows import person
from tests.members.imports.test_pages import members_file
from tests.world import identity

assert filesystem
REDIS = [
    pytest.param(
        "redis", marks=[pytest.mark.redis, pytest.mark.skipif(not django_settings.REDIS_URL, reason="no Redis")]
    )
]


class Broker:
    """A broker of this test alone: a folder, or a queue of its own on Redis."""

    def __init__(self, kind, var):
        self.queue = f"test-{uuid.uuid4().hex[:8]}"
        self.env = processes.environment(var)
        if kind == "redis":
            self.env["REDIS_URL"] = django_settings.REDIS_URL
            self.url, self.options = django_settings.REDIS_URL, {}
            return
        folders = {name: var / "broker" / name for name in ("queue", "control", "processed")}
        for folder in folders.values():
            folder.mkdir(parents=True, mode=0o700)
        self.url = "filesystem://"
        self.options = {
            "data_folder_in": str(folders["queue"]),
            "data_folder_out": str(folders["queue"]),
            "control_folder": str(folders["control"]),
        }

    def connection(self):
        return Connection(self.url, transport_options=self.options)

    def send(self, name, *arguments):
        with self.connection() as broker:
            app.send_task(name, arguments, connection=broker, queue=self.queue)

    def send_raw(self, body, content_type="application/json", **headers):
        with self.connection() as broker:
            queue = broker.SimpleQueue(self.queue)
            options = {"content_type": content_type, "content_encoding": "utf-8", "serializer": None}
            queue.producer.publish(body, routing_key=self.queue, exchange="", headers=headers, **options)
            queue.close()

    def worker(self, **extra):
        command = ["-m", "celery", "-A", "config", "--quiet", "worker", "--loglevel", "WARNING", "-Q", self.queue]
        return processes.start(
            [*command, "--concurrency", "1", "--without-gossip", "--without-mingle"], self.env | extra
        )


IN_A_FOLDER = pytest.mark.whole("the same with Redis on PostgreSQL; tests/test_start.py has a worker on a folder")


@pytest.fixture(params=[pytest.param("folder", marks=IN_A_FOLDER), *REDIS])
def broker(request, live_world, settings, tmp_path, monkeypatch):
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.MEDIA_ROOT.mkdir()
    var = tmp_path / "var"
    var.mkdir()
    found = Broker(request.param, var)
    monkeypatch.setattr(run_job, "delay", lambda pk: found.send("branches.tasks.run_job", pk))
    yield found
    if request.param == "redis":
        with found.connection() as connection:
            connection.channel().queue_delete(found.queue)


@contextmanager
def running(broker, supervised=False):
    """A worker that lives while the block runs; supervised: brought back when a message ends it, as bin/start does."""
    lives = [broker.worker()]

    def worker():
        if supervised and lives[-1].poll() is not None:
            lives.append(broker.worker())
        return lives[-1]

    try:
        processes.wait_for(
            lambda: worker() and Heartbeat.objects.filter(name__startswith="worker").exists(), why="no worker"
        )
        yield worker
    finally:
        processes.end(lives[-1])


def _import(as_, name, number, who="staff"):
    """Upload a ledger of one person, have the file checked here, and leave the writing to the worker."""
    client = as_(who)
    sheet = members_file(person(name, number, 公民身份号码=identity(number)))
    assert client.post("/imports/", {"members": sheet}).status_code == 302
    batch = ImportBatch.objects.latest("pk")
    jobs.run(batch.job_id)
    assert client.post(f"/imports/{batch.uid}/apply/").status_code == 302
    batch.refresh_from_db()
    assert batch.job.state == "queued"
    return batch


def _finished(batch):
    return JobRun.objects.filter(pk=batch.job_id).exclude(state__in=("queued", "running")).first()


def test_a_worker_does_each_job_once_fills_the_facts_and_ends_with_all_its_processes(broker, live_world, as_):
    build(live_world, 51, branches=2, records=20)
    batch = _import(as_, "甲新", 61)
    # The same message again, twice: brokers repeat them.
    broker.send("branches.tasks.run_job", batch.job_id)
    broker.send("branches.tasks.run_job", batch.job_id)
    after = _import(as_, "丁新", 64, "committee_secretary")
    talks = {"measure": "requirement.life-talks", "organisation": live_world.branch_a}
    with running(broker) as worker:
        processes.wait_for(lambda: _finished(after), why="the later job was not done")
        run = _finished(batch)
        assert (run.state, run.tries) == ("done", 1), run.outcome
        assert Member.objects.filter(name__in=["甲新", "丁新"]).count() == 2
        broker.send("assessments.tasks.fill_facts")
        processes.wait_for(lambda: Fact.objects.filter(**talks).exists(), why="no fill")
        expected = len(live_world.people("branch_a"))
        processes.wait_for(lambda: Fact.objects.filter(**talks, denominator=expected).exists(), why="no second fill")
        group = worker().pid
        os.kill(group, signal.SIGTERM)
        worker().wait(15)
        with pytest.raises(ProcessLookupError):
            os.killpg(group, 0)


def test_an_import_whose_worker_is_killed_is_taken_up_by_another_and_written_once(broker, as_):
    lease = {"JOB_LEASE_SECONDS": "2"}
    client = as_("staff")
    sheet = members_file(*(person(f"戊新{n}", 70 + n) for n in range(3)))
    assert client.post("/imports/", {"members": sheet}).status_code == 302
    batch = ImportBatch.objects.get()
    reached = Path(broker.env["VAR_DIR"]) / "fault-import.commit"
    killed = broker.worker(**lease, FAULT_POINT="import.commit")
    try:
        processes.wait_for(lambda: ImportBatch.objects.filter(state="ready").exists(), 60, "not checked")
        assert client.post(f"/imports/{batch.uid}/apply/").status_code == 302
        processes.wait_for(reached.exists, 60, "the write did not begin")
        # Longer than its lease: as long as the process lives, the job is its own.
        time.sleep(3)
        batch.refresh_from_db()
        assert (batch.job.state, batch.job.step) == ("running", "正在写入")
        # SQLite notes nothing while its one writer is at it, and nobody can claim the job meanwhile.
        assert batch.job.lease_until > clock.now() or connection.vendor == "sqlite"
        assert not Member.objects.filter(name__startswith="戊新").exists()
    finally:
        processes.end(killed, signal.SIGKILL)
    second = broker.worker(**lease)
    try:
        # What beat has done every twenty seconds, and each worker when it starts.
        processes.wait_for(lambda: jobs.requeue() or _finished(batch), 60, "not taken up")
    finally:
        processes.end(second)
    batch.refresh_from_db()
    assert (batch.state, batch.job.state, batch.job.tries) == ("applied", "done", 2), batch.outcome
    assert Member.objects.filter(name__startswith="戊新").count() == 3
    assert AuditEntry.objects.filter(verb="import").count() == 1


def test_messages_nobody_of_us_sent_do_not_stop_the_job_behind_them(broker, as_):
    task = "branches.tasks.run_job"
    broker.send("os.system", "true")
    broker.send(task, "1; DROP TABLE")
    broker.send(task, 10**30)
    broker.send(task)
    broker.send_raw(pickle.dumps({"pk": 1}).hex(), "application/x-python-serialize", task=task, id=str(uuid.uuid4()))
    broker.send_raw("not json at all")
    broker.send_raw(json.dumps([1, 2, 3]))
    batch = _import(as_, "乙新", 62)
    with running(broker, supervised=True) as worker:
        run = processes.wait_for(lambda: worker() and _finished(batch), 60, processes.output(broker.env))
    # They did arrive: the worker says of each kind what it thinks of it.
    said = processes.output(broker.env)
    assert "os.system" in said and "message without a job id" in said and "Traceback" not in said
    assert (run.state, run.tries) == ("done", 1), run.outcome
    assert Member.objects.filter(name="乙新").count() == 1


def poison(broker):
    """Make each message that waits a right envelope whose body nobody can read, and add half a message and a list."""
    if "data_folder_in" in broker.options:
        folder = Path(broker.options["data_folder_in"])
        for path in folder.iterdir():
            path.write_text(json.dumps(json.loads(path.read_text()) | {"body": "A"}))
        (folder / f"0_half.{broker.queue}.msg").write_text('{"body": "')
        (folder / f"0_list.{broker.queue}.msg").write_text("[]")
        return
    with broker.connection() as connection:
        redis = connection.channel().client
        waiting = [json.loads(text) for text in redis.lrange(broker.queue, 0, -1)]
        redis.delete(broker.queue)
        redis.lpush(broker.queue, *(json.dumps(message | {"body": "A"}) for message in waiting), '{"body": "', "[]")


def test_a_message_that_ends_every_worker_is_thrown_away_and_the_jobs_are_done(broker, as_):
    broker.queue = HEAVY
    if "data_folder_in" not in broker.options:
        # A run that was broken off may have left messages there.
        with broker.connection() as connection:
            connection.channel().client.delete(broker.queue)
    for _ in range(2):
        broker.send("branches.tasks.run_job", 1)
    poison(broker)
    batch = _import(as_, "丙新", 63)
    supervisor = processes.start(["bin/worker.py", "--loglevel", "WARNING"], broker.env)
    try:
        run = processes.wait_for(lambda: _finished(batch), 100, processes.output(broker.env))
        assert supervisor.poll() is None
        assert run.state == "done", run.outcome
        assert Member.objects.filter(name="丙新").count() == 1
    finally:
        processes.end(supervisor)
    said = processes.output(broker.env)
    # Out of a folder it is not even handed on.
    assert ("cannot be read" if "data_folder_in" in broker.options else "its queue is emptied") in said
    assert "Traceback" not in said
