"""An import goes through the worker: progress, cancelling at every stage, one an account, taken up again, nothing twice."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.urls import reverse

from branches.audit.models import AuditEntry
from branches.jobs import services as jobs
from branches.jobs import watching
from branches.jobs.models import JobRun
from branches.reach import access
from branches.reach.models import Appointment
from common import progress
from common.errors import Conflict
from members.imports import services as imports
from members.imports import worker
from members.imports.models import ImportBatch, ImportLine
from members.roster.models.members import Member
from tests.counting import asked
from tests.members.activities.test_races import _at_once
from tests.members.imports.rows import MEMBER_HEADS, person
from tests.members.imports.support import applied, uploaded, worked
from tests.world import FOUNDED

pytestmark = pytest.mark.django_db
START = "/imports/"
NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    return settings.MEDIA_ROOT


def ledger(*rows, name="名册.csv"):
    text = "\r\n".join(",".join(row) for row in (MEMBER_HEADS, *(rows or [person()])))
    return SimpleUploadedFile(name, text.encode("utf-8-sig"))


def waiting(client):
    """Upload and leave the checking to the worker; returns the batch."""
    assert client.post(START, {"members": ledger()}).status_code == 302
    return ImportBatch.objects.select_related("job").get()


def url(name, batch):
    return reverse(f"import_{name}", args=[batch.uid])


def text_of(client, name, batch):
    answer = client.get(url(name, batch))
    assert answer.status_code == 200
    return answer.content.decode()


def confirmed(client):
    """Upload, check and confirm; the writing is left to the worker. Returns the batch."""
    _, batch = uploaded(client, members=ledger())
    assert client.post(url("apply", batch)).status_code == 302
    batch.refresh_from_db()
    assert batch.state == "applying" and not Member.objects.filter(name="新党员").exists()
    return batch


def test_the_request_only_stores_the_file_and_the_page_follows_the_worker(as_, monkeypatch):
    def never(*args, **options):
        raise AssertionError("read in the request")

    client = as_("staff")
    with monkeypatch.context() as patch:
        patch.setattr("common.tabular.reader._run_child", never)
        batch = waiting(client)
    assert (batch.state, batch.job.kind, batch.job.parameters) == ("planning", "import_plan", {"batch": batch.pk})
    assert "排队等候" in text_of(client, "preview", batch) and url("cancel", batch) in text_of(client, "preview", batch)
    running = {"state": "running", "step": "正在核对党员台账", "total": 400, "done": 100}
    JobRun.objects.update(**running, lease_until=datetime.max.replace(tzinfo=UTC))
    part = text_of(client, "progress", batch)
    assert "正在核对党员台账，共 400 行" in part and "100 / 400" in part and 'hx-trigger="every 1s"' in part
    JobRun.objects.update(state="queued")
    worked(batch)
    answer = client.get(url("progress", batch), headers={"HX-Request": "true"})
    assert answer.status_code == 204 and answer["HX-Redirect"] == url("preview", batch)
    assert client.get(url("progress", batch)).url == url("preview", batch)
    assert "新增 1 条" in text_of(client, "preview", batch)
    applied(client, batch)
    page = text_of(client, "preview", batch)
    assert "台账已导入" in page and "党员新增 1" in page
    verbs = AuditEntry.objects.filter(verb__startswith="import").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["import.upload", "import.confirm", "import"]


def test_rows_are_counted_and_a_stop_is_heard_at_the_next_row(world, media):
    seen = progress.Progress()
    rows = [person(f"新{n}", 60 + n) for n in range(5)]
    with progress.watched(seen):
        worker.plan_files(world.staff, {"members": (ledger(*rows), "a.csv")})
    assert (seen.step, seen.done, seen.total) == ("正在核对党员台账", 5, 5)
    seen.stopped = True
    with progress.watched(seen), pytest.raises(progress.Stopped):
        worker.plan_files(world.staff, {"members": (ledger(*rows), "a.csv")})


def test_cancelled_while_it_waits_or_is_checked_nothing_stays(as_, media, django_capture_on_commit_callbacks):
    client = as_("staff")
    batch = waiting(client)
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(url("cancel", batch)).status_code == 302
    batch.refresh_from_db()
    assert batch.state == "discarded" and [path for path in media.rglob("*") if path.is_file()] == []
    worked(batch)
    assert batch.state == "discarded" and JobRun.objects.get().state == "cancelled"
    assert client.post(url("cancel", batch)).status_code == 409


def test_cancelled_while_it_is_checked_the_result_is_thrown_away(as_, world, monkeypatch):
    client = as_("staff")
    batch = waiting(client)

    def cancel_then_plan(*args, **options):
        imports.batch_cancel(by=world.staff, batch=batch)
        return plan(*args, **options)

    plan = worker.plan_files
    monkeypatch.setattr(worker, "plan_files", cancel_then_plan)
    worked(batch)
    assert batch.state == "discarded" and batch.preview == {} and not batch.lines.exists()


def test_cancelled_until_the_commit_nothing_is_written_and_it_can_be_confirmed_again(as_, world, monkeypatch):
    client = as_("staff")
    batch = confirmed(client)
    apply = worker.import_files

    def cancel_at_the_end(by, sources, *, around, **options):
        def cancelled(plans):
            manager = around(plans)

            class Then:
                def __enter__(self):
                    return manager.__enter__()

                def __exit__(self, *error):
                    # What the other transaction of the page does, as soon as everything is written and not committed.
                    assert Member.objects.filter(name="新党员").exists()
                    ImportBatch.objects.filter(pk=batch.pk).update(state="ready")
                    return manager.__exit__(*error)

            return Then()

        return apply(by, sources, around=cancelled, **options)

    with monkeypatch.context() as patch:
        patch.setattr(worker, "import_files", cancel_at_the_end)
        jobs.run(batch.job_id)
    assert not Member.objects.filter(name="新党员").exists()
    assert not AuditEntry.objects.filter(verb="import").exists()
    # The update of the test went with the transaction; now through the page.
    assert client.post(url("cancel", batch)).status_code == 302
    batch.refresh_from_db()
    assert batch.state == "ready" and "已取消，未写入任何内容" in text_of(client, "preview", batch)
    applied(client, batch)
    assert batch.state == "applied" and Member.objects.filter(name="新党员").count() == 1
    with pytest.raises(Conflict):
        imports.batch_cancel(by=world.staff, batch=batch)


def test_an_account_has_one_running_import_and_is_shown_it(as_, world):
    client = as_("staff")
    _, ready = uploaded(client, members=ledger(name="甲.csv"))
    client.post(START, {"members": ledger(name="乙.csv")})
    running = ImportBatch.objects.get(state="planning")
    answer = client.post(START, {"members": ledger(name="丙.csv")})
    page = answer.content.decode()
    assert answer.status_code == 200 and "您有一次导入正在进行" in page and url("preview", running) in page
    assert "您有一次导入正在进行" in client.post(url("apply", ready), follow=True).content.decode()
    ready.refresh_from_db()
    assert ready.state == "ready" and ImportBatch.objects.count() == 2
    assert as_("committee_secretary").post(START, {"members": ledger(name="丁.csv")}).status_code == 302
    worked(running)
    assert applied(client, ready)[1].state == "applied"


def test_beyond_the_limit_of_an_hour_no_upload_is_taken_and_none_is_kept(as_, settings, media):
    settings.IMPORTS_PER_HOUR = 2
    client = as_("staff")
    with time_machine.travel(NOW, tick=False) as hour:
        for name in ("甲.csv", "乙.csv"):
            uploaded(client, members=ledger(name=name))
        kept = sorted(media.rglob("*"))
        answer = client.post(START, {"members": ledger(name="丙.csv")})
        assert answer.status_code == 429 and "一小时内最多上传 2 次台账" in answer.content.decode()
        assert ImportBatch.objects.count() == 2 and sorted(media.rglob("*")) == kept
        # Another account has a limit of its own, and headings are assigned without another upload.
        assert as_("committee_secretary").post(START, {"members": ledger(name="丁.csv")}).status_code == 302
        hour.shift(3601)
        assert as_("staff").post(START, {"members": ledger(name="戊.csv")}).status_code == 302


def test_race_of_two_uploads_of_one_account_one_runs(live_world):
    if connection.vendor != "postgresql":
        pytest.skip("needs two connections that write at once")

    def one():
        return imports.batch_upload(by=live_world.staff, uploads={"members": ledger()})

    results = _at_once(one, one, one)
    assert sorted(type(result).__name__ for result in results) == ["Busy", "Busy", "ImportBatch"], results
    assert ImportBatch.objects.count() == JobRun.objects.count() == 1


def test_of_long_jobs_one_runs_at_a_time_and_the_next_is_sent_when_it_ends(as_, world, monkeypatch):
    sent = []
    monkeypatch.setattr(jobs, "_send", sent.append)
    first = waiting(as_("staff"))
    as_("committee_secretary").post(START, {"members": ledger()})
    second = ImportBatch.objects.exclude(pk=first.pk).get()
    claimed = jobs.claim(first.job_id)
    jobs.run(second.job_id)
    second.refresh_from_db()
    assert second.state == "planning" and second.job.state == "queued" and second.job.tries == 0
    other = JobRun.objects.create(kind="look")
    assert jobs.claim(other.pk) is not None
    JobRun.objects.filter(pk=claimed.pk).update(state="queued")
    jobs.run(first.job_id)
    assert sent == [second.job_id]
    worked(second)
    assert second.state == "ready"


def test_a_dead_workers_import_is_taken_up_after_its_lease_and_written_once(as_, monkeypatch):
    sent = []
    monkeypatch.setattr(jobs, "_send", sent.append)
    client = as_("staff")
    batch = confirmed(client)
    with time_machine.travel(NOW, tick=False) as clock:
        dead = jobs.claim(batch.job_id)
        clock.shift(watching.LEASE.total_seconds() - 1)
        jobs.requeue()
        assert sent == [] and jobs.claim(batch.job_id) is None
        clock.shift(2)
        assert "处理中断" in text_of(client, "progress", batch)
        jobs.requeue()
        assert sent == [batch.job_id]
        worked(batch)
    assert batch.state == "applied" and batch.job.tries == 2
    # The dead one was only asleep: what it does now changes nothing.
    jobs._do(dead)
    batch.refresh_from_db()
    assert batch.state == "applied" and batch.job.state == "done"
    assert Member.objects.filter(name="新党员").count() == 1 and AuditEntry.objects.filter(verb="import").count() == 1


def test_a_worker_that_dies_between_its_commit_and_its_word_leaves_no_failed_job(as_):
    client = as_("staff")
    _, batch = applied(client, uploaded(client, members=ledger())[1])
    JobRun.objects.update(state="running", tries=1, lease_until=NOW)
    worked(batch)
    assert (batch.state, batch.job.state, batch.job.outcome) == ("applied", "done", batch.outcome)
    assert Member.objects.filter(name="新党员").count() == 1


def test_an_import_that_fails_three_times_is_ready_again_or_given_up(as_, monkeypatch):
    def broken(*args, **options):
        raise RuntimeError

    client = as_("staff")
    batch = confirmed(client)
    with monkeypatch.context() as patch:
        patch.setattr(worker, "import_files", broken)
        for _ in range(3):
            jobs.run(batch.job_id)
    batch.refresh_from_db()
    assert batch.state == "ready" and "未写入任何内容" in text_of(client, "preview", batch)
    assert applied(client, batch)[1].state == "applied"
    monkeypatch.setattr(worker, "plan_files", broken)
    client.post(START, {"members": ledger()})
    failed = ImportBatch.objects.first()
    for _ in range(3):
        jobs.run(failed.job_id)
    failed.refresh_from_db()
    assert failed.state == "failed" and "没有核对完" in text_of(client, "preview", failed)
    assert client.post(START, {"members": ledger()}).status_code == 302


@pytest.mark.parametrize("stage", ["planning", "applying"])
def test_an_appointment_that_ended_stops_the_job(as_, world, stage):
    client = as_("staff")
    batch = waiting(client) if stage == "planning" else confirmed(client)
    for row in Appointment.objects.filter(user=world.staff):
        row.ends = FOUNDED
        row.save()
        access.sync_grants(row)
    worked(batch)
    assert batch.job.state == "failed" and "权限已终止" in batch.outcome
    assert batch.state == ("failed" if stage == "planning" else "ready")
    assert not Member.objects.filter(name="新党员").exists()


def test_a_batch_left_running_for_two_days_is_closed(as_, django_capture_on_commit_callbacks):
    batch = waiting(as_("staff"))
    ImportBatch.objects.update(uploaded=batch.uploaded - timedelta(days=2, minutes=1))
    with django_capture_on_commit_callbacks(execute=True):
        assert imports.batches_expire() == 1
    batch.refresh_from_db()
    assert batch.state == "expired" and JobRun.objects.get().state == "cancelled"


def test_the_page_asks_as_much_for_many_lines_as_for_few(as_, world):
    client = as_("staff")
    _, batch = uploaded(client, members=ledger())
    statements = []
    for number in (1, 80):
        batch.lines.all().delete()
        ImportLine.objects.bulk_create(
            ImportLine(
                batch=batch,
                kind=kind,
                position=position,
                ledger="members",
                row=position,
                data={"thing": "甲", "where": "乙", "by_hand": False, "cells": [["备注", "", "新", ""]]},
            )
            for kind in ("change", "missing")
            for position in range(number)
        )
        found = batch.preview | {"change_count": number, "missing_count": number}
        ImportBatch.objects.filter(pk=batch.pk).update(preview=found)
        with asked() as count:
            page = text_of(client, "preview", batch)
        statements.append(count.statements)
        assert f"{number} 条已登记的记录" in page and ("先列 50 条" in page) == (number > 50)
        assert count.rows < 200
    assert statements[0] == statements[1]
