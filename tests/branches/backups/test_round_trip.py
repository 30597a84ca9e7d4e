"""Backups of the demo agency, restored by the commands as an operator runs them (F24, C60)."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.conf import settings

from config import installation
from tests.demo_agency import copy_of, copy_of_the_demo, copy_of_the_empty
from tests.examples import BRIEF
from tests.paths import ROOT
from tests.test_migrations import with_server

pytestmark = pytest.mark.slow
AGENCY = "中共云川市测试局党组"
LEFT_OUT = {
    "branches_heartbeat",
    "branches_usagecount",
    "branches_sentform",
    "django_session",
    "django_migrations",
    "sqlite_sequence",
}


class Host:
    """An installation in a folder of its own, on SQLite or with a database address."""

    def __init__(self, folder, url=""):
        self.folder = folder
        folder.mkdir(exist_ok=True)
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        self.env = kept | {"DEMO": "1", "VAR_DIR": str(folder)} | ({"DATABASE_URL": url} if url else {})

    def run(self, *arguments, code=0, **extra):
        done = subprocess.run(
            [sys.executable, *map(str, arguments)], cwd=ROOT, env=self.env | extra, capture_output=True, text=True
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    def manage(self, *arguments, **options):
        return self.run("manage.py", *arguments, **options)

    def counts(self):
        with closing(sqlite3.connect(self.folder / "tongbu.sqlite3")) as database:
            names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            return {
                name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]
                for name in names
                if name not in LEFT_OUT
            }

    def report(self):
        file = self.folder / "report.html"
        self.manage("make_report", "--period", "2026Q3", "--format", "html", "--out", file)
        return file.read_bytes()

    def keys_of(self, backup, passphrase):
        return self.run("bin/open_keys.py", backup, self.folder, "--passphrase-file", passphrase)


def tables(backup):
    found = json.loads((backup / "manifest.json").read_text())
    return {label: table["sha256"] for label, table in found["tables"].items()}


@pytest.fixture
def kept(request, tmp_path, tmp_path_factory):
    """A demo agency, with rows in every table; in a brief run a small one."""
    if BRIEF:
        return request.getfixturevalue("small")
    copy_of_the_demo(tmp_path_factory, tmp_path / "demo")
    return furnished(Host(tmp_path / "demo"), tmp_path)


@pytest.fixture
def small(tmp_path, tmp_path_factory):
    def make(folder):
        copy_of_the_empty(tmp_path_factory, folder)
        Host(folder).run("tests/branches/backups/small_agency.py")

    copy_of(tmp_path_factory, "small-agency", make, tmp_path / "small")
    return furnished(Host(tmp_path / "small"), tmp_path)


def furnished(host, tmp_path):
    """Give a host an attachment and a passphrase."""
    stored = host.folder / "media" / "attachments"
    stored.mkdir(parents=True, exist_ok=True)
    (stored / "minutes").write_bytes("会议记录".encode())
    host.passphrase = tmp_path / "passphrase"
    host.passphrase.write_text("十二个字符以上的一句话口令\n")
    host.passphrase.chmod(0o600)
    return host


@pytest.fixture
def postgres():
    """The address of an empty database, beside the test's own."""
    url = os.environ["DATABASE_URL"]
    name = f"tongbu_restored_{os.environ.get('PYTEST_XDIST_WORKER', 'one')}"
    with_server(url, f"DROP DATABASE IF EXISTS {name}", f"CREATE DATABASE {name}")
    yield urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
    with_server(url, f"DROP DATABASE {name}")


@pytest.mark.django_db
@pytest.mark.skipif(not settings.IS_POSTGRES, reason="both databases")
def test_from_sqlite_to_postgresql_and_back_everything_is_the_same(kept, postgres, tmp_path):
    first, second = tmp_path / "first", tmp_path / "second"
    kept.manage("backup", first, "--passphrase-file", kept.passphrase)
    there = Host(tmp_path / "there", postgres)
    there.keys_of(first, kept.passphrase)
    # Something is there already: it is refused without its name, and kept.
    with_server(postgres, "CREATE TABLE branches_user (id int)", "INSERT INTO branches_user VALUES (1)")
    name = urlsplit(postgres).path[1:]
    assert f"--replace {name}" in there.manage("restore", first, code=1)
    said = there.manage("restore", first, "--replace", name)
    assert "恢复完成" in said and "before_restore_" in said
    assert (there.folder / "media/attachments/minutes").read_bytes() == "会议记录".encode()
    head = json.loads((first / "manifest.json").read_text())["head"]
    assert "审计链完整" in there.manage("verify_audit", "--anchor", head)
    report = kept.report()
    # New rows get numbers above those that were restored.
    there.manage("create_account", "later", "--name", "恢复后的账号")
    there.manage("backup", second, "--without-keys")

    back = Host(tmp_path / "back")
    back.keys_of(first, kept.passphrase)
    back.manage("restore", second)
    assert back.report() == report
    before, after = kept.counts(), back.counts()
    written = {name for name in before if before[name] != after[name]}
    # The backups, the restores and the account of between, each with its entry; nothing else.
    assert written <= {"branches_user", "branches_auditentry", "branches_auditseal", "branches_notice"}, written
    assert after["branches_user"] == before["branches_user"] + 1
    # Byte for byte what was in the first backup, for everything that nobody wrote to.
    one, two = tables(first), tables(second)
    assert len(one) > 60
    same = {
        "members.activity",
        "members.member",
        "assessments.reportdocument",
        "assessments.fact",
        "branches.organisation",
    }
    assert {label: one[label] for label in same} == {label: two[label] for label in same}


