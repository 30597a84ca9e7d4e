"""A file system of its own that really is full: uploads, the broker's folder, backup, report, SQLite itself (F08).

Each says it in a sentence and leaves nothing half; where there is room again, the next one works.
"""

import os
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import transaction

from members.activities.models import Attachment
from responsibilities.proof_files.models import ProofFile
from responsibilities.proof_files.services import proof_file_keep
from tests.members.activities.records import draft
from tests.paths import ROOT

pytestmark = pytest.mark.whole(
    "the same with a disk that only says it is full: tests/common/test_uploads.py and others"
)
KB = 1024


class SmallDisk:
    """A tmpfs of so many KB, and a file that takes what is left of it."""

    def __init__(self, kb):
        self.folder = Path(tempfile.mkdtemp(prefix="tongbu_small_"))
        options = ["-t", "tmpfs", "-o", f"size={kb}k,mode=0700", "tongbu"]
        done = subprocess.run(["mount", *options, str(self.folder)], capture_output=True, text=True)
        if done.returncode:
            self.folder.rmdir()
            pytest.skip(f"no file system can be mounted here: {done.stderr.strip() or 'mount failed'}")

    def free(self):
        return os.statvfs(self.folder).f_bavail * os.statvfs(self.folder).f_frsize

    def fill(self, leaving):
        """Take all but so many bytes."""
        with (self.folder / "filler").open("ab") as file:
            file.write(b"x" * max(0, self.free() - leaving))

    def empty(self):
        (self.folder / "filler").unlink()

    def files(self, below=""):
        return sorted(path for path in (self.folder / below).rglob("*") if path.is_file() and path.name != "filler")

    def unmount(self):
        subprocess.run(["umount", "-l", str(self.folder)], check=True)
        self.folder.rmdir()


@pytest.fixture
def small_disk():
    made = []

    def make(kb):
        if os.geteuid() != 0:
            pytest.skip("only root may mount a small file system")
        made.append(SmallDisk(kb))
        return made[-1]

    yield make
    for disk in made:
        disk.unmount()


def _text(kb):
    """Return an upload of so many KB."""
    return SimpleUploadedFile("会议记录.txt", (secrets.token_hex(31) + "\n").encode() * 16 * kb)


def test_uploads_that_do_not_fit_are_a_sentence_and_what_fitted_stays(world, as_, settings, small_disk):
    disk = small_disk(1000)
    settings.MEDIA_ROOT = disk.folder
    record = draft(world.branch_a, world.secretary_a)
    client, url = as_("secretary_a"), f"/activities/{record.pk}/attachments/"
    assert client.post(url, {"file": _text(400)}).status_code == 302
    refused = client.post(url, {"file": [_text(400), _text(400)]})
    assert refused.status_code == 503 and "服务器存储空间不足，文件没有保存" in refused.content.decode()
    part = client.post(url, {"file": _text(400)}, headers={"HX-Request": "true"})
    assert "服务器存储空间不足，文件没有保存" in part.content.decode()
    kept = {row.path for row in Attachment.objects.all()}
    assert len(kept) == 2 and {path.relative_to(disk.folder).as_posix() for path in disk.files()} == kept
    with pytest.raises(OSError, match="No space left"), transaction.atomic():
        proof_file_keep(by=world.secretary_a, organisation=world.branch_a, file=_text(400))
    assert len(disk.files()) == 2 and not ProofFile.objects.exists()
    disk.folder.joinpath(Attachment.objects.last().path).unlink()
    assert client.post(url, {"file": _text(400)}).status_code == 302


