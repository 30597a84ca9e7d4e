"""A whole installation in a folder of its own: SQLite, the file-system broker, web, worker and beat as bin/start runs them."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from tests.paths import ROOT

PATIENCE = 180
_EACH = """
import json, os, sys
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
import django
django.setup()
from django.core.management import call_command
for command in json.loads(sys.argv[1]):
    call_command(*command)
    print(end="\\0")
"""


class Installation:
    """`folder`: an empty directory, which becomes VAR_DIR."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.process = None
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        kept = {key: os.environ[key] for key in ("PATH", "HOME", "LANG", "TZ") if key in os.environ}
        # Each account signs in once, and between two tests that use it half an hour may pass.
        idle = {"SESSION_IDLE_MINUTES": "480"}
        self.env = {**kept, **idle, "DEMO": "1", "VAR_DIR": str(self.folder), "PORT": str(self.port)}

    def run(self, *arguments):
        """Run a Python program of the installation to its end and return what it printed."""
        done = subprocess.run(
            [sys.executable, *map(str, arguments)], cwd=ROOT, env=self.env, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def manage(self, *arguments):
        return self.run("manage.py", *arguments)

    def manage_each(self, *commands):
        """Carry out commands one after the other in one process, which starts once for all; return what each printed."""
        return self.run("-c", _EACH, json.dumps(commands, default=str)).split("\0")[:-1]

    def task(self, name):
        """Send a task through the broker, as beat does."""
        return self.run("-m", "celery", "-A", "config", "call", name)

    def hears_nobody(self):
        """Let results be frozen at once: nobody waits five working days in a test."""
        with sqlite3.connect(self.folder / "tongbu.sqlite3", timeout=20) as database:
            columns = "(key, value, valid_from)"
            database.execute(f"INSERT INTO branches_setting {columns} VALUES ('objection_days', '0', '2020-01-01')")

    def start(self):
        # Its rows are a test's, so the folder says itself that it serves as a demo does.
        (self.folder / "installation").write_text("demo\n", encoding="utf-8")
        """Start web, worker and beat, and wait until /readyz answers 200: the worker has made its first roll-up."""
        log = (self.folder / "log").open("w")
        self.process = subprocess.Popen(
            [sys.executable, "bin/serve.py"], cwd=ROOT, env=self.env, stdout=log, stderr=log
        )
        for _ in range(PATIENCE * 4):
            assert self.process.poll() is None, (self.folder / "log").read_text()
            try:
                urllib.request.urlopen(f"{self.url}/readyz", timeout=5).read()
                return self
            except (OSError, urllib.error.HTTPError):
                time.sleep(0.25)
        raise AssertionError((self.folder / "log").read_text())

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(20)
