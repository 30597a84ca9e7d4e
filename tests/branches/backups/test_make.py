"""What a backup is, made in this process: whole or not at all, as of one moment, private; and what restore refuses (F23, C59)."""

import errno
import gzip
import json
import shutil
import stat
import threading
from datetime import datetime, timedelta
from io import StringIO

import pytest
from django.conf import settings as django_settings
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from branches.audit.models import AuditEntry
from branches.backups import make, rows
from branches.backups import manifest as manifests
from branches.backups.errors import BackupError
from branches.backups.make import backup_make
from branches.jobs.models import Heartbeat
from branches.notices.models import Notice
from common import clock
from common.operator import OPERATOR
from common.passphrase import WrongPassphrase, unseal
from common.uploads import sniffing

SECRET = "十二个字符以上的一句话口令"


def lines(folder, label):
    """Return the rows of a table of a backup as dicts."""
    table = json.loads((folder / "manifest.json").read_text())["tables"][label]
    columns, *found = map(json.loads, gzip.decompress((folder / table["file"]).read_bytes()).splitlines())
    return [dict(zip(columns, row, strict=True)) for row in found]


@pytest.fixture
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    sniffing.store(ContentFile(b"minutes"), "attachments")
    sniffing.store(ContentFile(b"ledger"), "imports")
    return settings.MEDIA_ROOT


@pytest.fixture
def backup(live_world, media, tmp_path):
    passphrase = tmp_path / "passphrase"
    passphrase.write_text(SECRET + "\n")
    passphrase.chmod(0o600)
    call_command("backup", str(tmp_path / "made"), passphrase_file=passphrase, verbosity=0)
    return tmp_path / "made"


def test_it_is_private_whole_and_its_keys_open_with_the_passphrase_alone(backup, media):
    assert not backup.with_name("made.partial").exists()
    paths = [backup, *backup.rglob("*")]
    assert {stat.S_IMODE(path.stat().st_mode) for path in paths} == {0o600, 0o700}
    manifest = manifests.read(backup)
    call_command("restore", str(backup), check=True, stdout=(said := StringIO()))
    # On the agency's clock, as people read it.
    moment = timezone.localtime(datetime.fromisoformat(manifest.made))
    assert f"，{moment:%Y-%m-%d %H:%M}，" in said.getvalue()
    assert manifest.rows > 100 and manifest.tables["branches.auditentry"]["rows"] <= AuditEntry.objects.count()
    # What people attached, and not the ledgers that are deleted after a day.
    assert manifest.files == 1 and next((backup / "files").rglob("*/*/*/*")).read_bytes() == b"minutes"

    everything = b"".join(
        gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        for path in paths
        if path.is_file()
    )
    for name in ("SECRET_KEY", "AUDIT_KEY", "FIELD_KEYS"):
        assert getattr(django_settings, name).encode() not in everything
    sealed = (backup / "keys.sealed").read_text()
    keys = json.loads(unseal(sealed, SECRET))
    assert keys["FIELD_KEYS"] == django_settings.FIELD_KEYS and keys["AUDIT_KEY"] == django_settings.AUDIT_KEY
    with pytest.raises(WrongPassphrase):
        unseal(sealed, SECRET + "。")
    entry = AuditEntry.objects.get(verb="backup")
    assert manifest.head in entry.payload


def changed(path):
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


PARTS = (
    "tables/*-members.member.jsonl.gz",
    "manifest.json",
    "manifest.mac",
    "files/*/*/*/*",
    "files.jsonl",
    "keys.sealed",
    "anchors",
)


def test_one_changed_byte_is_refused(backup, tmp_path):
    for number, pattern in enumerate(PARTS):
        copy = shutil.copytree(backup, tmp_path / f"copy{number}")
        path = next(copy.glob(pattern))
        if path.stat().st_size:
            changed(path)
        else:
            path.write_text("2026-01-01 1:" + "0" * 64)
        with pytest.raises(CommandError, match="不符|改动|无法|不能使用|缺少"):
            call_command("restore", str(copy), check=True)
        path.unlink()
        with pytest.raises(CommandError, match="缺少|无法"):
            call_command("restore", str(copy), check=True)


