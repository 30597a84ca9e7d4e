"""A demo database, or a superuser, does not go into service (C57)."""

import base64
import os
import secrets
import subprocess
import sys
import time

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from branches.access import demo
from branches.access.models import User
from tests.paths import ROOT


@pytest.fixture
def in_service(settings):
    settings.DEMO = settings.DEBUG = False


def test_a_database_in_service_has_nothing_to_say(world):
    assert demo.unfit_for_service() == ""


@pytest.mark.parametrize("fault", ["demo agency", "superuser"])
def test_the_check_before_service_names_it(fault, world, in_service):
    if fault == "superuser":
        User.objects.filter(pk=world.outsider.pk).update(is_superuser=True)
    else:
        demo.mark_as_demo()
        demo.mark_as_demo()
    with pytest.raises(SystemCheckError, match=fault):
        call_command("check", "--deploy", "--tag", "security")


def test_the_demo_itself_may_be_one(world):
    demo.mark_as_demo()
    assert demo.check_database() == []


def test_the_settings_page_does_not_show_the_mark(world, as_):
    demo.mark_as_demo()
    assert demo.MARK not in as_("administrator").get("/settings/").content.decode()
    assert as_("administrator").get(f"/settings/{demo.MARK}/").status_code == 404


def test_the_server_stops_with_one_sentence(tmp_path):
    """As a process of its own: a database with the mark, first in demo mode, then in service."""
    env = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
    env |= {"DEMO": "1", "VAR_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "config.settings"}

    def run(code, **more):
        begun = time.monotonic()
        command = [sys.executable, "-c", code]
        done = subprocess.run(command, cwd=ROOT, env=env | more, capture_output=True, text=True, timeout=120)
        return done.returncode, done.stdout + done.stderr, time.monotonic() - begun

    make = (
        # Only the tables that the start looks at.
        "import django; django.setup();"
        "from django.apps import apps; from django.db import connection;"
        "editor = connection.schema_editor(); editor.__enter__();"
        "[editor.create_model(model) for model in apps.get_app_config('branches').get_models()];"
        "editor.__exit__(None, None, None);"
        "from branches.access.demo import mark_as_demo; mark_as_demo()"
    )
    assert run(make)[:2] == (0, "")
    (tmp_path / "static").mkdir()
    assert run("import config.wsgi")[:2] == (0, "")
    keys = {"SECRET_KEY": "demo-test-key-one-0123456789abcdefgh", "AUDIT_KEY": "demo-test-key-two-0123456789abcdefgh"}
    keys["FIELD_KEYS"] = "1:" + base64.b64encode(secrets.token_bytes(32)).decode()
    code, text, seconds = run("import config.wsgi", DEMO="0", ALLOWED_HOSTS="tongbu.example.gov", **keys)
    assert code == 2 and text.count("\n") == 1
    assert "demo agency" in text and "Tongbu cannot start" in text
    assert seconds < 30
