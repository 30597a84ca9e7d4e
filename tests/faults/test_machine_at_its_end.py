"""A database that goes away under a request, is busy, or has no room left: 503 with a page, nothing half-written (F07, F08, F29)."""

import errno
import subprocess
import sys

import pytest
from django.db import OperationalError, connection, transaction
from django.test import Client

from branches.audit import views
from branches.audit.models import AuditEntry
from branches.notices.models import Notice
from tests.faults import processes
from tests.paths import ROOT


@pytest.fixture
def auditor(as_):
    client = as_("auditor")
    client.raise_request_exception = False
    return client


def refused(client, *words):
    answer = client.get("/audit/")
    page = answer.content.decode()
    assert answer.status_code == 503, page
    assert "事件编号" in page and "没有保存" in page
    for word in words:
        assert word in page
    return page


@pytest.mark.skipif("__import__('django.db').db.connection.vendor != 'postgresql'", reason="a connection to cut")
def test_a_connection_that_is_cut_is_a_page_and_the_next_request_works(live_world, auditor, monkeypatch):
    kept = AuditEntry.objects.count()

    def cut():
        with transaction.atomic():
            Notice.objects.create(recipient=live_world.auditor, kind="session", text="半途")
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    with monkeypatch.context() as patch:
        patch.setattr(views, "verbs_in_use", cut)
        refused(auditor, "数据库暂时不可用")
    connection.close()
    assert auditor.get("/audit/").status_code == 200
    assert AuditEntry.objects.count() == kept and not Notice.objects.filter(text="半途").exists()


@pytest.mark.skipif("__import__('django.db').db.connection.vendor != 'sqlite'", reason="a file that may not grow")
def test_a_database_without_room_is_a_page_and_leaves_nothing(live_world, auditor, monkeypatch):
    def fill():
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA page_count")
            cursor.execute(f"PRAGMA max_page_count = {cursor.fetchone()[0]}")
        with transaction.atomic():
            Notice.objects.create(recipient=live_world.auditor, kind="session", text="半途")
            Notice.objects.create(recipient=live_world.auditor, kind="session", text="长" * 4_000_000)

    try:
        with monkeypatch.context() as patch:
            patch.setattr(views, "verbs_in_use", fill)
            refused(auditor, "存储空间不足")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA max_page_count = 1073741823")
    assert auditor.get("/audit/").status_code == 200
    assert not Notice.objects.filter(text="半途").exists()


def raising(error):
    def fail():
        raise error

    return fail


FULL = ('could not extend file "base/1": No space left on device', "存储空间不足")
BUSY = ("database is locked", "数据库正忙")


@pytest.mark.parametrize(("message", "words"), [FULL, BUSY])
def test_each_database_says_in_its_words_that_it_is_full_or_busy(live_world, auditor, monkeypatch, message, words):
    monkeypatch.setattr(views, "verbs_in_use", raising(OperationalError(message)))
    refused(auditor, words)


def test_a_disk_without_room_under_any_view_is_the_same_page(live_world, auditor, monkeypatch):
    monkeypatch.setattr(views, "verbs_in_use", raising(OSError(errno.ENOSPC, "No space left on device")))
    refused(auditor, "存储空间不足")


@pytest.mark.parametrize("error", [OperationalError("no such table: x"), ValueError("x"), OSError(errno.EPERM, "x")])
def test_a_fault_of_the_program_stays_a_500(live_world, auditor, monkeypatch, error):
    monkeypatch.setattr(views, "verbs_in_use", raising(error))
    assert auditor.get("/audit/").status_code == 500


def test_the_login_is_a_page_too_when_the_database_is_away(live_world, monkeypatch):
    client = Client(raise_request_exception=False)
    client.cookies["tongbu"] = "a" * 32
    monkeypatch.setattr(
        "django.contrib.sessions.backends.db.SessionStore.load", lambda self: raising(OperationalError("away"))()
    )
    assert client.get("/login/").status_code == 503


_SHOWN = """
import django
django.setup()
{0}
from django.db import connection
with connection.cursor() as cursor:
    cursor.execute("SHOW statement_timeout")
    print(cursor.fetchone()[0])
"""


@pytest.mark.skipif("__import__('django.db').db.connection.vendor != 'postgresql'", reason="SQLite has no such limit")
@pytest.mark.parametrize(
    ("process", "limit"),
    [
        ("import config.wsgi", "15s"),
        ("from config.celery import worker_begins as begin; begin()", "5min"),
        ("pass", "0"),
    ],
)
def test_statements_of_web_and_worker_are_broken_off_and_those_of_commands_are_not(
    live_world, tmp_path, process, limit
):
    done = subprocess.run(
        [sys.executable, "-c", _SHOWN.format(process)],
        cwd=ROOT,
        env=processes.environment(tmp_path),
        capture_output=True,
        text=True,
    )
    assert done.stdout.split() == [limit], done.stderr


@pytest.mark.skipif("__import__('django.db').db.connection.vendor != 'postgresql'", reason="SQLite has no such limit")
def test_a_page_whose_statement_is_broken_off_says_so(live_world, auditor, monkeypatch):
    def sleep():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '50ms'")
            cursor.execute("SELECT pg_sleep(5)")

    monkeypatch.setattr(views, "verbs_in_use", sleep)
    refused(auditor, "用时过长，已经停止")