@pytest.mark.skipif(settings.IS_POSTGRES, reason="shown by SQLite")
def test_a_restore_that_fails_changes_nothing_and_one_that_replaces_keeps_what_was_there(small, tmp_path):
    backup = tmp_path / "backup"
    small.manage("backup", backup, "--passphrase-file", small.passphrase)
    with closing(sqlite3.connect(small.folder / "tongbu.sqlite3")) as database:
        # As a process that runs leaves it; and a person whom the backup does not know.
        database.execute("UPDATE members_member SET name = '备份之后' WHERE id = (SELECT min(id) FROM members_member)")
        database.commit()
    before = small.counts()
    assert "--replace" in small.manage("restore", backup, code=1)
    other = "2:" + "A" * 43
    said = small.manage("restore", backup, "--replace", AGENCY, code=1, FIELD_KEYS=other)
    assert "密钥" in said, said
    (small.folder / "audit_anchors").write_text("2099-01-01 999999:" + "0" * 64 + "\n")
    assert "--set-anchors-aside" in small.manage("restore", backup, "--replace", AGENCY, code=1)
    assert small.counts() == before
    assert not list(small.folder.glob("*.restoring*")) and not list(small.folder.glob("*before-restore*"))

    (small.folder / "media/attachments/minutes").unlink()
    said = small.manage("restore", backup, "--replace", AGENCY, "--set-anchors-aside")
    assert "before-restore-" in said
    assert (small.folder / "media/attachments/minutes").exists()
    assert "审计链完整" in small.manage("verify_audit")
    (kept,) = small.folder.glob("tongbu.sqlite3.before-restore-*")
    query = "SELECT count(*) FROM members_member WHERE name = '备份之后'"
    for path, number in ((kept, 1), (small.folder / "tongbu.sqlite3", 0)):
        with closing(sqlite3.connect(path)) as database:
            assert database.execute(query).fetchone()[0] == number


@pytest.mark.skipif(settings.IS_POSTGRES, reason="shown by SQLite")
def test_an_installation_of_ones_own_is_restored_on_another_machine_and_never_taken_for_a_demo(small, tmp_path):
    backup, there = tmp_path / "backup", tmp_path / "there"
    small.manage("backup", backup, "--passphrase-file", small.passphrase)
    small.run("bin/open_keys.py", backup, there, "--own", "--passphrase-file", small.passphrase)
    own = Host(there)
    own.env["DEMO"] = "0"
    assert "恢复完成" in own.manage("restore", backup)
    assert installation.kind_of(there) == "own" and own.counts()["branches_user"] == small.counts()["branches_user"]
    # A copy without its mark is told by its rows, whatever it is started as.
    (there / "installation").unlink()
    installation.take(there, demo=True)
    assert installation.kind_of(there) == "own"


@pytest.mark.whole(
    "tests/test_migrations.py migrates a landed database, restores go from one database to the other here"
)
@pytest.mark.skipif(settings.IS_POSTGRES, reason="shown by SQLite")
def test_a_backup_of_the_version_before_is_migrated_forward(tmp_path):
    older, backup = Host(tmp_path / "older"), tmp_path / "backup"
    left_out = older.run("tests/branches/backups/older_database.py", backup).strip().splitlines()[-1]
    assert left_out.split(".") not in json.loads((backup / "manifest.json").read_text())["migrations"]
    here = Host(tmp_path / "here")
    for name in ("secret_key", "audit_key", "field_keys"):
        shutil.copy(older.folder / name, here.folder / name)
    here.manage("restore", backup)
    here.manage("migrate", "--check")
    assert here.counts()["branches_user"] == 1
    assert "审计链完整" in here.manage("verify_audit")
