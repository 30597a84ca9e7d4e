"""deploy/: the processes start by exactly the lines of the units, and the files say the same as one another and as the docs."""

import os
import re
import shlex
import subprocess
import sys

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands

from assessments.facts.models import Fact
from bench import load
from bench.production import DEPLOY, HOME, KEYS, SERVICES, Production, environment, environment_of, get, unit
from branches.jobs.models import ChangeMark, Heartbeat
from members.activities.models import Activity
from tests.faults import processes
from tests.members.activities.records import submitted
from tests.paths import ROOT
from tests.test_docs import VARIABLES

# In service stands PostgreSQL; on SQLite the same is left to whole runs.
ON_POSTGRESQL = (lambda test: test) if settings.IS_POSTGRES else pytest.mark.whole("the same on PostgreSQL")
DATA, KEYS_FOLDER = "/var/lib/tongbu", "/etc/tongbu"


@pytest.fixture
def production(tmp_path, live_world):
    """The installation of deploy/ on the test's database, not started; its words are in said.txt."""
    keys = {name: getattr(settings, name) for name in KEYS}
    env = environment(tmp_path, keys, processes.database_url(), settings.REDIS_URL)
    with (tmp_path / "said.txt").open("ab") as said:
        made = Production(env, said)
        try:
            yield made
        finally:
            # Asked first: the worker stands in a group of its own below bin/worker.py, which ends it.
            made.stop()
    words = (tmp_path / "said.txt").read_text()
    assert "Traceback" not in words, words


@pytest.mark.slow
@ON_POSTGRESQL
def test_web_worker_and_beat_start_by_the_lines_of_the_units_and_a_record_becomes_a_fact(production, live_world):
    record = submitted(live_world.branch_a, live_world.secretary_a)
    marks = ChangeMark.objects.filter(organisation_id=live_world.branch_a.pk, subject="activity")
    assert marks.exists()
    production.start()
    kind = record.kinds.get().kind
    fact = Fact.objects.filter(measure=f"activities.{kind}", organisation=live_world.branch_a, numerator__gt=0)
    processes.wait_for(fact.exists, 40, "no fact")
    processes.wait_for(lambda: not marks.exists(), 40, "the mark stayed")
    # Sent by beat every ten seconds, done by the worker.
    processes.wait_for(Heartbeat.objects.filter(name="beat").exists, 40, "no sign of beat")
    production.wait(20)
    status, page = get(production.port, "/login/", production.env)
    assert status == 200 and "登录" in page
    style = re.search(r'/static/[^"]+\.css', page)[0]
    assert re.search(r"\.[0-9a-f]{8,}\.css", style) and get(production.port, style, production.env)[0] == 200
    assert production.ended() == []
    codes = production.stop()
    assert set(codes.values()) == {0}, codes
    for process in production.processes.values():
        with pytest.raises(ProcessLookupError):
            os.killpg(process.pid, 0)


@pytest.mark.slow
@ON_POSTGRESQL
def test_under_load_nothing_is_lost_or_doubled_and_no_answer_is_an_error(production, live_world):
    """The minute of bench/load.py, short: figures are measured there and not here."""
    names, password = load.accounts(5, 10)
    production.start()
    production.wait()
    told = load.live(production, names, password, seconds=4, pause=0.3)
    assert production.ended() == []
    found = load.count(told)
    assert (found.lost, found.doubled) == ([], []), load.table(told, found, 4)
    assert told.not_as_wished() == {} and told.refusals == [], load.table(told, found, 4)
    # Each writer has ended a record at least; what he saw of it was there.
    written = [record for record in told.records if record.submitted]
    assert len(written) >= 5 and found.records == len(told.records)


