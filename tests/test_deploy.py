"""deploy/: the processes start by exactly the lines of the units, and the files say the same as one another and as the docs."""

import configparser
import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest
import yaml
from django.conf import settings

from assessments.facts.models import Fact
from branches.jobs.models import ChangeMark, Heartbeat
from tests.faults import processes
from tests.members.activities.records import submitted
from tests.paths import ROOT

DEPLOY = ROOT / "deploy"
SERVICES = ("web", "worker", "beat")
HOME, DATA, KEYS = "/opt/tongbu", "/var/lib/tongbu", "/etc/tongbu"


def unit(name):
    parser = configparser.ConfigParser(interpolation=None, strict=True)
    parser.optionxform = str
    parser.read_string((DEPLOY / name).read_text())
    return parser


def environment_of(text):
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def line_of(name, port):
    """Return the command of a unit with its paths, and the port, put where this test has them."""
    line = unit(f"tongbu-{name}.service")["Service"]["ExecStart"]
    line = line.replace(f"{HOME}/.venv/bin", str(Path(sys.executable).parent)).replace(":8000", f":{port}")
    assert HOME not in line
    return shlex.split(line)


@pytest.fixture
def host(tmp_path, live_world):
    """The environment of deploy/env.example for the test's database, with keys in files as it says."""
    env = environment_of((DEPLOY / "env.example").read_text())
    var = tmp_path / "var"
    var.mkdir(mode=0o700)
    for name in ("SECRET_KEY", "AUDIT_KEY", "FIELD_KEYS"):
        path = tmp_path / Path(env[f"{name}_FILE"]).name
        path.write_text(getattr(settings, name))
        path.chmod(0o600)
        env[f"{name}_FILE"] = str(path)
    env |= {
        "DATABASE_URL": processes.database_url(),
        "VAR_DIR": str(var),
        "AUDIT_ANCHOR_FILE": str(var / "audit_anchors"),
    }
    if settings.REDIS_URL:
        env["REDIS_URL"] = settings.REDIS_URL
    else:
        del env["REDIS_URL"]
    return env | {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}


def get(port, path, env):
    """Ask as the proxy does; returns (status, text)."""
    headers = {"Host": env["ALLOWED_HOSTS"], "X-Forwarded-Proto": "https", "X-Forwarded-For": "10.1.2.3"}
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
    try:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=5) as page:
            return page.status, page.read().decode()
    except urllib.error.HTTPError as answer:
        return answer.code, answer.read().decode()
    except OSError as error:
        return 0, str(error)


