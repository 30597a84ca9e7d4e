"""Real processes of the product on the database of the test: commands and workers, killed by their own id."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from django.conf import settings
from django.db import connection

from tests.paths import ROOT


def wait_for(what, seconds=30, why="it did not happen"):
    """Ask until `what` gives something true and return that; fails after so many seconds. why: words, or what gives them then."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = what()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"{why() if callable(why) else why} within {seconds} s")


def database_url():
    row = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{row['NAME']}"
    port = f":{row['PORT']}" if row["PORT"] else ""
    secret = f":{row['PASSWORD']}" if row["PASSWORD"] else ""
    return f"postgres://{row['USER']}{secret}@{row['HOST']}{port}/{row['NAME']}"


def environment(var, **extra):
    """The environment of a process that works on the test's database with the test's keys, its own VAR_DIR."""
    keep = ("PATH", "HOME", "LANG", "PYTHONPATH", "VIRTUAL_ENV")
    env = {name: os.environ[name] for name in keep if name in os.environ}
    keys = {name: getattr(settings, name) for name in ("SECRET_KEY", "AUDIT_KEY", "FIELD_KEYS")}
    env |= keys | {"DEMO": "1", "VAR_DIR": str(var), "DATABASE_URL": database_url()}
    return env | {"MEDIA_ROOT": str(settings.MEDIA_ROOT), "DJANGO_SETTINGS_MODULE": "config.settings"} | extra


def start(arguments, env):
    """Start a Python process in a group of its own; its output goes to a file under VAR_DIR."""
    with (Path(env["VAR_DIR"]) / "output.txt").open("ab") as out:
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
        )


def end(process, number=signal.SIGTERM):
    """End a process and its group; by force when it does not go within ten seconds."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)


def output(env):
    return (Path(env["VAR_DIR"]) / "output.txt").read_text(errors="replace")