def test_the_count_of_the_load_sees_what_is_lost_and_what_is_doubled(world):
    first, second = (submitted(world.branch_a, world.secretary_a, title=f"第{number}次") for number in (1, 2))
    told = load.Told()

    def said(record, **changes):
        told.records = [load.Record(record.title, str(record.pk), record.content, True)]
        for name, value in changes.items():
            setattr(told.records[0], name, value)
        found = load.count(told)
        return len(found.lost), len(found.doubled)

    assert said(first) == (0, 0)
    assert said(first, content="别的") == (1, 0)
    assert said(first, files=1) == (2, 0)
    assert said(first, title="没有的") == (1, 0)
    # It stands there, and nobody was told that it was taken.
    assert said(first, pk="") == (0, 1)
    assert said(first, pk="", unknown=True) == (0, 0)
    Activity.objects.filter(pk=second.pk).update(title=first.title)
    assert said(first) == (0, 1)


def test_the_units_restart_but_not_on_a_wrong_setting_and_write_nowhere_else():
    for name in SERVICES:
        parts = unit(f"tongbu-{name}.service")
        service = parts["Service"]
        assert service["Restart"] == "always" and service["RestartPreventExitStatus"] == "2"
        assert parts["Unit"]["StartLimitIntervalSec"] == "0"
        assert service["EnvironmentFile"] == f"{KEYS_FOLDER}/environment" and service["WorkingDirectory"] == HOME
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


def test_the_compose_file_names_only_what_is_read_and_what_its_head_asks_for():
    """It needs a daemon to run; what can be wrong on paper is read here."""
    text = (DEPLOY / "compose.yaml").read_text()
    services = yaml.safe_load(text)["services"]
    read = {name for _, name in VARIABLES.findall((ROOT / "config" / "settings.py").read_text())}
    # A secret may stand in a file, whose name ends so.
    read |= {f"{name}_FILE" for name in read}
    for name in ("migrate", *SERVICES):
        assert set(services[name]["environment"]) <= read, name
        keys = [value for key, value in services[name]["environment"].items() if key.endswith("_FILE")]
        assert keys and all(value.startswith("/run/keys/") for value in keys)
        # Nothing is written but into a volume or the folder of passing things.
        assert {one.split(":")[1] for one in services[name]["volumes"]} == {DATA, "/run/keys", "/var/backups/tongbu"}
    asked = re.search(r"# compose\.env: ([A-Z_, ]+)\.", text)[1].split(", ")
    assert set(re.findall(r"\$\{(\w+)", text)) == set(asked)
    commands = re.findall(r"manage\.py (\w+)", services["migrate"]["command"][2])
    assert commands == ["migrate", "collectstatic", "check"] and set(commands) <= set(get_commands())
    for service in services.values():
        assert set(service.get("depends_on", {})) <= set(services)


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
    # What it refuses itself is a sentence in Chinese, and no page of others' making.
    for status, name in (("413", "large"), ("429", "often"), ("502 504 =503", "away")):
        own = text.split(f"location @{name} {{", 1)[1].split("}", 1)[0]
        assert f"error_page {status} @{name};" in text
        assert 'lang="zh-CN"' in own and "X-Content-Type-Options nosniff" in own and "default-src 'none'" in own
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
    # The tests run on the agency's clock, of which the script would know nothing: near midnight it is another weekday.
    env = {name: os.environ[name] for name in ("PATH", "TZ") if name in os.environ}
    env |= {"PYTHON": str(python), "LOG": str(log), "FAIL": ""}
    env |= {"BACKUP_DIR": str(folder), "BACKUP_KEEP": "2"}
    script = str(DEPLOY / "nightly_backup")
    failed = subprocess.run([script], env=env | {"FAIL": "restore --check"})
    assert failed.returncode == 1 and all((folder / name).exists() for name in old)
    made = {path.name for path in folder.iterdir()} - set(old)
    for name in made:
        (folder / name).rmdir()
    day = subprocess.check_output(["date", "+%u"], text=True).strip()
    # Without the keys the backup is made, and the night fails with a sentence until somebody says that they lie elsewhere.
    bare = subprocess.run([script], env=env | {"BACKUP_DRILL_DAY": day}, capture_output=True, text=True)
    assert bare.returncode == 1 and "不含密钥" in bare.stderr and "BACKUP_PASSPHRASE_FILE" in bare.stderr
    left = {path.name for path in folder.iterdir()}
    assert {"2026-01-03_023000", "2026-01-04_023000.partial", "other"} < left and len(left) == 4
    said = log.read_text()
    assert "--without-keys" in said and "restore --drill" in said and "--passphrase-file" not in said
    meant = subprocess.run([script], env=env | {"BACKUP_WITHOUT_KEYS": "1"}, capture_output=True, text=True)
    assert meant.returncode == 0 and "不含密钥" in meant.stderr
    sealed = {"BACKUP_DIR": str(tmp_path / "sealed"), "BACKUP_PASSPHRASE_FILE": "/passphrase"}
    (tmp_path / "sealed").mkdir()
    done = subprocess.run([script], env=env | sealed, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "") and "--passphrase-file /passphrase" in log.read_text()


