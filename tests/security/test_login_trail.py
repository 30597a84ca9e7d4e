"""What the trail tells of signing in, and how spraying of passwords is slowed (C01, C50)."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from branches.access.services.accounts import account_lock
from branches.audit.models import AuditEntry
from branches.notices.models import Notice
from common.operator import OPERATOR

START = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
WRONG = "not-the-password"


def _verbs():
    return list(AuditEntry.objects.filter(verb__startswith="login.").order_by("pk").values_list("verb", flat=True))


def test_entering_and_leaving_leave_one_entry_each_with_the_address(person, sign_in):
    user = person("secretary_a")
    client, _ = sign_in("secretary_a", address="10.9.9.9")
    assert client.post("/logout/", REMOTE_ADDR="10.9.9.9").status_code == 302
    rows = AuditEntry.objects.filter(verb__startswith="login.").order_by("pk")
    assert [(row.verb, row.actor_id, row.address) for row in rows] == [
        ("login.enter", user.pk, "10.9.9.9"),
        ("login.leave", user.pk, "10.9.9.9"),
    ]


def test_failures_and_the_lock_leave_an_entry_and_what_follows_leaves_none(person, sign_in):
    person("secretary_a")
    for _ in range(12):
        sign_in("Secretary_A", WRONG)
    assert _verbs() == ["login.fail"] * 5 + ["login.lock"]
    assert not AuditEntry.objects.filter(payload__contains=WRONG).exists()
    assert set(AuditEntry.objects.filter(verb__startswith="login.").values_list("object_name", flat=True)) == {
        "secretary_a 用户"
    }


def test_a_name_that_is_no_account_is_not_written_down(world, sign_in):
    sign_in("my-secret-typed-in-the-wrong-place", WRONG)
    row = AuditEntry.objects.get(verb="login.fail")
    assert (row.actor_id, row.actor_name, row.object_name) == (None, "（不是账号的名称）", "")
    assert "my-secret" not in f"{row.payload}{row.actor_name}{row.object_name}"


@pytest.mark.parametrize(
    ("minutes", "note"), [(31, "长时间未操作"), (8 * 60 + 1, "登录满时限"), (0, "口令、账号或任职变动后结束")]
)
def test_a_session_that_ends_says_why_once(minutes, note, person, sign_in):
    user = person("secretary_a")
    with time_machine.travel(START, tick=False) as clock:
        client, _ = sign_in("secretary_a")
        if minutes:
            for _ in range(minutes // 29 if minutes > 60 else 0):
                clock.shift(timedelta(minutes=29))
                client.get("/account/")
            clock.move_to(START + timedelta(minutes=minutes))
        else:
            account_lock(by=OPERATOR, user=user, active=False)
            account_lock(by=OPERATOR, user=user, active=True)
        for _ in range(2):
            assert client.get("/account/").status_code == 302
    row = AuditEntry.objects.get(verb="login.end")
    assert note in row.payload and row.actor_id == user.pk


def test_the_fourth_session_ends_the_first_with_an_entry(person, sign_in):
    person("secretary_a")
    for _ in range(4):
        sign_in("secretary_a")
    assert _verbs().count("login.end") == 1


def test_the_auditor_reads_these_entries_by_name(person, world, as_, sign_in):
    person("secretary_a")
    sign_in("secretary_a", WRONG)
    sign_in("secretary_a")
    page = as_("auditor").get("/audit/?verb=login.fail").content.decode()
    assert "登录失败" in page and "secretary_a 用户" in page
    assert "审计记录 1 条" in page


@pytest.fixture
def few(settings):
    settings.LOGIN_SPRAY_NAMES = 6


def _spray(sign_in, times, address="10.1.1.1", first=0):
    names = [f"guess{number}" for number in range(first, first + times)]
    return [sign_in(name, WRONG, address=address)[1].status_code for name in names]


def test_many_names_from_one_address_are_slowed_and_reported_once(few, person, world, sign_in):
    person("secretary_b")
    with time_machine.travel(START, tick=False) as clock:
        assert _spray(sign_in, 20) == [401] * 6 + [429] * 14
        assert sign_in("secretary_b")[1].status_code == 429, "a right guess is held up like a wrong one"
        assert sign_in("secretary_b", address="10.1.1.2")[1].status_code == 302
        assert _verbs().count("login.fail") == 6 and _verbs().count("login.spray") == 1
        notice = Notice.objects.get(about="spray/10.1.1.1")
        assert notice.recipient == world.auditor and "10.1.1.1" in notice.text
        clock.shift(11)
        assert sign_in("secretary_b")[1].status_code == 302, "slowed, never closed by the address alone"


def test_who_signed_in_from_there_within_thirty_days_enters_all_the_while(few, person, sign_in):
    person("secretary_a")
    with time_machine.travel(START, tick=False) as clock:
        assert sign_in("secretary_a")[1].status_code == 302
        clock.shift(timedelta(days=29))
        _spray(sign_in, 8)
        assert sign_in("SECRETARY_A")[1].status_code == 302
        clock.shift(timedelta(days=31))
        _spray(sign_in, 8, first=20)
        assert sign_in("secretary_a")[1].status_code == 429


def test_after_a_quarter_of_an_hour_of_rest_nothing_is_slowed(few, sign_in, world):
    with time_machine.travel(START, tick=False) as clock:
        _spray(sign_in, 8)
        clock.shift(timedelta(minutes=15, seconds=1))
        assert _spray(sign_in, 2, first=30) == [401, 401]
