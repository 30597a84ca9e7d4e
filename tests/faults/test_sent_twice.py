"""A form sent twice, of any subject, is done once (F13): told by the page's token, without the browser's help."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings as django_settings
from django.test import Client

from branches.access.models import User
from branches.frame import sent_once
from branches.frame.models import SentForm
from common import clock
from responsibilities.supervision.models import Supervision
from tests.conftest import session_of
from tests.faults.at_once import at_once
from tests.responsibilities.supervision.test_story import FORM

NEW = "/supervision/new/"


def client_of(user, key=None):
    client = Client(enforce_csrf_checks=True)
    client.cookies[django_settings.SESSION_COOKIE_NAME] = key or session_of(user).session_key
    return client


def form_of(client, branch, **changes):
    """What the page's form sends, its token included."""
    page = client.get(NEW).content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
    due = clock.today() + timedelta(days=9)
    words = {"title": "补齐三季度党课记录", "expected": "补录并报送记录。", "due": due.isoformat()}
    return {"csrfmiddlewaretoken": token, "recipient": f"o{branch.pk}", **FORM, **words, **changes}


def test_the_same_form_again_leads_where_the_first_led_and_says_so(world):
    client = client_of(world.staff)
    data = form_of(client, world.branch_a)
    first, second = client.post(NEW, data), client.post(NEW, data)
    assert (first.status_code, second.status_code) == (302, 302)
    assert first["Location"] == second["Location"] and Supervision.objects.count() == 1
    assert "没有重复办理" in client.get(second["Location"]).content.decode()


def test_a_page_opened_anew_may_say_the_same(world):
    client = client_of(world.staff)
    for _ in range(2):
        assert client.post(NEW, form_of(client, world.branch_a)).status_code == 302
    assert Supervision.objects.count() == 2


def test_another_account_with_the_same_words_is_no_second_time(world):
    for who in (world.staff, world.committee_secretary):
        client = client_of(who)
        assert client.post(NEW, form_of(client, world.branch_a)).status_code == 302
    assert Supervision.objects.count() == 2


def test_what_was_refused_may_be_sent_again_as_it_is(world):
    client = client_of(world.staff)
    data = form_of(client, world.branch_a, title="")
    assert client.post(NEW, data).status_code == client.post(NEW, data).status_code == 422
    assert not SentForm.objects.exists()


def test_what_a_question_for_the_password_kept_from_being_done_may_be_sent_again(world, settings):
    """Whoever goes back to the page that he had filled in is not told that it was done."""
    client = client_of(world.administrator)
    page = client.get("/accounts/new/").content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
    data = {"csrfmiddlewaretoken": token, "username": "lihua", "name": "李华"}
    settings.RECENT_LOGIN_SECONDS = -1
    assert client.post("/accounts/new/", data)["Location"].startswith("/login/confirm/")
    assert not SentForm.objects.exists()
    settings.RECENT_LOGIN_SECONDS = 600
    client.post("/accounts/new/", data)
    assert User.objects.filter(username="lihua").exists()


def test_a_refusal_that_leads_to_another_page_may_be_sent_again(world):
    client = client_of(world.committee_secretary)
    page = client.get("/slips/secretaries/").content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
    answer = client.post("/slips/secretaries/make/", {"csrfmiddlewaretoken": token})
    assert answer.status_code == 302 and "还没有勾选任何人" in client.get(answer["Location"]).content.decode()
    assert not SentForm.objects.exists()


def test_after_a_quarter_of_an_hour_or_where_the_first_died_the_same_is_meant(world):
    client = client_of(world.staff)
    with time_machine.travel(clock.real_now(), tick=False) as moment:
        data = form_of(client, world.branch_a)
        client.post(NEW, data)
        moment.shift(timedelta(minutes=16))
        client.post(NEW, data)
        assert Supervision.objects.count() == 2
        # A process that was killed in the midst leaves a claim without an answer.
        SentForm.objects.update(location="")
        moment.shift(timedelta(minutes=2))
        assert client.post(NEW, data).status_code == 302 and Supervision.objects.count() == 3


def test_while_the_first_is_under_way_the_second_is_told_so(world, monkeypatch):
    monkeypatch.setattr(sent_once, "WAIT", 0)
    client = client_of(world.staff)
    data = form_of(client, world.branch_a)
    client.post(NEW, data)
    SentForm.objects.update(location="")
    answer = client.post(NEW, data)
    assert answer.status_code == 409 and "正在处理" in answer.content.decode()
    assert Supervision.objects.count() == 1


def test_what_was_sent_long_ago_is_forgotten_by_the_worker(world):
    client = client_of(world.staff)
    client.post(NEW, form_of(client, world.branch_a))
    sent_once.clear()
    assert SentForm.objects.count() == 1
    SentForm.objects.update(sent=clock.real_now() - timedelta(hours=1))
    sent_once.clear()
    assert not SentForm.objects.exists()


@pytest.mark.skipif(not django_settings.IS_POSTGRES, reason="the writers of SQLite in memory refuse each other")
def test_of_eight_at_once_one_is_done_and_all_lead_to_it(live_world):
    key = session_of(live_world.staff).session_key
    first = client_of(live_world.staff, key)
    data = form_of(first, live_world.branch_a)
    cookies = {name: morsel.value for name, morsel in first.cookies.items()}

    def send():
        client = client_of(live_world.staff, key)
        client.cookies.load(cookies)
        return client.post(NEW, data)

    answers = at_once(*[send] * 8)
    assert [answer.status_code for answer in answers] == [302] * 8, answers
    assert len({answer["Location"] for answer in answers}) == 1 and Supervision.objects.count() == 1
