"""DEMO=0 bin/start: an empty installation of one's own, from the first account's code to a page with its styles."""

import os
import re
import sqlite3
import stat
import subprocess
import sys
import time
import urllib.parse
import urllib.request
from contextlib import closing

import pytest

from tests.faults.processes import wait_for
from tests.paths import ROOT
from tests.test_start import Installation, interrupt

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif("__import__('django.db').db.connection.vendor != 'sqlite'", reason="the embedded installation"),
]
PASSWORD = "鼓楼东边第三棵银杏树-2026"


@pytest.fixture
def installation(tmp_path):
    found = Installation(tmp_path)
    yield found
    for pid in found.mine():
        os.kill(pid, 9)


def post(installation, opener, path, **fields):
    page = installation.get(path, opener)[1]
    fields["csrfmiddlewaretoken"] = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
    url = f"http://127.0.0.1:{installation.port}{path}"
    request = urllib.request.Request(url, urllib.parse.urlencode(fields).encode(), {"Referer": url})
    with opener.open(request, timeout=20) as answer:
        return urllib.parse.urlsplit(answer.geturl()).path, answer.read().decode()


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


def walk_the_next_steps(installation):
    """Do what the first start printed: bring in the tree, then make its secretary, who signs in."""
    ledger = next((ROOT / "tests/data/agency").glob("organisations.*"))
    manage(installation, "import_organisations", str(ledger))
    with closing(sqlite3.connect(installation.var / "tongbu.sqlite3")) as database:
        query = "SELECT short_name FROM branches_organisation WHERE kind = 'committee'"
        ((committee,),) = database.execute(query).fetchall()
    said = manage(
        installation, "create_account", "shuji", "--name=书记", "--role=committee_secretary", f"--at={committee}"
    )
    assert not installation.login("shuji", said.rsplit("：", 1)[1].strip())[0].endswith("/login/")


def test_a_fresh_clone_serves_an_empty_installation_of_ones_own(installation):
    process = installation.start(DEMO="0")
    installation.wait("/healthz", process, 120)
    said = wait_for(
        lambda: "committee_secretary" in installation.output.read_text() and installation.output.read_text()
    )
    code = re.search(r"一次性口令: (\S+)", said)[1]
    assert f"http://127.0.0.1:{installation.port}/login/" in said and "demo" not in said.lower()

    address, page, opener = installation.login("admin", code)
    assert address.endswith("/login/first/") and "演示" not in page
    path = urllib.parse.urlsplit(address).path
    fields = re.findall(r'type="password" name="(\w+)"|name="(\w+)"[^>]*type="password"', page)
    names = [one or other for one, other in fields]
    path, page = post(installation, opener, path, **dict.fromkeys(names, PASSWORD))
    assert "退出" in page, page[:2000]
    styles = re.findall(r'<link[^>]+rel="stylesheet"[^>]+href="([^"]+)"|href="(/static/[^"]+\.css)"', page)
    styles = {one or other for one, other in styles}
    assert styles and all(installation.get(style)[0] == 200 for style in styles), styles
    assert any(re.search(r"\.[0-9a-f]{8,}\.css", style) for style in styles)
    installation.wait("/readyz", process, 30)
    for path in ("/accounts/", "/jobs/", "/settings/"):
        assert installation.get(path, opener)[0] in (200, 404), path
    walk_the_next_steps(installation)
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
        assert database.execute("SELECT username FROM branches_user").fetchall() == [("admin",), ("shuji",)]


@pytest.mark.parametrize("marked", [True, False])
def test_a_demo_folder_does_not_become_production(installation, marked):
    installation.var.mkdir(mode=0o700)
    if marked:
        (installation.var / "installation").write_text("demo\n")
    else:
        # As an earlier version left it: made keys, no mark.
        (installation.var / "secret_key").write_text("k" * 64)
        (installation.var / "secret_key").chmod(0o600)
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
