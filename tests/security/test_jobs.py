"""A message is only a pointer; rows outlive brokers (C61–C63, F03–F06)."""

import logging
import pickle
import threading
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection, transaction
from kombu.exceptions import ContentDisallowed, OperationalError
from kombu.serialization import loads

from branches.access.services.accounts import account_lock
from branches.access.services.appointments import appointment_end
from branches.jobs import services as jobs
from branches.jobs.models import JobRun
from branches.places.models.organisations import Organisation
from branches.reach import access
from branches.reach.rights import VIEW
from branches.tasks import run_job
from common.operator import OPERATOR
from config.celery import app

START = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


@pytest.fixture
def done(monkeypatch):
    """Register a kind of job that writes down what it saw, and catch what is sent; yields (seen, sent)."""
    seen, sent = [], []

    def look(by, **parameters):
        places = set(Organisation.objects.visible_to(by, VIEW).values_list("short_name", flat=True))
        if parameters.get("place") and parameters["place"] not in places:
            raise jobs.JobFailed("该组织不在您的范围内。")
        seen.append((by, parameters))
        return "已完成"

    def fail(by, **parameters):
        seen.append("tried")
        raise ValueError("column phone = 13912345678")

    monkeypatch.setitem(jobs._KINDS, "look", look)
    monkeypatch.setitem(jobs._KINDS, "fail", fail)
    monkeypatch.setattr(run_job, "delay", sent.append)
    return seen, sent


def _queued(by, kind="look", **parameters):
    return jobs.enqueue(by=by, kind=kind, **parameters)


def test_the_worker_takes_json_only():
    assert list(app.conf.accept_content) == ["json"]
    assert app.conf.task_serializer == "json"
    assert app.conf.result_backend is None
    with pytest.raises(ContentDisallowed):
        loads(pickle.dumps({"pk": 1}), "application/x-python-serialize", "binary", accept=app.conf.accept_content)


@pytest.mark.parametrize(
    "message", [987654, 0, -1, 10**30, "1", "1; DROP TABLE", None, True, [1], {"pk": 1}, 1.0, "../../etc"]
)
def test_a_forged_message_has_no_effect(message, done, world):
    seen, _ = done
    run = _queued(world.staff)
    jobs.run(message)
    run.refresh_from_db()
    assert seen == [] and run.state == "queued" and run.tries == 0


def test_a_finished_job_is_not_done_again(done, world):
    seen, _ = done
    run = _queued(world.staff)
    jobs.run(run.pk)
    jobs.run(run.pk)
    run.refresh_from_db()
    assert len(seen) == 1
    assert (run.state, run.outcome, run.tries) == ("done", "已完成", 1)


def test_an_unknown_kind_is_refused_before_anything_is_written(world):
    with pytest.raises(KeyError):
        jobs.enqueue(by=world.staff, kind="os.system")
    assert not JobRun.objects.exists()


def test_the_reach_is_that_of_the_moment_the_job_runs(done, world):
    seen, _ = done
    run = _queued(world.secretary_a, place="甲处党支部")
    appointment_end(
        by=OPERATOR,
        appointment=world.secretary_a.appointments.get(),
        ends=access.clock.today() - timedelta(days=1),
        reason="调离",
    )
    jobs.run(run.pk)
    run.refresh_from_db()
    assert seen == []
    assert (run.state, run.outcome) == ("failed", "该组织不在您的范围内。")


def test_a_job_of_a_locked_account_fails_with_its_reason(done, world):
    seen, _ = done
    run = _queued(world.staff)
    account_lock(by=OPERATOR, user=world.staff, active=False)
    jobs.run(run.pk)
    run.refresh_from_db()
    assert seen == [] and run.state == "failed" and "停用" in run.outcome


def test_of_two_claims_one_wins(done, world):
    run = _queued(world.staff)
    assert [jobs.claim(run.pk) is not None for _ in range(2)] == [True, False]


def test_of_two_workers_at_once_one_claims(live_world, monkeypatch):
    if connection.vendor == "sqlite":
        # In memory there is one connection; the conditional update is what is tested either way.
        run = JobRun.objects.create(kind="look")
        assert [jobs.claim(run.pk) is not None for _ in range(8)].count(True) == 1
        return
    run = JobRun.objects.create(kind="look")
    barrier, won = threading.Barrier(6), []

    def work():
        barrier.wait()
        won.append(jobs.claim(run.pk) is not None)
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert won.count(True) == 1


def test_the_claim_of_a_dead_worker_runs_out_and_after_three_the_job_fails(done, world):
    with time_machine.travel(START, tick=False) as clock:
        run = _queued(world.staff)
        for attempt in (1, 2, 3):
            assert jobs.claim(run.pk).tries == attempt
            assert jobs.claim(run.pk) is None
            clock.shift(jobs.LEASE.total_seconds() + 1)
        assert jobs.claim(run.pk) is None
        jobs.requeue()
        run.refresh_from_db()
        assert run.state == "failed" and "3 次" in run.outcome


def test_a_failing_job_is_tried_three_times_and_its_reason_names_no_values(done, world, caplog):
    seen, _ = done
    run = _queued(world.staff, kind="fail")
    for _ in range(5):
        jobs.run(run.pk)
    run.refresh_from_db()
    assert seen == ["tried"] * 3
    assert run.state == "failed"
    assert run.outcome == "ValueError，已试 3 次"


def test_a_lost_message_is_sent_again_after_two_minutes(done, world, django_capture_on_commit_callbacks):
    _, sent = done
    with time_machine.travel(START, tick=False) as clock:
        with django_capture_on_commit_callbacks(execute=True):
            run = _queued(world.staff)
        assert sent == [run.pk]
        sent.clear()
        clock.shift(119)
        jobs.requeue()
        assert sent == []
        clock.shift(2)
        jobs.requeue()
        assert sent == [run.pk]


def test_without_a_broker_the_row_is_saved_and_the_page_is_not_lost(
    done, world, monkeypatch, caplog, django_capture_on_commit_callbacks
):
    def away(pk):
        raise OperationalError("connection refused")

    monkeypatch.setattr(run_job, "delay", away)
    with caplog.at_level(logging.WARNING, logger="tongbu.jobs"), django_capture_on_commit_callbacks(execute=True):
        run = _queued(world.staff)
    assert JobRun.objects.get(pk=run.pk).state == "queued"
    assert any("will follow" in record.getMessage() for record in caplog.records)


def test_a_rolled_back_write_leaves_no_job_and_sends_no_message(done, world, django_capture_on_commit_callbacks):
    _, sent = done
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(RuntimeError), transaction.atomic():
        _queued(world.staff)
        raise RuntimeError
    assert sent == [] and not JobRun.objects.exists()


def test_the_administrator_reads_state_tries_and_reason(done, world, as_):
    run = _queued(world.staff, kind="fail")
    for _ in range(3):
        jobs.run(run.pk)
    page = as_("administrator").get("/jobs/?state=failed").content.decode()
    assert "ValueError，已试 3 次" in page and "1 项后台任务失败" in page
