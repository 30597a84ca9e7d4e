"""Each task has its queue and its limits, what waits is asked for each minute, and who serves long jobs may be busy."""

import ast
import subprocess
import sys
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from assessments import tasks
from assessments.facts import fill as rollups
from assessments.facts.models import FillState
from branches.jobs import services as jobs
from branches.jobs.models import ChangeMark, Heartbeat, JobRun
from branches.tasks import beat_heartbeat
from common import clock
from common.operator import OPERATOR
from common.queues import FILLS, HEAVY, QUEUES, SHORT, sign_of
from config.beat import Scheduler
from config.celery import app
from config.schedule import BEAT_SCHEDULE, queue_of
from tests.members.activities.records import submitted
from tests.paths import ROOT

OF_TASKS = {
    "assessments.tasks.check_facts": HEAVY,
    "assessments.tasks.fill_facts": FILLS,
    "assessments.tasks.fill_tick": SHORT,
    "assessments.tasks.tell_overdue_objections": HEAVY,
    "branches.tasks.anchor_audit": SHORT,
    "branches.tasks.beat_heartbeat": SHORT,
    "branches.tasks.clear_sessions": HEAVY,
    "branches.tasks.nightly_checks": HEAVY,
    "branches.tasks.requeue_jobs": SHORT,
    "branches.tasks.run_job": HEAVY,
    "branches.tasks.seal_audit": SHORT,
    "members.tasks.blank_notes": HEAVY,
    "members.tasks.expire_imports": HEAVY,
    "responsibilities.tasks.check_files": HEAVY,
    "responsibilities.tasks.escalate_supervisions": HEAVY,
    "responsibilities.tasks.scan_files": HEAVY,
    "responsibilities.tasks.turn_policies": HEAVY,
}
LIMITS = {SHORT: (50, 60), FILLS: (540, 600), HEAVY: (1740, 1800)}


def written():
    """Return the names of all functions that the code marks as tasks."""
    found = set()
    for path in [*ROOT.glob("*/tasks.py"), *ROOT.glob("*/*/services.py")]:
        module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                for mark in node.decorator_list:
                    call = mark if isinstance(mark, ast.Call) else None
                    if getattr(call.func if call else mark, "id", "") == "shared_task":
                        names = [word.value.value for word in call.keywords if word.arg == "name"] if call else []
                        found.add(names[0] if names else f"{module}.{node.name}")
    return found


def test_every_task_is_registered_and_goes_to_the_queue_that_is_meant_for_it():
    app.loader.import_default_modules()
    ours = {name for name in app.tasks if not name.startswith("celery.")}
    assert ours == set(OF_TASKS) and written() == ours
    for name, queue in OF_TASKS.items():
        assert queue_of(name) == queue
        found = app.amqp.router.route({}, name)["queue"]
        # The same address for two queues would send each message to both.
        assert (found.name, found.exchange.name, found.routing_key) == (queue, queue, queue)
        task = app.tasks[name]
        soft = task.soft_time_limit or app.conf.task_soft_time_limit
        assert (soft, task.time_limit or app.conf.task_time_limit) == LIMITS[queue], name


def test_what_beat_sends_is_a_task_and_expires_before_the_next():
    signs = set()
    for entry in BEAT_SCHEDULE.values():
        assert entry["task"] in OF_TASKS and entry["options"]["expires"] < entry["schedule"]
        if entry["task"] == beat_heartbeat.name:
            assert entry["options"]["queue"] == entry["args"][0]
            signs.add(entry["args"][0])
    assert signs == set(QUEUES)


@pytest.fixture
def sent(monkeypatch):
    found = []
    monkeypatch.setattr(tasks.fill_facts, "apply_async", lambda **options: found.append(options))
    return found


