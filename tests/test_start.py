"""bin/start as an operator runs it: first start, second start, wrong settings, and nothing left after Ctrl-C."""

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from contextlib import closing
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

from tests.browser.installation import Installation as Made
from tests.demo_agency import copy_of_the_demo, keep, made_once, seeded
from tests.faults.processes import wait_for
from tests.paths import ROOT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif("__import__('django.db').db.connection.vendor != 'sqlite'", reason="the embedded installation"),
]
TABLES = ("branches_organisation", "branches_user", "members_member", "members_activity")


def direct(*handlers):
    return urllib.request.build_opener(urllib.request.ProxyHandler({}), *handlers)


class Installation:
    """An embedded installation in a folder of its own, served by the Python that runs the tests."""

    def __init__(self, folder):
        self.folder, self.var = folder, folder / "var"
        # An environment that is installed already: a stamp of the requirements, and this very Python.
        (folder / "venv/bin").mkdir(parents=True)
        python = folder / "venv/bin/python"
        python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
        python.chmod(0o755)
        stamp = subprocess.check_output(
            "cat requirements.txt requirements.txt requirements.lock | cksum", shell=True, cwd=ROOT, text=True
        )
        (folder / "venv/.installed-requirements").write_text(stamp)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.output = folder / "output.txt"

    def start(self, **extra):
        env = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        env |= {"PORT": str(self.port), "VAR_DIR": str(self.var), "VENV": str(self.folder / "venv")}
        # No way out: what start needs is there, or it fails.
        env |= {"PIP_NO_INDEX": "1", "http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"} | extra
        with self.output.open("wb") as out:
            return subprocess.Popen(
                ["bin/start"],
                cwd=ROOT,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    def get(self, path, opener=None):
        """Return (status, text); 0 while nobody answers."""
        try:
            with (opener or direct()).open(f"http://127.0.0.1:{self.port}{path}", timeout=10) as page:
                return page.status, page.read().decode()
        except urllib.error.HTTPError as answer:
            return answer.code, answer.read().decode()
        except OSError:
            return 0, ""

    def wait(self, path, process, seconds):
        def answered():
            assert process.poll() is None, self.output.read_text()
            return self.get(path)[0] == 200

        wait_for(answered, seconds, f"{path} did not turn green: {self.get(path)}")

    def mine(self):
        """Return {process id: command} of all living processes that carry this installation's VAR_DIR."""
        found = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    environ, command = (entry / "environ").read_bytes(), (entry / "cmdline").read_bytes()
                except OSError:
                    continue
                if f"VAR_DIR={self.var}".encode() in environ.split(b"\0") and command:
                    found[int(entry.name)] = command.replace(b"\0", b" ").decode(errors="replace")
        return found

    def login(self, username, password):
        opener = direct(urllib.request.HTTPCookieProcessor(CookieJar()))
        page = self.get("/login/", opener)[1]
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
        form = {"username": username, "password": password, "csrfmiddlewaretoken": token}
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/login/",
            urllib.parse.urlencode(form).encode(),
            {"Referer": f"http://127.0.0.1:{self.port}/login/"},
        )
        with opener.open(request, timeout=20) as answer:
            return answer.geturl(), answer.read().decode(), opener


@pytest.fixture
def installation(tmp_path):
    found = Installation(tmp_path)
    yield found
    for pid in found.mine():
        os.kill(pid, signal.SIGKILL)


def interrupt(installation, process):
    """Ctrl-C; the installation must be gone within ten seconds, with everything it started."""
    os.kill(process.pid, signal.SIGINT)
    # Ten seconds are the promise; the rest is for a machine that does much else.
    process.wait(15)
    assert installation.mine() == {}


def exported(var, command):
    file = var / f"{command}.csv"
    Made(var).manage(command, "--period", "2026", "--as-of", "2026-11-24", "--out", str(file))
    return file.read_bytes()


def first_run(installation):
    process = installation.start()
    installation.wait("/healthz", process, 300)
    installation.wait("/readyz", process, 5)
    said = wait_for(lambda: "Ctrl-C" in installation.output.read_text() and installation.output.read_text())
    assert f"http://127.0.0.1:{installation.port}/" in said
    assert "Installing" not in said and "warning" not in said.lower(), said
    password = re.search(r"password of all: (\S+)", said)[1]
    accounts = re.findall(r"^  (\w+) ", said, re.MULTILINE)
    assert len(accounts) >= 3
    address, page, _ = installation.login(accounts[0], password)
    assert not address.endswith("/login/") and "退出" in page
    processes = installation.mine().values()
    for part in ("gunicorn", "celery -A config --quiet worker", "celery -A config --quiet beat"):
        assert any(part in command for command in processes), processes
    interrupt(installation, process)


def test_it_starts_serves_logs_in_stops_and_starts_again(installation, tmp_path_factory):
    # What it has made is the demo agency of all tests that need one.
    with made_once(tmp_path_factory) as kept:
        first_run(installation)
        if not kept.exists():
            keep(installation.var, kept)
    for command in ("check_tree", "verify_audit"):
        Made(installation.var).manage(command)

    begun = time.monotonic()
    process = installation.start()
    installation.wait("/login/", process, 30)
    assert time.monotonic() - begun < 15
    installation.wait("/readyz", process, 10)
    assert "First run" not in installation.output.read_text()
    interrupt(installation, process)


@pytest.mark.whole("tests/test_start.py starts one, tests/told compares every word of a told year")
def test_the_demo_agency_is_the_same_each_time_it_is_made(tmp_path, tmp_path_factory):
    one, other = tmp_path / "one", tmp_path / "other"
    copy_of_the_demo(tmp_path_factory, one)
    seeded(other)
    for command in ("export_requirements", "export_facts"):
        first, second = exported(one, command), exported(other, command)
        assert first == second and len(first.splitlines()) > 500


@pytest.mark.parametrize(
    ("setting", "value"), [("DEBUG", "vielleicht"), ("PORT", "eighty"), ("PORT", "70000"), ("REDIS_URL", "amqp://x")]
)
def test_a_wrong_setting_stops_the_start_with_one_sentence(installation, setting, value):
    process = installation.start(**{setting: value})
    assert process.wait(30) == 2
    said = installation.output.read_text()
    assert said.count("\n") == 1 and setting in said and value not in said
    assert installation.mine() == {}


def test_a_port_in_use_is_said_before_anything_is_made(installation):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", installation.port))
        taken.listen()
        assert installation.start().wait(30) == 2
    said = installation.output.read_text()
    assert said.count("\n") == 1 and str(installation.port) in said
    assert not (installation.var / "tongbu.sqlite3").exists()


@pytest.mark.whole("the first run that is not interrupted, and faults/test_killed_roll_up.py")
def test_a_first_run_that_is_interrupted_leaves_nothing_half_made(installation):
    process = installation.start()
    wait_for(lambda: "First run" in installation.output.read_text(), 60)
    time.sleep(2)
    interrupt(installation, process)
    assert "Traceback" not in installation.output.read_text()
    with closing(sqlite3.connect(installation.var / "tongbu.sqlite3")) as database:
        counts = [database.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0] for table in TABLES]
    assert counts == [0] * len(TABLES)
