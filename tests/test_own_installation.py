"""DEMO=0 bin/start: an empty installation of one's own, from the first account's code to a page with its styles."""

import os
import re
import sqlite3
import stat
import subprocess
import sys
import time
from contextlib import closing

import pytest

from tests.browser.newcomer import PASSWORD, Walk
from tests.faults.processes import wait_for
from tests.paths import ROOT
from tests.test_start import Installation, interrupt

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif("__import__('django.db').db.connection.vendor != 'sqlite'", reason="the embedded installation"),
]


@pytest.fixture
def installation(tmp_path):
    found = Installation(tmp_path)
    yield found
    for pid in found.mine():
        os.kill(pid, 9)


def manage(installation, *arguments):
    """Run a command of the installation as its operator would: VAR_DIR alone, whatever else is in its file."""
    env = {"PATH": os.environ["PATH"], "VAR_DIR": str(installation.var)}
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=ROOT, env=env, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def open_to_others(folder):
    """Return what group or others may do anything with, links aside."""
    paths = [folder, *folder.rglob("*")]
    return [str(path) for path in paths if not path.is_symlink() and path.stat().st_mode & 0o077]


@pytest.mark.browser
@pytest.mark.whole(
    "assessments/home/test_first_day.py goes the same way over HTTP, browser/test_story.py from the ledgers on"
)
def test_a_fresh_clone_leads_a_newcomer_to_the_first_accepted_record(installation, contexts, complaints, tmp_path):
    complaints.clear()
    process = installation.start(DEMO="0")
    installation.wait("/healthz", process, 120)
    said = wait_for(lambda: "manage.py begin" in installation.output.read_text() and installation.output.read_text())
    code = re.search(r"一次性口令: (\S+)", said)[1]
    assert f"http://127.0.0.1:{installation.port}/login/" in said and "demo" not in said.lower()

    page = installation.get("/login/")[1]
    styles = re.findall(r'<link[^>]+rel="stylesheet"[^>]+href="([^"]+)"|href="(/static/[^"]+\.css)"', page)
    styles = {one or other for one, other in styles}
    assert styles and all(installation.get(style)[0] == 200 for style in styles), styles
    assert any(re.search(r"\.[0-9a-f]{8,}\.css", style) for style in styles) and "演示" not in page
    installation.wait("/readyz", process, 30)
    home = f"http://127.0.0.1:{installation.port}"
    walk = Walk(home, lambda *arguments: manage(installation, *arguments), contexts, tmp_path)
    walk.to_the_first_accepted_record(code)
    assert complaints == []
    assert open_to_others(installation.var) == []
    assert {stat.S_IMODE((installation.var / name).stat().st_mode) for name in ("secret_key", "audit_key")} == {0o600}
    interrupt(installation, process)

    # What an earlier version, or a copy, left open is mended; no code is shown again; the start is quick.
    for name in ("tongbu.sqlite3", "audit_anchors"):
        (installation.var / name).chmod(0o644)
    (installation.var / "broker/queue").chmod(0o755)
    begun = time.monotonic()
    process = installation.start(DEMO="0")
    installation.wait("/login/", process, 30)
    assert time.monotonic() - begun < 20
    wait_for(lambda: "Ctrl-C" in installation.output.read_text())
    said = installation.output.read_text()
    assert "口令" not in said and code not in said
    assert open_to_others(installation.var) == []
    assert installation.login("admin", PASSWORD)[1].count("退出")
    interrupt(installation, process)

    # It never turns into a demo.
    assert installation.start(DEMO="1").wait(60) == 2
    said = installation.output.read_text()
    assert said.count("\n") == 1 and "DEMO=0 bin/start" in said
    with closing(sqlite3.connect(installation.var / "tongbu.sqlite3")) as database:
        assert database.execute("SELECT username FROM branches_user").fetchall() == [
            (name,) for name in ("admin", "audit", "dangwei", "ganbu", "wuxiao")
        ]


def test_a_demo_folder_does_not_become_production(installation):
    """Without its mark the rows of its database tell (tests/security/test_whose_folder.py)."""
    installation.var.mkdir(mode=0o700)
    (installation.var / "installation").write_text("demo\n")
    assert installation.start(DEMO="0").wait(60) == 2
    said = installation.output.read_text()
    assert said.count("\n") == 1 and "holds the demo agency" in said
    assert not (installation.var / "tongbu.sqlite3").exists()


def test_it_does_not_listen_to_others_over_plain_http(installation):
    assert installation.start(DEMO="0", HOST="0.0.0.0").wait(60) == 2
    said = installation.output.read_text()
    assert said.count("\n") == 1 and "SITE_URL=https" in said


def test_cookies_over_http_are_for_this_machine_alone(installation):
    settings = {"DEMO": "0", "SITE_URL": "http://dangjian.example.gov.cn", "ALLOWED_HOSTS": "dangjian.example.gov.cn"}
    assert installation.start(**settings).wait(60) == 2
    assert "SITE_URL must begin with https://" in installation.output.read_text()
