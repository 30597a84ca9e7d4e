"""An import that is writing is called off from another process's page: heard within seconds, also beside SQLite's one writer."""

import threading
import time

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, connections

from branches.jobs import services as jobs
from branches.jobs.models import JobRun
from common import database, progress
from members.imports import agency
from members.imports import services as imports
from members.roster.models.members import Member
from tests.faults.processes import wait_for
from tests.members.imports.rows import MEMBER_HEADS, person
from tests.members.imports.support import worked


def test_a_write_under_way_is_called_off_within_seconds_and_leaves_nothing(live_world, settings, tmp_path, monkeypatch):
    assert not database.in_memory(), "two connections must see the same rows"
    settings.MEDIA_ROOT = tmp_path / "media"
    text = "\r\n".join(",".join(row) for row in (MEMBER_HEADS, person()))
    upload = SimpleUploadedFile("名册.csv", text.encode("utf-8-sig"))
    batch = worked(imports.batch_upload(by=live_world.staff, uploads={"members": upload}, mode="add"))
    imports.batch_apply(by=live_world.staff, batch=batch)
    batch.refresh_from_db()
    write, writing = agency._WRITERS["members"], threading.Event()

    def slowly(items, by):
        write(items, by)
        writing.set()
        for _ in range(600):
            time.sleep(0.05)
            progress.tick(0)

    def work():
        try:
            jobs.run(batch.job_id)
        finally:
            connections.close_all()

    monkeypatch.setitem(agency._WRITERS, "members", slowly)
    worker = threading.Thread(target=work)
    worker.start()
    try:
        assert writing.wait(20)
        wait_for(lambda: JobRun.objects.filter(pk=batch.job_id, step=progress.WRITING).exists(), why="no progress")
        began = time.monotonic()
        assert imports.batch_cancel(by=live_world.staff, batch=batch).state == "ready"
        assert time.monotonic() - began < 10
    finally:
        worker.join(40)
    assert JobRun.objects.get(pk=batch.job_id).state == "cancelled"
    assert not Member.objects.filter(name="新党员").exists()
    mark = database.stop_mark(batch.job_id)
    assert (mark is None) == (connection.vendor == "postgresql") and (mark is None or not mark.exists())
    monkeypatch.setitem(agency._WRITERS, "members", write)
    imports.batch_apply(by=live_world.staff, batch=batch)
    assert worked(batch).state == "applied" and Member.objects.filter(name="新党员").count() == 1
