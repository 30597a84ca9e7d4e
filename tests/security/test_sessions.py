"""Sessions end: by idling, by age, by what happens to the account; pages do not stay in the browser (C04–C07)."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session

from branches.access.services.accounts import account_lock, password_set
from branches.access.services.appointments import appointment_end
from branches.access.services.resets import reset_by_operator
from branches.access.services.sessions import living, sessions_end
from branches.audit.models import AuditEntry
from branches.notices.models import Notice
from common.operator import OPERATOR
from tests.answers import names, opened
from tests.security.conftest import PASSWORD

START = datetime(2026, 11, 24, 0, 30, tzinfo=UTC)


def _alive(client):
    return client.get("/account/").status_code == 200


def test_thirty_minutes_without_a_request_end_the_session(person, sign_in):
    person("secretary_a")
    with time_machine.travel(START, tick=False) as clock:
        client, _ = sign_in("secretary_a")
        clock.shift(30 * 60)
        assert _alive(client)
        clock.shift(30 * 60 + 61)
        answer = client.get("/account/")
        assert answer.status_code == 302
        assert answer["Location"] == "/login/?next=%2Faccount%2F&ended=idle"
        page = client.get(answer["Location"]).content.decode()
        assert "30 分钟没有操作，登录已经结束" in page and 'value="/account/"' in page


def test_eight_hours_end_the_session_however_busy_it_was(person, sign_in):
    person("secretary_a")
    with time_machine.travel(START, tick=False) as clock:
        client, _ = sign_in("secretary_a")
        for _ in range(24):
            clock.shift(20 * 60)
            assert _alive(client)
        clock.shift(60)
        assert not _alive(client)


def test_an_expired_post_leads_to_the_login_and_writes_nothing(person, sign_in):
    person("secretary_a")
    with time_machine.travel(START, tick=False) as clock:
        client, _ = sign_in("secretary_a")
        clock.shift(31 * 60)
        answer = client.post("/feedback/", {"text": "迟到的意见"})
        assert answer["Location"] == "/login/?ended=idle"


EVENTS = {
    "password": lambda user: password_set(by=user, user=user, password="昨夜雨后竹林里的第七块石头"),
    "reset": lambda user: reset_by_operator(owner=user),
    "lock": lambda user: account_lock(by=OPERATOR, user=user, active=False),
    "other sessions ended": lambda user: sessions_end(by=user),
    "post ended yesterday": lambda user: appointment_end(
        by=OPERATOR, appointment=user.appointments.get(), ends=datetime(2026, 11, 1).date(), reason="调离"
    ),
}


@pytest.mark.parametrize("event", EVENTS)
def test_an_old_cookie_is_refused_after(event, person, sign_in):
    user = person("secretary_a")
    client, _ = sign_in("secretary_a")
    assert _alive(client)
    EVENTS[event](user)
    assert not _alive(client)


# What the page of login says afterwards; of a locked account no more than of any other end.
OVER = "登录已经结束：长时间没有操作，或者账号有过变动。请重新登录。"
SAID = dict.fromkeys(("password", "reset", "lock"), OVER)


@pytest.mark.parametrize("event", EVENTS)
def test_the_login_page_says_why_a_session_ended(event, person, sign_in):
    user = person("secretary_a")
    client, _ = sign_in("secretary_a")
    EVENTS[event](user)
    page = client.get("/activities/", follow=True).content.decode()
    assert SAID.get(event, "口令、账号或任职有过变动，这里的登录已经结束") in page
    # The trail tells a locked account from the others.
    noted = AuditEntry.objects.filter(verb="login.end", object_id=user.pk).values_list("payload", flat=True)
    assert any("账号已锁定" in note for note in noted) is (event == "lock")
    assert "锁定，" not in page.split("login-note")[0]
    # Once said, it is over: the next page of the same browser is the plain login.
    assert "登录已经结束" not in client.get("/activities/", follow=True).content.decode()


def test_a_session_ended_elsewhere_says_so_and_does_not_come_back(person, sign_in):
    user = person("secretary_a")
    with time_machine.travel(datetime.now(UTC) - timedelta(minutes=5), tick=False):
        first, _ = sign_in("secretary_a")
    under_way = SessionStore(first.cookies["tongbu"].value)
    under_way["seen"] = under_way["seen"] + 1
    others = [sign_in("secretary_a")[0] for _ in range(3)]
    with pytest.raises(UpdateError):
        under_way.save()
    page = first.get("/activities/", follow=True).content.decode()
    assert "同时登录最多 3 处，这里的登录已经结束" in page and "立即修改密码" in page
    row = next(row for row in living(user) if row.key == others[0].cookies["tongbu"].value)
    others[1].post(f"/account/sessions/{row.id}/end/")
    assert "已在“登录安全”中结束" in others[0].get("/activities/", follow=True).content.decode()


def test_a_cookie_of_yesterday_is_told_no_more_than_that_it_is_over(person, sign_in):
    person("secretary_a")
    with time_machine.travel(START, tick=False) as clock:
        client, _ = sign_in("secretary_a")
        clock.shift(20 * 3600)
        page = client.get("/activities/", follow=True).content.decode()
    assert OVER in page


@pytest.mark.parametrize("why", ["", "unknown", "<script>", "over" * 9])
def test_the_address_can_say_nothing_else(why, client, db):
    page = client.get("/login/", {"ended": why}).content.decode()
    assert "dj-notice" not in page and "script&gt;" not in page


def test_login_changes_the_key_of_the_session(person, sign_in, client):
    person("secretary_a")
    client.get("/login/")
    session = client.session
    session["planted"] = True
    session.save()
    old = session.session_key
    client.cookies["tongbu"] = old
    sign_in("secretary_a", client=client)
    assert client.session.session_key != old
    assert not Session.objects.filter(session_key=old).exists()


def test_the_fourth_login_ends_the_first_and_says_so(person, sign_in):
    user = person("secretary_a")
    with time_machine.travel(START, tick=False) as clock:
        person("secretary_b")
        sister, clients = sign_in("secretary_b")[0], []
        for _ in range(4):
            clients.append(sign_in("secretary_a")[0])
            clock.shift(60)
        assert [_alive(client) for client in clients] == [False, True, True, True]
        assert _alive(sister), "another account's session stays"
    assert "最多同时登录 3 处" in Notice.objects.get(recipient=user, kind="session").text


def test_ending_my_other_sessions_keeps_this_one(person, sign_in):
    person("secretary_a")
    one, _ = sign_in("secretary_a")
    two, _ = sign_in("secretary_a")
    two.post("/account/sessions/end/")
    assert [_alive(one), _alive(two)] == [False, True]


def test_the_password_given_again_opens_grave_pages_for_ten_minutes(person, sign_in):
    person("committee_secretary")
    with time_machine.travel(START, tick=False) as clock:
        client, _ = sign_in("committee_secretary")
        clock.shift(601)
        answer = client.get("/appointments/new/?q=x")
        assert answer["Location"] == "/login/confirm/?next=%2Fappointments%2Fnew%2F%3Fq%3Dx"
        back = client.post(answer["Location"], {"password": PASSWORD, "next": "/appointments/new/?q=x"})
        assert back["Location"] == "/appointments/new/?q=x"
        assert client.get("/appointments/new/").status_code == 200
        clock.shift(601)
        assert client.get("/appointments/new/").status_code == 302


@pytest.mark.parametrize("name", names(lambda row: row.get and not row.public))
def test_pages_behind_the_login_do_not_stay_in_the_browser(name, world, as_):
    for who, answer in opened(name, world, as_)[0].items():
        assert who == "anonymous" or "no-store" in answer.headers["Cache-Control"], (who, answer.status)


def test_logout_is_a_post_and_clears_the_cache(as_):
    client = as_("secretary_a")
    assert client.get("/logout/").status_code == 405
    assert _alive(client)
    answer = client.post("/logout/")
    assert answer["Clear-Site-Data"] == '"cache"'
    assert not _alive(client)
    assert 'action="/logout/"' in as_("secretary_a").get("/account/").content.decode()