def test_a_tick_sends_for_a_fill_only_where_something_waits_for_it(world, sent):
    def asked():
        before = len(sent)
        tasks.fill_tick()
        return len(sent) - before

    assert asked() == 1, "nothing was ever filled"
    tasks.fill_facts()
    assert asked() == 0
    submitted(world.branch_a, world.secretary_a)
    assert ChangeMark.objects.exists() and asked() == 1
    tasks.fill_facts()
    assert asked() == 0
    # A fill that died: its slot says so.
    slot = FillState.objects.first()
    FillState.objects.filter(pk=slot.pk).update(state=FillState.State.STARTED)
    assert asked() == 1
    tasks.fill_facts()
    assert asked() == 0
    # A look back leaves facts of another day behind.
    rollups.fill(as_of=clock.today() - timedelta(days=40))
    assert asked() == 1
    tasks.fill_facts()
    assert asked() == 0
    with time_machine.travel(clock.real_now() + timedelta(days=1), tick=False):
        assert asked() == 1, "what was due may be overdue now"
    assert all(options["expires"] < 60 for options in sent)


def test_a_tick_without_work_says_that_the_facts_are_of_this_minute(world, sent):
    rollups.fill()
    Heartbeat.objects.filter(name="rollup").update(at=clock.real_now() - timedelta(hours=5))
    tasks.fill_tick()
    assert sent == [] and clock.real_now() - Heartbeat.objects.get(name="rollup").at < timedelta(minutes=1)


def test_a_fill_gives_the_sign_of_its_queue(world):
    tasks.fill_facts()
    assert Heartbeat.objects.filter(name=sign_of(FILLS)).exists()


def ages():
    return Client().get("/readyz", REMOTE_ADDR="127.0.0.1").json()["reasons"].get("ages", "")


def test_ready_asks_each_queue_and_takes_a_job_in_hand_for_a_sign(world):
    for name in (*map(sign_of, QUEUES), "beat", "rollup"):
        jobs.beat(name)
    assert ages() == ""
    for queue in QUEUES:
        old = Heartbeat.objects.filter(name=sign_of(queue))
        old.update(at=clock.real_now() - timedelta(seconds=90))
        assert ages() == f"{sign_of(queue)} 最近一次是 90 秒前"
        run = JobRun.objects.create(
            kind="test", state=JobRun.State.RUNNING, lease_until=clock.real_now() + timedelta(seconds=30)
        )
        assert (ages() == "") == (queue == HEAVY), "a long job holds up its own queue alone"
        JobRun.objects.filter(pk=run.pk).update(lease_until=clock.real_now() - timedelta(seconds=1))
        assert ages() != "", "whoever did it has died"
        run.delete()
        beat_heartbeat(queue)
        assert ages() == ""


def test_beat_says_itself_that_it_lives_and_goes_on_without_a_database(world, monkeypatch, tmp_path):
    scheduler = Scheduler(app, schedule_filename=str(tmp_path / "schedule"), lazy=True)
    monkeypatch.setattr("celery.beat.PersistentScheduler.tick", lambda self: 300)
    monkeypatch.setattr("django.db.close_old_connections", lambda: None)
    assert scheduler.tick() == 10 and Heartbeat.objects.filter(name="beat").count() == 1
    Heartbeat.objects.all().delete()
    assert scheduler.tick() == 10 and not Heartbeat.objects.exists(), "not at every turn"
    scheduler.said = None

    def away(name):
        from django.db import OperationalError

        raise OperationalError("away")

    monkeypatch.setattr(jobs, "beat", away)
    monkeypatch.setattr("django.db.connection.close", lambda: None)
    assert scheduler.tick() == 10


def test_a_queue_that_does_not_exist_is_named():
    command = [sys.executable, "bin/worker.py", "--queues", "short,long"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2 and "no such queue: long (there are short, fills, heavy)" in done.stderr


def test_the_message_of_a_job_goes_to_the_long_ones(world, monkeypatch, django_capture_on_commit_callbacks):
    routed = []
    monkeypatch.setitem(jobs._KINDS, "look", lambda by: "")
    monkeypatch.setattr(
        jobs.run_job, "apply_async", lambda args, kwargs, **options: routed.append((args, options.get("queue")))
    )
    with django_capture_on_commit_callbacks(execute=True):
        run = jobs.enqueue(by=OPERATOR, kind="look")
    assert routed == [((run.pk,), None)] and queue_of(jobs.run_job.name) == HEAVY