def test_the_backup_of_the_night_names_the_file_of_passphrase_that_an_agency_lacks(tmp_path):
    python = tmp_path / "python"
    python.write_text(
        '#!/bin/sh\n[ "$2" != check_agencies ] || echo a b\n[ "$4" != backup ] || { mkdir -p "$5"; echo "$@" >> "$LOG"; }\n'
    )
    python.chmod(0o755)
    (tmp_path / "keys" / "b").mkdir(parents=True)
    (tmp_path / "keys" / "b" / "backup_passphrase").write_text("x")
    for key in "ab":
        (tmp_path / "backups" / key).mkdir(parents=True)
    env = {name: os.environ[name] for name in ("PATH", "TZ") if name in os.environ}
    env |= {"PYTHON": str(python), "LOG": str(tmp_path / "log"), "AGENCIES": "/agencies.toml"}
    env |= {"BACKUP_DIR": str(tmp_path / "backups"), "AGENCY_KEYS_DIR": str(tmp_path / "keys")}
    done = subprocess.run([str(DEPLOY / "nightly_backup")], env=env, capture_output=True, text=True)
    assert done.returncode == 1 and str(tmp_path / "keys" / "a" / "backup_passphrase") in done.stderr
    assert "机关 a 的备份没有成功" in done.stderr and "机关 b" not in done.stderr
    # The variable of the environment would not be read here: nobody is sent to set it.
    assert "BACKUP_PASSPHRASE_FILE" not in done.stderr
    assert f"--passphrase-file {tmp_path / 'keys' / 'b' / 'backup_passphrase'}" in (tmp_path / "log").read_text()


_COOKIES = """
import django
django.setup()
from django.conf import settings
from django.core.management import get_commands
from django.http import HttpResponse
from django.middleware.csrf import CsrfViewMiddleware, get_token
from django.middleware.security import SecurityMiddleware
from django.test import RequestFactory

def page(request):
    get_token(request)
    return HttpResponse()

host = {"Host": settings.ALLOWED_HOSTS[0]}
answer = SecurityMiddleware(CsrfViewMiddleware(page))(RequestFactory().get("/", secure=True, headers=host))
print(answer.status_code, answer["Strict-Transport-Security"])
for name, cookie in answer.cookies.items():
    print(name, cookie["secure"], cookie["httponly"], cookie["samesite"], cookie["path"], cookie["domain"] == "")
print(settings.SESSION_COOKIE_NAME, settings.SESSION_COOKIE_SECURE, settings.SESSION_COOKIE_HTTPONLY)
"""


def test_cookies_in_service_go_over_tls_to_this_host_alone(tmp_path):
    keys = {name: getattr(settings, name) for name in KEYS}
    env = environment(tmp_path, keys, f"sqlite:///{tmp_path}/none.sqlite3", "")
    env |= {"DJANGO_SETTINGS_MODULE": "config.settings"}
    done = subprocess.run([sys.executable, "-c", _COOKIES], cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.stdout.splitlines() == [
        "200 max-age=31536000; includeSubDomains; preload",
        "__Host-csrf True True Lax / True",
        "__Host-tongbu True True",
    ], done.stderr