def test_a_backup_that_does_not_fit_is_a_sentence_and_leaves_no_folder(live_world, settings, small_disk, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    disk = small_disk(4000)
    # So little that the estimate says it, and so much that only the writing does.
    disk.fill(leaving=8 * KB)
    with pytest.raises(CommandError, match="存储空间不足：约需"):
        call_command("backup", str(disk.folder / "backup"), without_keys=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("branches.backups.rows.size_in_bytes", lambda: 0)
        with pytest.raises(CommandError, match="存储空间不足，备份没有做成"):
            call_command("backup", str(disk.folder / "backup"), without_keys=True)
    assert disk.files() == [] and [path.name for path in disk.folder.iterdir()] == ["filler"]
    disk.empty()
    call_command("backup", str(disk.folder / "backup"), without_keys=True)
    assert (disk.folder / "backup" / "manifest.json").exists()


@pytest.mark.parametrize("form", ["docx", "xlsx", "html"])
def test_a_report_that_does_not_fit_is_a_sentence_and_no_file(world, small_disk, form):
    disk = small_disk(1000)
    disk.fill(leaving=4 * KB)
    out = disk.folder / f"报告.{form}"
    options = {"period": "2026Q3", "as_of": "2026-11-24", "format": form, "out": str(out)}
    with pytest.raises(CommandError, match=f"的存储空间不足，报告.{form} 没有写成。") as refused:
        call_command("make_report", **options)
    assert refused.value.returncode == 1 and disk.files() == []
    disk.empty()
    call_command("make_report", **options)
    assert disk.files() == [out]


def _run(program, disk, **env):
    """Run Python on the product with its VAR_DIR on the small disk; returns what it printed."""
    env = {"PATH": os.environ["PATH"], "DEMO": "1", "VAR_DIR": str(disk.folder), "DISK": str(disk.folder), **env}
    command = [sys.executable, "-c", _BEGIN + program]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


_BEGIN = """
import os
from pathlib import Path
os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
import django
django.setup()
disk = Path(os.environ["DISK"])

def fill(leaving=0):
    free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
    with (disk / "filler").open("ab") as file:
        file.write(b"x" * max(0, free - leaving))
"""

_QUEUE = """
from django.core.management import call_command
from branches.jobs import services as jobs
from branches.jobs.models import JobRun
from common.operator import OPERATOR
import config.celery

call_command("migrate", verbosity=0)
jobs._KINDS["test.done"] = lambda by: ""
fill()
first = jobs.enqueue(by=OPERATOR, kind="test.done")
print(JobRun.objects.get().state, sorted(path.name for path in (disk / "broker").rglob("*.msg*")))
(disk / "filler").unlink()
second = jobs.enqueue(by=OPERATOR, kind="test.done")
sent = list((disk / "broker" / "queue").iterdir())
print(len(sent), sent[0].stat().st_size > 100, (disk / "broker" / "control" / "celery.exchange").stat().st_size > 10)
"""


@pytest.mark.skipif(django_settings.IS_POSTGRES, reason="the folder of messages is that of the embedded installation")
def test_a_message_that_does_not_fit_is_no_half_message_and_the_job_is_kept(small_disk, tmp_path):
    database = f"sqlite:///{tmp_path}/elsewhere.sqlite3"
    said = _run(_QUEUE, small_disk(500), DATABASE_URL=database).splitlines()
    assert said == ["queued []", "1 True True"]


_PAGES = """
import sqlite3
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.test import Client
settings.ALLOWED_HOSTS = ["testserver"]
call_command("migrate", verbosity=0)
from branches.access.services.accounts import account_create, password_set
from branches.audit.models import AuditEntry
from branches.notices.models import Feedback
from common.operator import OPERATOR
user, _ = account_create(by=OPERATOR, username="writer", name="书记")
password_set(by=OPERATOR, user=user, password="昨夜雨后竹林里的第七块石头")
client = Client(raise_request_exception=False)
client.post("/login/", {"username": "writer", "password": "昨夜雨后竹林里的第七块石头"})
connection.close()
fill()
answers = []
for number in range(60):
    answer = client.post("/feedback/", {"text": f"第{number}次" + "长" * 900, "page": "/"})
    answers.append(answer.status_code)
    if answer.status_code == 503:
        assert "存储空间不足，这次操作没有保存" in answer.content.decode(), answer.content.decode()
        break
print(answers[-1], set(answers[:-1]))
kept = answers.count(302)
(disk / "filler").unlink()
print(client.post("/feedback/", {"text": "有空间了", "page": "/"}).status_code)
print(Feedback.objects.count() - kept, AuditEntry.objects.filter(verb="feedback.send").count() - kept)
connection.close()
print(sqlite3.connect(disk / "tongbu.sqlite3").execute("PRAGMA integrity_check").fetchone()[0])
"""


@pytest.mark.skipif(django_settings.IS_POSTGRES, reason="the database of the embedded installation")
def test_a_database_file_on_a_full_disk_is_a_page_and_whole_afterwards(small_disk):
    said = _run(_PAGES, small_disk(24_000)).splitlines()
    assert said[0].startswith("503 ") and said[1:] == ["302", "1 1", "ok"]
