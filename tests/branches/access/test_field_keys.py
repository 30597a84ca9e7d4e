"""The keys of encrypted fields fit the data, or nothing starts; no rotation lets a number be registered twice (C43, C57)."""

import base64
import os
import subprocess
import sys

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from branches.access.models import KeyCanary
from branches.access.services import key_check, keys
from branches.audit.models import AuditEntry
from common import crypto
from common.fields import reveal
from common.operator import OPERATOR
from members.roster.models.members import Member
from members.roster.services.members import identity_index, member_create
from tests.faults import processes
from tests.members.imports.support import run
from tests.paths import ROOT
from tests.world import identity

NEW = f"9:{base64.b64encode(b'n' * 32).decode()}"
OTHER = base64.b64encode(b"o" * 32).decode()


@pytest.fixture
def kept(settings, world):
    """Canaries of the keys that the world was written with."""
    assert key_check.keep_canaries() == ""
    return settings


def register(world, number, name="重号"):
    return member_create(by=OPERATOR, branch=world.branch_a, name=name, identity=number, stage="applicant")


def a_number():
    return reveal(Member.objects.exclude(identity="").order_by("pk").first(), "identity")


def test_canaries_are_written_once_and_hold(kept):
    rows = dict(KeyCanary.objects.values_list("name", "value"))
    assert set(rows) == {"key 1", "index"}
    assert key_check.keep_canaries() == "" == key_check.problem()
    assert dict(KeyCanary.objects.values_list("name", "value")) == rows


def test_another_key_of_the_same_number_is_refused(kept):
    kept.FIELD_KEYS = f"1:{OTHER}"
    assert "key 1 of FIELD_KEYS" in key_check.problem() and OTHER not in key_check.problem()


def test_a_landed_database_is_not_taken_over_by_foreign_keys(settings, world):
    settings.FIELD_KEYS = f"1:{OTHER}"
    assert "FIELD_KEYS" in key_check.keep_canaries()
    settings.FIELD_INDEX_KEY = "an index key of more than thirty-two characters"
    assert not KeyCanary.objects.exists()


def test_a_landed_database_is_not_taken_over_by_a_foreign_index_key(settings, world):
    settings.FIELD_INDEX_KEY = "an index key of more than thirty-two characters"
    assert "FIELD_INDEX_KEY" in key_check.keep_canaries()
    assert not KeyCanary.objects.exists()


def test_an_old_key_may_not_leave_before_everything_is_written_anew(kept):
    old = kept.FIELD_KEYS
    kept.FIELD_INDEX_KEY = ""
    kept.FIELD_KEYS = NEW
    # Without the key of the index and of the values, nothing starts.
    assert "blind indexes" in key_check.problem()
    kept.FIELD_KEYS = f"{NEW},{old}"
    assert key_check.keep_canaries() == ""
    assert {row.name for row in KeyCanary.objects.all()} == {"key 1", "key 9", "index"}


def test_a_value_left_under_a_key_that_is_gone_is_told(kept):
    KeyCanary.objects.create(name="key 5", value=crypto.encrypt("x", "y"))
    assert key_check.problem() == ""
    Member.objects.filter(pk=Member.objects.first().pk).update(identity="1.5.AAAA.BBBB")
    assert "key 5" in key_check.problem()


def test_no_number_is_registered_twice_before_during_and_after_a_rotation(kept, world, monkeypatch):
    number, old = a_number(), kept.FIELD_KEYS
    kept.FIELD_KEYS = f"{NEW},{old}"
    key_check.keep_canaries()
    with pytest.raises(ValidationError, match="已登记"):
        register(world, number)
    # Killed half-way, then resumed.
    encrypt, calls = crypto.encrypt, []

    def stop_after_eight(text, aad):
        calls.append(aad)
        if len(calls) == 9:
            raise KeyboardInterrupt
        return encrypt(text, aad)

    monkeypatch.setattr(crypto, "encrypt", stop_after_eight)
    with pytest.raises(KeyboardInterrupt):
        keys.field_keys_rotate(by=OPERATOR, batch=2)
    monkeypatch.setattr(crypto, "encrypt", encrypt)
    with pytest.raises(ValidationError, match="已登记"):
        register(world, number)
    assert run("rotate_field_keys")[0] == 0
    with pytest.raises(ValidationError, match="已登记"):
        register(world, number)
    # The old key leaves, and with it the key of the index: nothing starts until the index is made anew.
    kept.FIELD_KEYS = NEW
    assert "rotate_field_keys" in key_check.problem()
    with pytest.raises(ValidationError, match="索引密钥"):
        register(world, identity(77))
    code, out, errors = run("rotate_field_keys")
    assert code == 0, errors
    assert key_check.problem() == ""
    assert f"{len(Member.objects.exclude(identity=''))} 个" in AuditEntry.objects.get(verb="keys.index").payload
    for member in Member.objects.exclude(identity=""):
        assert member.identity_index == identity_index(reveal(member, "identity"))
    with pytest.raises(ValidationError, match="已登记"):
        register(world, number)
    # A process that still runs with the former ring makes the former index: it is refused.
    kept.FIELD_KEYS = f"{NEW},{old}"
    with pytest.raises(ValidationError, match="索引密钥"):
        register(world, number)


def test_an_index_that_cannot_be_rebuilt_whole_is_not_touched(kept, world):
    before = dict(Member.objects.values_list("pk", "identity_index"))
    kept.FIELD_KEYS = NEW
    code, _, errors = run("rotate_field_keys")
    assert code == 1 and "旧密钥放回" in str(errors)
    assert dict(Member.objects.values_list("pk", "identity_index")) == before


def test_readyz_names_keys_that_do_not_fit(kept):
    kept.FIELD_KEYS = f"1:{OTHER}"
    answer = Client().get("/readyz")
    assert answer.status_code == 503
    assert "FIELD_KEYS" in answer.json()["reasons"]["keys"]


# What web, worker and beat do first; none gets as far as serving.
STARTS = {
    "web": ["-m", "gunicorn", "config.wsgi", "--bind", "127.0.0.1:0", "--no-control-socket"],
    "worker": ["-m", "celery", "-A", "config", "--quiet", "worker", "--concurrency", "1", "--without-gossip"],
    "beat": ["-m", "celery", "-A", "config", "--quiet", "beat", "--pidfile", ""],
}


@pytest.mark.parametrize("part", STARTS)
def test_no_process_starts_with_keys_that_do_not_fit(live_world, tmp_path, part):
    assert key_check.keep_canaries() == ""
    env = processes.environment(tmp_path) | {"FIELD_KEYS": f"1:{OTHER}"}
    done = subprocess.run(
        [sys.executable, *STARTS[part]], cwd=ROOT, env=env, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 2, done.stderr[-2000:]
    assert "key 1 of FIELD_KEYS" in done.stderr and OTHER not in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_ring_stops_the_start_and_shows_no_key():
    good = base64.b64encode(os.urandom(32)).decode()
    for ring in (f"1:{good},1:{good}", "1:" + base64.b64encode(b"short" * 4).decode(), f"one:{good}"):
        with pytest.raises(ValueError) as caught:
            crypto.parse_keys(ring)
        assert good not in str(caught.value)
