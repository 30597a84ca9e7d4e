"""Passwords that age, where the agency asks for it (C09): changed first at the sign-in, never in the midst of work."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from tests.security.conftest import PASSWORD
from tests.security.factors import code_of, enrol

# Nine in the morning in Shanghai.
START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
GOOD = "昨夜雨后竹林里的第七块石头"
FIRST = "/login/first/"


@pytest.fixture
def moment():
    with time_machine.travel(START, tick=False) as travelling:
        yield travelling


@pytest.fixture
def ninety(settings):
    settings.PASSWORD_MAX_AGE_DAYS = 90


@pytest.fixture
def owner(person, moment):
    """Whoever set a password of his own on the first day."""
    user = person("secretary_a")
    client = Client()
    client.force_login(user)
    fields = {"old_password": PASSWORD, "new_password": GOOD, "again": GOOD}
    assert client.post("/account/password/", fields)["Location"] == "/account/security/"
    user.refresh_from_db()
    return user


def _on_day(moment, number):
    moment.move_to(START + timedelta(days=number))


def _home(client):
    return client.get("/account/", follow=True).content.decode()


def test_a_password_is_good_for_ninety_days_and_must_be_changed_at_the_sign_in_after(ninety, owner, moment, sign_in):
    _on_day(moment, 90)
    client, answer = sign_in("secretary_a", GOOD)
    assert answer["Location"] == "/account/" and client.get("/account/").status_code == 200

    _on_day(moment, 91)
    client, answer = sign_in("secretary_a", GOOD)
    assert client.get("/account/?a=1")["Location"] == f"{FIRST}?next=%2Faccount%2F%3Fa%3D1"
    assert client.get("/activities/", headers={"HX-Request": "true"})["HX-Redirect"] == FIRST
    assert client.post("/notices/read/")["Location"] == FIRST, "every door leads there, a post as well"
    page = client.get(FIRST).content.decode()
    assert "密码每 90 天须修改一次，您的密码已到期" in page and "一次性口令" not in page

    same = client.post(FIRST, {"new_password": GOOD, "again": GOOD})
    assert same.status_code == 200 and "新密码不能与现在的相同。" in same.content.decode()
    assert client.get("/account/").status_code == 302, "nothing was won by the same password once more"
    done = client.post(f"{FIRST}?next=/account/", {"new_password": PASSWORD, "again": PASSWORD})
    assert done["Location"] == "/account/" and client.get("/account/").status_code == 200
    assert client.get(FIRST).status_code == 404
    assert sign_in("secretary_a", GOOD)[1].status_code == 401
    assert sign_in("secretary_a", PASSWORD)[0].get("/account/").status_code == 200


def test_a_session_under_way_goes_on_and_its_form_is_not_lost(ninety, owner, moment, sign_in):
    # The last minutes of the last day in Shanghai, then midnight.
    moment.move_to(START + timedelta(days=90, hours=14, minutes=50))
    client, _ = sign_in("secretary_a", GOOD)
    moment.shift(timedelta(minutes=20))
    assert client.get("/account/").status_code == 200
    assert client.post("/scope/", {"scope": "0"})["Location"] == "/"
    assert sign_in("secretary_a", GOOD)[0].get("/account/").status_code == 302


def test_passwords_do_not_age_where_nothing_is_set(owner, moment, sign_in):
    _on_day(moment, 3000)
    client, _ = sign_in("secretary_a", GOOD)
    page = client.get("/account/security/")
    assert page.status_code == 200 and "有效至" not in page.content.decode()


def test_it_is_said_fourteen_days_before_and_the_own_page_names_the_last_day(ninety, owner, moment, sign_in):
    _on_day(moment, 75)
    client, _ = sign_in("secretary_a", GOOD)
    assert "到期" not in _home(client)
    page = client.get("/account/security/").content.decode()
    assert "有效至 2026年5月31日" in page and "请尽快修改" not in page

    _on_day(moment, 76)
    client, _ = sign_in("secretary_a", GOOD)
    assert "您的密码还有 14 天到期（2026年5月31日）" in _home(client)
    assert "请尽快修改" in client.get("/account/security/").content.decode()

    _on_day(moment, 90)
    assert "您的密码今天到期" in _home(sign_in("secretary_a", GOOD)[0])


def test_the_second_factor_is_asked_first_and_a_one_time_code_does_not_age(ninety, owner, moment, sign_in):
    device, _ = enrol(owner)
    _on_day(moment, 91)
    client, answer = sign_in("secretary_a", GOOD)
    assert answer["Location"] == "/login/code/" and client.get(FIRST)["Location"].startswith("/login/")
    client.post("/login/code/", {"code": code_of(device)})
    assert client.get("/account/")["Location"].startswith(FIRST)
    assert client.post(FIRST, {"new_password": PASSWORD, "again": PASSWORD})["Location"] == "/"
    assert client.get("/account/").status_code == 200, "the code that was given holds for the new session"
