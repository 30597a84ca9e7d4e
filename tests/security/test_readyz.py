"""What /readyz tells, and to whom."""

import errno
import shutil

import pytest
from django.test import Client

from config import health

pytestmark = pytest.mark.django_db


def ask(**headers):
    return Client().get("/readyz", **headers)


def test_this_machine_is_told_the_reasons_and_others_only_whether_it_is_ready(settings):
    for here in ("127.0.0.1", "::1"):
        assert "ages" in ask(REMOTE_ADDR=here).json()["reasons"]
    answer = ask(REMOTE_ADDR="10.1.2.3")
    assert answer.status_code == 503 and answer.json() == {"status": "unready"}
    settings.MONITOR_ADDRESSES = ["10.1.2.3"]
    assert "ages" in ask(REMOTE_ADDR="10.1.2.3").json()["reasons"]


def test_who_comes_through_a_proxy_on_this_machine_is_not_this_machine(settings):
    # A proxy that is not trusted: whatever it forwards comes from elsewhere.
    for name in ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP"):
        assert ask(REMOTE_ADDR="127.0.0.1", **{name: "127.0.0.1"}).json() == {"status": "unready"}
    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    assert ask(REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="10.1.2.3").json() == {"status": "unready"}
    # The first words are the client's own, the last the proxy's.
    assert ask(REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="127.0.0.1, 10.1.2.3").json() == {"status": "unready"}
    assert "reasons" in ask(REMOTE_ADDR="127.0.0.1").json()


def test_a_missing_file_of_anchors_is_named(settings, tmp_path):
    settings.AUDIT_ANCHOR_FILE = str(tmp_path / "none")
    assert "不存在" in ask().json()["reasons"]["anchors"]
    (tmp_path / "none").write_text("")
    assert "anchors" not in ask().json()["reasons"]


def test_migrations_that_have_not_run_are_named(db, client, monkeypatch):
    """F18: a version whose migrations have not run is not ready."""
    from django.db.migrations.executor import MigrationExecutor

    monkeypatch.setattr(MigrationExecutor, "migration_plan", lambda self, targets: [("next", False)])
    answer = client.get("/readyz")
    assert answer.status_code == 503 and "迁移" in answer.json()["reasons"]["migrations"]
    monkeypatch.setattr(MigrationExecutor, "migration_plan", lambda self, targets: [])
    assert "migrations" not in client.get("/readyz").json()["reasons"]


def test_a_disk_that_is_nearly_full_is_a_warning_and_a_full_one_is_unready(monkeypatch):
    def told(free):
        monkeypatch.setattr(health.shutil, "disk_usage", lambda folder: shutil._ntuple_diskusage(10**11, 0, free))
        return ask().json()

    assert "warnings" not in told(2**31) and "disk" not in told(2**31)["reasons"]
    scarce = told(500 * 2**20)
    assert "剩余 500 MB" in scarce["warnings"]["disk"] and "disk" not in scarce["reasons"]
    full = told(10 * 2**20)
    assert full["status"] == "unready" and "已满，剩余 10 MB" in full["reasons"]["disk"] and "warnings" not in full
    # Others learn nothing of it.
    assert ask(REMOTE_ADDR="10.1.2.3").json() == {"status": "unready"}


def test_a_disk_that_cannot_be_written_is_named_though_it_has_room(monkeypatch):
    """F08: a quota, or a file system that went read-only."""

    def refuse(**where):
        raise OSError(errno.EROFS, "Read-only file system")

    monkeypatch.setattr(health.tempfile, "TemporaryFile", refuse)
    answer = ask()
    assert answer.status_code == 503 and "无法写入（Read-only file system）" in answer.json()["reasons"]["disk"]
