"""Accounts cannot be told apart from outside, hashes are strong, codes work once (C02, C03, C08)."""

import re
from datetime import UTC, datetime

import pytest
import time_machine
from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError

from branches.access.models import User
from branches.access.services.accounts import account_create, account_lock, password_set
from branches.access.services.resets import reset_by_operator
from branches.audit.models import AuditEntry
from branches.notices.models import Notice
from common.hashers import BoundedArgon2PasswordHasher
from common.operator import OPERATOR
from tests.conftest import REAL_HASHERS
from tests.security.conftest import PASSWORD

GOOD = "昨夜雨后竹林里的第七块石头"


@pytest.fixture
def real_hashers(settings):
    settings.PASSWORD_HASHERS = REAL_HASHERS


def test_known_unknown_locked_and_passwordless_accounts_answer_alike(real_hashers, person, world, sign_in, monkeypatch):
    person("secretary_a")
    account_lock(by=OPERATOR, user=person("secretary_b"), active=False)
    world.member.set_unusable_password()
    world.member.save()
    hashed = []
    encode = BoundedArgon2PasswordHasher.encode
    verify = BoundedArgon2PasswordHasher.verify
    monkeypatch.setattr(
        BoundedArgon2PasswordHasher, "encode", lambda *a, **k: hashed.append("encode") or encode(*a, **k)
    )
    monkeypatch.setattr(
        BoundedArgon2PasswordHasher, "verify", lambda *a, **k: hashed.append("verify") or verify(*a, **k)
    )
    pages = {}
    for name in ("secretary_a", "nobody", "secretary_b", "member"):
        hashed.clear()
        _, response = sign_in(name, "not-the-password")
        text = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"|value="[^"]*"', "", response.content.decode())
        pages[name] = (response.status_code, text, len(hashed))
    assert pages["secretary_a"][0] == 401
    assert pages["secretary_a"][2] == 1, "the work of one hash, whatever the name"
    assert len(set(pages.values())) == 1


def test_a_locked_account_with_its_right_password_hears_the_same_message(person, sign_in):
    account_lock(by=OPERATOR, user=person("secretary_b"), active=False)
    _, response = sign_in("secretary_b")
    assert response.status_code == 401
    assert "用户名或密码不正确" in response.content.decode()


def test_new_passwords_are_hashed_with_argon2(real_hashers, world):
    user = password_set(by=world.secretary_a, user=world.secretary_a, password=GOOD)
    assert user.password.startswith("argon2$argon2id$")


def test_an_old_hash_is_upgraded_at_login(real_hashers, world, sign_in):
    user = world.secretary_a
    user.password = make_password(PASSWORD, hasher="pbkdf2_sha256")
    user.save()
    assert sign_in("secretary_a")[1].status_code == 302
    user.refresh_from_db()
    assert user.password.startswith("argon2$")


@pytest.mark.parametrize(
    "weak",
    [
        "short",
        "123456789012345",
        "password123456",
        "secretary_a-2026",
        "党建工作学习强国2026",
        "云川市测试局2026",
        "甲四-19850104",
        "x" * 11,
    ],
)
def test_weak_passwords_are_refused(world, weak):
    # The account of a linked member, so that his birth date is known.
    user = world.member if "甲" in weak else world.secretary_a
    with pytest.raises(ValidationError) as error:
        password_set(by=user, user=user, password=weak)
    assert all(re.search("[一-龥]", message) for message in error.value.messages)


@pytest.mark.parametrize("strong", [GOOD, "q7-mountain-lake-" * 4, "correct horse battery staple"])
def test_long_and_chinese_passwords_are_accepted(world, sign_in, strong):
    password_set(by=world.secretary_a, user=world.secretary_a, password=strong)
    assert sign_in("secretary_a", strong)[1].status_code == 302


def test_a_password_longer_than_the_field_is_not_hashed(person, sign_in):
    person("secretary_a")
    assert sign_in("secretary_a", "x" * 200)[1].status_code == 401


def test_a_code_must_be_replaced_at_the_first_login_and_then_no_longer_works(world, sign_in):
    user, code = account_create(by=OPERATOR, username="newcomer", name="新人")
    client, response = sign_in("newcomer", code)
    assert response.status_code == 302
    assert client.get("/account/")["Location"] == "/login/first/"
    answer = client.post("/login/first/?next=/account/", {"new_password": GOOD, "again": GOOD})
    assert answer.status_code == 302
    assert client.get("/account/").status_code == 200
    assert client.get("/account/factor/").status_code == 200, "the password is not asked for again a moment later"
    assert sign_in("newcomer", code)[1].status_code == 401
    assert sign_in("newcomer", GOOD)[1].status_code == 302


@pytest.mark.parametrize("password_is_set", [True, False])
@pytest.mark.parametrize("given", ["made", "reset"])
def test_every_code_is_good_once_and_a_second_use_alarms_once_an_hour(given, password_is_set, world, sign_in):
    user, code = account_create(by=OPERATOR, username="newcomer", name="新人")
    if given == "reset":
        code = reset_by_operator(owner=user)
    client, response = sign_in("newcomer", code)
    assert response.status_code == 302
    assert "该口令现在已用掉" in client.get("/login/first/").content.decode()
    if password_is_set:
        client.post("/login/first/", {"new_password": GOOD, "again": GOOD})
    for typed in (code, code.upper()):
        second, answer = sign_in("newcomer", typed)
        assert answer.status_code == 401 and second.get("/login/first/").status_code == 302
        assert "用过，不能再用" in answer.content.decode() and "申领新口令" in answer.content.decode()
    told = Notice.objects.filter(about=f"code/{user.pk}")
    assert sorted(told.values_list("recipient__username", flat=True)) == ["auditor", "newcomer"]
    assert AuditEntry.objects.filter(verb="login.code", object_id=user.pk).count() == 1
    assert sign_in("newcomer", reset_by_operator(owner=user))[1].status_code == 302


def test_a_code_expires_after_24_hours(world, sign_in):
    with time_machine.travel(datetime(2026, 11, 24, 2, 0, tzinfo=UTC), tick=False) as clock:
        _, code = account_create(by=OPERATOR, username="newcomer", name="新人")
        clock.shift(24 * 3600 + 1)
        assert sign_in("newcomer", code)[1].status_code == 401
        clock.shift(-2)
        assert sign_in("newcomer", code)[1].status_code == 302


def test_a_reset_makes_the_older_code_and_the_sessions_worthless(person, sign_in):
    user = person("secretary_a")
    client, _ = sign_in("secretary_a")
    first = reset_by_operator(owner=user)
    second = reset_by_operator(owner=user)
    assert client.get("/account/").status_code == 302
    assert sign_in("secretary_a", first)[1].status_code == 401
    assert sign_in("secretary_a", second)[1].status_code == 302


def test_the_administrator_sees_a_code_once_and_no_trace_keeps_it(world, as_):
    client = as_("administrator")
    page = client.post("/accounts/new/", {"username": "newcomer", "name": "新人"}).content.decode()
    code = re.search(r"<code>([a-z0-9-]{17})</code>", page).group(1)
    for url in ("/accounts/", "/accounts/?q=newcomer", f"/accounts/{User.objects.get(username='newcomer').pk}/code/"):
        assert code not in client.get(url).content.decode()
    assert not AuditEntry.objects.filter(payload__contains=code).exists()


@pytest.mark.parametrize("name", ["SECRETARY_A", "Secretary_A"])
def test_no_second_account_may_differ_by_case_only(world, name):
    with pytest.raises(ValidationError):
        account_create(by=OPERATOR, username=name, name="另一人")


def test_nobody_locks_himself_out(world, as_):
    page = as_("administrator").post(f"/accounts/{world.administrator.pk}/lock/", follow=True)
    assert "不能锁定自己" in page.content.decode()
    world.administrator.refresh_from_db()
    assert world.administrator.is_active


def test_the_password_of_every_demo_is_none_for_an_installation_in_service(world, settings):
    settings.DEMO = False
    with pytest.raises(ValidationError, match="演示环境公开的密码"):
        password_set(by=world.secretary_a, user=world.secretary_a, password="tongbu-demo-2026")