@pytest.mark.slow
def test_web_worker_and_beat_start_by_the_lines_of_the_units_and_a_record_becomes_a_fact(host, live_world, tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    subprocess.run([sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"], cwd=ROOT, env=host, check=True)
    record = submitted(live_world.branch_a, live_world.secretary_a)
    marks = ChangeMark.objects.filter(organisation_id=live_world.branch_a.pk, subject="activity")
    assert marks.exists()
    said = (tmp_path / "said.txt").open("ab")
    started = {}
    try:
        for name in SERVICES:
            options = {"cwd": ROOT, "env": host, "stdin": subprocess.DEVNULL, "stdout": said, "stderr": said}
            started[name] = subprocess.Popen(line_of(name, port), start_new_session=True, **options)
        kind = record.kinds.get().kind
        fact = Fact.objects.filter(measure=f"activities.{kind}", organisation=live_world.branch_a, numerator__gt=0)
        processes.wait_for(fact.exists, 40, "no fact")
        processes.wait_for(lambda: not marks.exists(), 40, "the mark stayed")
        # Sent by beat every ten seconds, done by the worker.
        processes.wait_for(Heartbeat.objects.filter(name="beat").exists, 40, "no sign of beat")
        processes.wait_for(lambda: get(port, "/healthz", host)[0] == 200, 20, "no page")
        status, page = get(port, "/login/", host)
        assert status == 200 and "登录" in page
        style = re.search(r'/static/[^"]+\.css', page)[0]
        assert re.search(r"\.[0-9a-f]{8,}\.css", style) and get(port, style, host)[0] == 200
        assert [name for name, process in started.items() if process.poll() is not None] == []
        # As systemd stops them: the signal to the main process, which ends its own.
        for process in started.values():
            process.send_signal(signal.SIGTERM)
        codes = {name: process.wait(20) for name, process in started.items()}
        assert set(codes.values()) == {0}, codes
        for process in started.values():
            with pytest.raises(ProcessLookupError):
                os.killpg(process.pid, 0)
    finally:
        said.close()
        for process in started.values():
            if process.poll() is None:
                # Asked first: the worker stands in a group of its own below bin/worker.py, which ends it.
                processes.end(process)
    words = (tmp_path / "said.txt").read_text()
    assert "Traceback" not in words, words


def test_the_units_restart_but_not_on_a_wrong_setting_and_write_nowhere_else():
    for name in SERVICES:
        parts = unit(f"tongbu-{name}.service")
        service = parts["Service"]
        assert service["Restart"] == "always" and service["RestartPreventExitStatus"] == "2"
        assert parts["Unit"]["StartLimitIntervalSec"] == "0"
        assert service["EnvironmentFile"] == f"{KEYS}/environment" and service["WorkingDirectory"] == HOME
        assert service["User"] == "tongbu" and service["UMask"] == "0077" and service["ProtectSystem"] == "strict"
        assert f"/var/lib/{service['StateDirectory']}" == DATA
        assert "migrate --check" in service["ExecStartPre"]
    assert unit("tongbu-backup.timer")["Timer"]["Persistent"] == "yes"
    backup = unit("tongbu-backup.service")["Service"]
    script = ROOT / backup["ExecStart"].removeprefix(f"{HOME}/")
    assert os.access(script, os.X_OK)
    env = environment_of((DEPLOY / "env.example").read_text())
    assert backup["ReadWritePaths"] == env["BACKUP_DIR"] and env["VAR_DIR"] == DATA


def test_every_variable_of_the_example_is_described_and_every_needed_one_is_in_it():
    env = environment_of((DEPLOY / "env.example").read_text())
    docs = (ROOT / "docs/settings.md").read_text()
    assert [name for name in env if f"`{name}`" not in docs] == []
    needed = re.findall(
        r"^\| `(\w+)`(?: or `(\w+)`)?", docs.split("## What an installation", 1)[1].split("##", 1)[0], re.M
    )
    assert len(needed) == 6
    assert [pair for pair in needed if not set(pair) & set(env)] == []


def test_the_compose_file_runs_the_same_processes():
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    assert set(compose["services"]) == {"database", "redis", "migrate", *SERVICES}
    image = (DEPLOY / "Dockerfile").read_text()
    web = re.search(r"^CMD (\[.*\])$", image, re.M)[1]
    commands = {name: compose["services"][name].get("command") for name in ("worker", "beat")} | {
        "web": yaml.safe_load(web)
    }
    for name, command in commands.items():
        line = shlex.split(unit(f"tongbu-{name}.service")["Service"]["ExecStart"].replace(f"{HOME}/.venv/bin/", ""))
        assert [word.replace("0.0.0.0", "127.0.0.1") for word in command] == line, name
        service = compose["services"][name]
        assert service["restart"] == "unless-stopped" and service["cap_drop"] == ["ALL"] and service["read_only"]
        assert service["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
    example = environment_of((DEPLOY / "env.example").read_text())
    given = compose["services"]["web"]["environment"]
    assert {name for name in example if not name.startswith(("BACKUP_", "AUDIT_ANCHOR"))} == set(given)
    assert compose["services"]["web"]["ports"] == ["127.0.0.1:8000:8000"]
    # No key in the image.
    assert {"deploy/secrets", "var", ".git"} <= set((ROOT / ".dockerignore").read_text().split())


def test_the_proxy_keeps_nothing_and_believes_nobody():
    text = (DEPLOY / "nginx.conf").read_text()
    assert text.count("{") == text.count("}")
    web = unit("tongbu-web.service")["Service"]["ExecStart"]
    address = re.search(r"--bind (\S+)", web)[1]
    assert f"server {address} " in text
    host = environment_of((DEPLOY / "env.example").read_text())["ALLOWED_HOSTS"]
    assert set(re.findall(r"server_name (\S+);", text)) == {host}
    for line in (
        "client_max_body_size 21m;",
        "proxy_set_header Host $host;",
        "proxy_set_header X-Forwarded-For $remote_addr;",
        "proxy_set_header X-Forwarded-Proto $scheme;",
        "proxy_cache off;",
        "location /media/ { return 404; }",
    ):
        assert line in text, line
    # No query in the log.
    log = text.split("log_format", 1)[1].split(";", 1)[0]
    assert "$uri" in log and "$request " not in log and "$request_uri" not in log and "$args" not in log


def test_the_backup_of_the_night_keeps_so_many_and_takes_nothing_else_away(tmp_path):
    """The script with a stand-in for the commands, which makes the folder that `backup` names."""
    python = tmp_path / "python"
    python.write_text(
        '#!/bin/sh\necho "$@" >> "$LOG"\n[ "$2" != backup ] || mkdir "$3"\n[ "$2 $3" != "$FAIL" ] || exit 1\n'
    )
    python.chmod(0o755)
    folder = tmp_path / "backups"
    folder.mkdir()
    old = ["2026-01-01_023000", "2026-01-02_023000", "2026-01-03_023000", "2026-01-04_023000.partial", "other"]
    for name in old:
        (folder / name).mkdir()
    log = tmp_path / "log"
    env = {"PATH": os.environ["PATH"], "PYTHON": str(python), "LOG": str(log), "FAIL": ""}
    env |= {"BACKUP_DIR": str(folder), "BACKUP_KEEP": "2"}
    script = str(DEPLOY / "nightly_backup")
    failed = subprocess.run([script], env=env | {"FAIL": "restore --check"})
    assert failed.returncode == 1 and all((folder / name).exists() for name in old)
    made = {path.name for path in folder.iterdir()} - set(old)
    for name in made:
        (folder / name).rmdir()
    day = subprocess.check_output(["date", "+%u"], text=True).strip()
    subprocess.run([script], env=env | {"BACKUP_DRILL_DAY": day}, check=True)
    left = {path.name for path in folder.iterdir()}
    assert {"2026-01-03_023000", "2026-01-04_023000.partial", "other"} < left and len(left) == 4
    said = log.read_text()
    assert "--without-keys" in said and "restore --drill" in said