def resigned(folder, **values):
    manifest = manifests.read(folder)
    for name, value in values.items():
        setattr(manifest, name, value)
    manifests.write(folder, manifest)


def test_another_version_another_key_and_half_a_backup_are_refused_with_a_sentence(backup, settings, tmp_path):
    half = shutil.copytree(backup, tmp_path / "copy.partial")
    newer = shutil.copytree(backup, tmp_path / "newer")
    resigned(newer, migrations=[*manifests.read(newer).migrations, ["members", "0999_from_the_future"]])
    name = "无此机关"
    for folder, options, words in (
        (half, {"check": True}, "没有做完"),
        (tmp_path, {"check": True}, "不是备份目录"),
        (newer, {"drill": True}, "较新版本.*0999_from_the_future"),
        (backup, {"replace": name}, "已有"),
    ):
        with pytest.raises(CommandError, match=words):
            call_command("restore", str(folder), **options)
    settings.AUDIT_KEY = "another key of this host " * 2
    with pytest.raises(CommandError, match="另一把 AUDIT_KEY"):
        call_command("restore", str(backup), check=True)


def test_what_stands_in_the_way_is_said_and_nothing_is_left_behind(live_world, media, tmp_path, monkeypatch):
    taken = tmp_path / "taken"
    taken.mkdir()
    (taken / "x").write_text("x")
    with pytest.raises(CommandError, match="不是空目录"):
        call_command("backup", str(taken), without_keys=True)
    open_to_others = tmp_path / "passphrase"
    open_to_others.write_text(SECRET)
    open_to_others.chmod(0o644)
    with pytest.raises(CommandError, match="0600"):
        call_command("backup", str(tmp_path / "new"), passphrase_file=open_to_others)
    with pytest.raises(BackupError, match="至少 12"):
        backup_make(by=OPERATOR, target=tmp_path / "new", secret="short")
    with monkeypatch.context() as patch:
        patch.setattr(make.shutil, "disk_usage", lambda path: shutil._ntuple_diskusage(10**6, 10**6, 1000))
        with pytest.raises(CommandError, match="存储空间不足：约需"):
            call_command("backup", str(tmp_path / "new"), without_keys=True)

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    for where, name in ((rows, "dump"), (make, "copy"), (make.manifests, "write")):
        with monkeypatch.context() as patch:
            patch.setattr(where, name, full)
            with pytest.raises(CommandError, match="存储空间不足，备份没有做成"):
                call_command("backup", str(tmp_path / "new"), without_keys=True)
        assert not (tmp_path / "new").exists() and not (tmp_path / "new.partial").exists()
    assert not AuditEntry.objects.filter(verb="backup").exists()


def test_backups_made_while_people_write_hold_no_half_of_anything(live_world, media, tmp_path):
    """F23: pairs of rows written together are both there or both not, and those who write do not wait for the backup."""
    stop, written = threading.Event(), []

    def write():
        while not stop.is_set():
            with transaction.atomic():
                for _ in range(2):
                    Notice.objects.create(recipient=live_world.auditor, kind="session", text=f"pair {len(written)}")
            written.append(True)
        connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        counts = []
        for number in range(3):
            before = len(written)
            backup_make(by=OPERATOR, target=tmp_path / f"b{number}", secret=None)
            assert len(written) > before, "the writer stood still"
            texts = [
                row["text"]
                for row in lines(tmp_path / f"b{number}", "branches.notice")
                if row["text"].startswith("pair")
            ]
            assert len(texts) == 2 * len(set(texts))
            counts.append(len(texts))
            manifests.check(tmp_path / f"b{number}", manifests.read(tmp_path / f"b{number}"))
    finally:
        stop.set()
        writer.join()
    assert counts == sorted(counts) and counts[-1] > counts[0]


def test_the_readiness_says_when_backups_have_stopped(db, client, settings):
    assert "备份" not in client.get("/readyz").content.decode()
    Heartbeat.objects.create(name="backup", at=clock.real_now() - timedelta(hours=60))
    assert "backup" in client.get("/readyz").json()["reasons"]["ages"]
    Heartbeat.objects.update(at=clock.real_now())
    assert "backup" not in client.get("/readyz").json()["reasons"].get("ages", "")
