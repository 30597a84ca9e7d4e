"""A wrong setting stops the start with exit 2 and one line that does not contain the value (C57)."""

import base64
import json
import os
import secrets
import subprocess
import sys

import pytest

from tests.paths import ROOT


def _key(seed):
    return base64.b64encode(secrets.token_bytes(48)).decode() + seed


# One process knows Django already; each start is a child of it with an environment and an output of its own.
STARTS = """
import json, os, sys, tempfile, traceback
import django.conf, django.apps, django.db.models, celery
for line in sys.stdin:
    asked = json.loads(line)
    with tempfile.TemporaryFile() as said:
        child = os.fork()
        if not child:
            os.dup2(said.fileno(), 1), os.dup2(said.fileno(), 2)
            os.environ.clear(), os.environ.update(asked["env"])
            code = 0
            try:
                if asked["whole"]:
                    django.setup()
                else:
                    django.conf.settings.DEBUG
            except SystemExit as end:
                if isinstance(end.code, str):
                    print(end.code, file=sys.stderr)
                code = end.code if isinstance(end.code, int) else 1
            except BaseException:
                traceback.print_exc()
                code = 1
            sys.stdout.flush(), sys.stderr.flush()
            os._exit(code)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        said.seek(0)
        print(json.dumps([code, said.read().decode()]), flush=True)
"""


@pytest.fixture(scope="module")
def starts():
    with subprocess.Popen(
        [sys.executable, "-c", STARTS], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield process
        process.stdin.close()


@pytest.fixture
def start(starts, tmp_path):
    """Start the settings, or with whole=True all of Django: start(NAME="value") → (exit code, all output)."""
    good = {
        "SECRET_KEY": _key("a"),
        "AUDIT_KEY": _key("b"),
        "FIELD_KEYS": "1:" + base64.b64encode(secrets.token_bytes(32)).decode(),
        "ALLOWED_HOSTS": "tongbu.example.gov",
        "VAR_DIR": str(tmp_path),
    }

    def run(whole=False, **changes):
        env = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
        env |= {name: value for name, value in (good | changes).items() if value is not None}
        env["DJANGO_SETTINGS_MODULE"] = "config.settings"
        starts.stdin.write(json.dumps({"env": env, "whole": whole}) + "\n")
        starts.stdin.flush()
        return tuple(json.loads(starts.stdout.readline()))

    return run


def test_good_settings_start(start):
    assert start(whole=True) == (0, "")


FAULTS = {
    "no secret key": {"SECRET_KEY": None},
    "short secret key": {"SECRET_KEY": "short-value-1234"},
    "django's sample key": {"SECRET_KEY": "django-insecure-0123456789abcdefghijklmnopqrstuvwxyz"},
    "one letter": {"SECRET_KEY": "z" * 60},
    "no field keys": {"FIELD_KEYS": None},
    "no audit key": {"AUDIT_KEY": None},
    "no hosts": {"ALLOWED_HOSTS": None},
    "every host": {"ALLOWED_HOSTS": "*"},
    "a second factor by halves": {"SECOND_FACTOR": "Geheim99"},
    "a provider without its secret": {"OIDC_ISSUER": "https://Geheim99.example", "OIDC_CLIENT_ID": "tongbu"},
    "a database of another kind": {"DATABASE_URL": "mysql://user:Geheim99@db/x"},
    "a broker of another kind": {"REDIS_URL": "amqp://user:Geheim99@mq"},
    "a flag that is none": {"DEBUG": "vielleicht-Geheim99"},
    "a number that is none": {"SESSION_IDLE_MINUTES": "Geheim99"},
    "a number out of range": {"SESSION_IDLE_MINUTES": "99999"},
    "field keys that are none": {"FIELD_KEYS": "not-a-key-ring-Geheim99-but-long-enough-to-pass"},
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_wrong_setting_stops_the_start_with_one_line(fault, start):
    code, output = start(**FAULTS[fault])
    assert code == 2, output
    assert output.startswith("Tongbu cannot start: ")
    assert output.count("\n") == 1
    assert next(iter(FAULTS[fault])) in output
    for value in FAULTS[fault].values():
        assert value is None or value == "*" or value not in output
    assert "Geheim99" not in output


def test_equal_keys_are_refused(start):
    same = _key("c")
    code, output = start(SECRET_KEY=same, AUDIT_KEY=same)
    assert code == 2 and same not in output


def test_a_key_file_that_others_can_read_is_refused(start, tmp_path):
    path = tmp_path / "secret"
    path.write_text(_key("d"))
    path.chmod(0o644)
    code, output = start(SECRET_KEY=None, SECRET_KEY_FILE=str(path))
    assert code == 2 and path.read_text() not in output
    path.chmod(0o600)
    assert start(SECRET_KEY=None, SECRET_KEY_FILE=str(path))[0] == 0


def test_a_trial_makes_its_own_random_keys_for_itself_alone(start, tmp_path):
    code, output = start(SECRET_KEY=None, AUDIT_KEY=None, FIELD_KEYS=None, ALLOWED_HOSTS=None, DEMO="1")
    assert code == 0, output
    made = [tmp_path / name for name in ("secret_key", "audit_key", "field_keys")]
    assert [oct(path.stat().st_mode & 0o777) for path in made] == ["0o600"] * 3
    assert len({path.read_text() for path in made}) == 3


@pytest.mark.parametrize("asked", [["backup", "--help"], ["help", "create_account"], ["seed_demo", "-h"]])
def test_help_needs_no_key_and_leaves_nothing(asked, tmp_path):
    env = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    env |= {"VAR_DIR": str(tmp_path / "var"), "SECRET_KEY_FILE": str(tmp_path / "none"), "DATABASE_URL": "mysql://x"}
    done = subprocess.run(
        [sys.executable, "manage.py", *asked], cwd=ROOT, env=env, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0 and "usage: manage.py" in done.stdout, done.stderr
    assert list(tmp_path.iterdir()) == []


def test_many_agencies_need_redis_and_no_demo_and_then_read_no_key_of_one(start, tmp_path):
    file = tmp_path / "agencies.toml"
    file.write_text('template = "postgres://t:Geheim99@127.0.0.1/t"\n')
    file.chmod(0o600)
    of_one = {"AUDIT_KEY": None, "FIELD_KEYS": None, "ALLOWED_HOSTS": None}
    many = of_one | {"AGENCIES": str(file), "REDIS_URL": "redis://127.0.0.1:1/0"}
    assert start(**many) == (0, "")
    for changed, words in (({"REDIS_URL": None}, "REDIS_URL"), ({"DEMO": "1"}, "bin/start")):
        code, said = start(**many | changed)
        assert code == 2 and words in said and len(said.strip().splitlines()) == 1
    file.write_text('[agencies.a]\ndatabase = "postgres://t:Geheim99@h/x"\n')
    code, said = start(**many)
    assert code == 2 and "name" in said and "Geheim99" not in said
