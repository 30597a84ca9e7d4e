"""Migrations run forward from what has landed, with rows in the tables, without a step by hand; nothing is left to make."""

import json
import os
import subprocess
import sys
from urllib.parse import urlsplit, urlunsplit

import psycopg2
import pytest
from django.conf import settings
from django.core.management import call_command

from tests.paths import ROOT

NAME = "tongbu_landed"


@pytest.fixture
def fresh_database(tmp_path):
    """Return the environment of an empty database of the kind that this run uses."""
    env = {key: value for key, value in os.environ.items() if key not in ("DATABASE_URL", "REDIS_URL")}
    env |= {"DEMO": "1", "VAR_DIR": str(tmp_path)}
    if not settings.IS_POSTGRES:
        yield env
        return
    url = os.environ["DATABASE_URL"]
    name = f"{NAME}_{os.environ.get('PYTEST_XDIST_WORKER', 'one')}"
    with_server(url, f"DROP DATABASE IF EXISTS {name}", f"CREATE DATABASE {name}")
    yield env | {"DATABASE_URL": urlunsplit(urlsplit(url)._replace(path=f"/{name}"))}
    with_server(url, f"DROP DATABASE {name}")


def with_server(url, *statements):
    connection = psycopg2.connect(url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
    connection.close()


@pytest.mark.django_db
def test_a_database_of_the_landed_version_is_read_after_its_migration(fresh_database):
    done = subprocess.run(
        [sys.executable, "tests/landed_database.py"], cwd=ROOT, env=fresh_database, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "job": {"batch": 7},
        "fields": [[["是", "否"], ""], [[], "members"]],
        "scheme": {"key": "landed", "periods": ["季"]},
        "result": {"dimensions": [{"key": "life", "points": "30.0"}]},
        "reasons": [{"text": "缺一次", "points": "1"}],
        "evidence": [{"text": "记录", "url": "/activities/1/"}],
        "report": {"title": "原有报告", "branches": []},
        "proof_file": "佐证.txt",
        "unvouched": True,
        "writers": ["landed", "rewriter"],
        "imports": ["applied", "applying", "expired", "expired"],
        "grants": [
            ["raise_supervisions", "appointed", "2026-09-30", True],
            ["set_rules", "appointed", "2026-09-30", True],
        ],
        "attempts": [["landed", ""]],
        "passwords": [True, True],
        "portfolio": ["landed", "综合处"],
    }


@pytest.mark.django_db
def test_models_and_migrations_say_the_same():
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)
