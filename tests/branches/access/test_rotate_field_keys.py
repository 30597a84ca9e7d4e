"""Rotation of the keys of encrypted fields (control C43)."""

import base64

import pytest

from branches.access.models import FactorDevice
from branches.access.services import keys
from branches.access.services.factor import factor_check
from branches.audit.models import AuditEntry
from common import crypto
from common.fields import reveal
from common.operator import OPERATOR
from config import env
from members.roster.models.members import Member
from members.roster.services.members import identity_index
from tests.members.imports.support import run
from tests.security.factors import code_of, enrol
from tests.world import identity

pytestmark = pytest.mark.django_db


@pytest.fixture
def ring(settings, world):
    """Put a new key in front; the world's values were written with the old one."""
    settings.FIELD_KEYS = f"9:{base64.b64encode(b'n' * 32).decode()},{settings.FIELD_KEYS}"
    return settings


def _writers():
    return {token.split(".")[1] for token in Member.objects.values_list("identity", flat=True)}


def test_every_value_is_written_anew_and_reads_the_same(ring):
    numbers = {member.pk: reveal(member, "identity") for member in Member.objects.all()}
    versions = list(Member.objects.order_by("pk").values_list("version", flat=True))
    code, out, _ = run("rotate_field_keys", batch=5)
    assert code == 0 and f"{2 * len(numbers)} 个值" in out
    assert _writers() == {"9"}
    assert {member.pk: reveal(member, "identity") for member in Member.objects.all()} == numbers
    assert list(Member.objects.order_by("pk").values_list("version", flat=True)) == versions
    assert AuditEntry.objects.filter(verb="keys.rotate").count() == 3
    assert "0 个值" in run("rotate_field_keys")[1]


def test_the_key_of_a_second_factor_is_written_anew_and_shows_the_same_codes(ring):
    user = Member.objects.exclude(account=None).get().account
    device, _ = enrol(user)
    FactorDevice.objects.filter(pk=device.pk).update(
        key=crypto.encrypt_with(1, reveal(device, "key"), _bound_to(device))
    )
    before = FactorDevice.objects.get(pk=device.pk)
    assert before.key.split(".")[1] == "1"
    assert run("rotate_field_keys")[0] == 0
    after = FactorDevice.objects.get(pk=device.pk)
    assert after.key.split(".")[1] == "9"
    assert code_of(after) == code_of(before)
    assert factor_check(user=user, code=code_of(after)).right


def _bound_to(device):
    return FactorDevice._meta.get_field("key").aad(device)


def test_a_run_that_was_stopped_goes_on_where_it_stood(ring, monkeypatch):
    encrypt, calls = crypto.encrypt, []

    def stop_after_eight(text, aad):
        calls.append(aad)
        if len(calls) == 9:
            raise KeyboardInterrupt
        return encrypt(text, aad)

    monkeypatch.setattr(crypto, "encrypt", stop_after_eight)
    with pytest.raises(KeyboardInterrupt):
        keys.field_keys_rotate(by=OPERATOR, batch=2)
    assert len(_writers()) == 2
    monkeypatch.setattr(crypto, "encrypt", encrypt)
    written, unreadable = keys.field_keys_rotate(by=OPERATOR, batch=2)
    assert written == 2 * Member.objects.count() - 8 and unreadable == []
    assert _writers() == {"9"}


def test_a_value_of_an_unknown_key_is_named_and_the_others_go_on(ring):
    member = Member.objects.first()
    Member.objects.filter(pk=member.pk).update(identity="1.77.AAAA.BBBB")
    code, _, errors = run("rotate_field_keys")
    assert code == 1 and f"member {member.pk} identity" in errors[0]
    assert _writers() == {"9", "77"}


def test_the_index_key_may_be_named_apart_from_the_ring(settings, world):
    first = identity_index(identity(1))
    settings.FIELD_INDEX_KEY = "an index key of more than thirty-two characters"
    assert identity_index(identity(1)) != first
    once = identity_index(identity(1))
    settings.FIELD_KEYS = f"9:{base64.b64encode(b'n' * 32).decode()}"
    assert identity_index(identity(1)) == once


def test_a_short_index_key_stops_the_start(monkeypatch):
    monkeypatch.setenv("FIELD_INDEX_KEY", "short")
    with pytest.raises(env.WrongSetting):
        env.optional_secret("FIELD_INDEX_KEY")
    monkeypatch.delenv("FIELD_INDEX_KEY")
    assert env.optional_secret("FIELD_INDEX_KEY") == ""
