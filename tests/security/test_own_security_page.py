"""The own security page: where one is signed in, who tried to, and the notice of a browser that was not seen before."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session

from branches.access.browsers import browser_in_words
from branches.audit.models import AuditEntry
from branches.notices.models import Notice
from tests.security.factors import enrol

START = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/{} Safari/537.36"
DESKTOP = WINDOWS.format("129.0")
PHONE = "Mozilla/5.0 (Linux; Android 13; V2) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0 Mobile Safari/537.36"


def _enter(sign_in, who="secretary_a", agent=DESKTOP, address="10.1.1.1", **more):
    return sign_in(who, address=address, HTTP_USER_AGENT=agent, **more)[0]


def _page(client):
    return client.get("/account/security/").content.decode()


def _alive(client):
    return client.get("/account/").status_code == 200


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (WINDOWS.format("129.0"), "Chrome，Windows"),
        (WINDOWS.format("129.0") + " Edg/129.0", "Edge，Windows"),
        (WINDOWS.format("78.0") + " QIHU 360EE", "360浏览器，Windows"),
        (PHONE, "Chrome，安卓手机"),
        ("Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0", "Firefox，Linux"),
        ("<script>alert(1)</script>", "其他浏览器"),
        ("", "其他浏览器"),
    ],
)
def test_a_browser_is_told_in_words_and_never_as_it_names_itself(agent, words):
    assert browser_in_words(agent) == words


def test_the_page_lists_every_session_with_its_place_and_ends_one_of_them(person, sign_in):
    user = person("secretary_a")
    here = _enter(sign_in)
    there = _enter(sign_in, agent=PHONE, address="10.8.8.8")
    page = _page(here)
    assert "2 处登录" in page and "Chrome，Windows" in page and "Chrome，安卓手机" in page and "10.8.8.8" in page
    assert page.count(">本机<") == 1
    keys = Session.objects.values_list("session_key", flat=True)
    assert not any(key in page for key in keys), "the key of a session is as good as a password"
    name = there.session["id"]
    assert f"/account/sessions/{name}/end/" in page
    assert here.post(f"/account/sessions/{name}/end/").status_code == 302
    assert [_alive(here), _alive(there)] == [True, False]
    entry = AuditEntry.objects.get(verb="account.session_end")
    assert entry.object_id == user.pk and "10.8.8.8" in entry.payload
    assert here.post(f"/account/sessions/{name}/end/").status_code == 404


def test_nobody_ends_the_session_of_another(person, sign_in):
    person("secretary_a")
    person("secretary_b")
    one, other = _enter(sign_in), _enter(sign_in, "secretary_b")
    assert other.post(f"/account/sessions/{one.session['id']}/end/").status_code == 404
    assert _alive(one) and "1 处登录" in _page(other)


def test_the_last_sign_ins_name_failures_with_their_address_and_nobody_elses(person, sign_in):
    person("secretary_a")
    person("secretary_b")
    sign_in("secretary_a", "wrong", address="10.66.6.6")
    sign_in("secretary_b", "wrong", address="10.77.7.7")
    page = _page(_enter(sign_in))
    assert "登录失败" in page and "10.66.6.6" in page and "10.77.7.7" not in page
    assert "Chrome，Windows，口令" in page


def test_old_sign_ins_are_left_to_the_trail(person, sign_in):
    person("secretary_a")
    with time_machine.travel(START, tick=False) as moment:
        sign_in("secretary_a", "wrong", address="10.66.6.6")
        moment.shift(timedelta(days=91))
        assert "10.66.6.6" not in _page(_enter(sign_in))


def test_a_browser_or_a_net_that_was_not_seen_before_is_told_to_the_owner(person, sign_in, world):
    person("secretary_a")
    told = Notice.objects.filter(recipient=world.secretary_a, kind="session", text__contains="新设备")
    with time_machine.travel(START, tick=False) as moment:
        _enter(sign_in)
        assert not told.exists(), "the first one of an account is no news"
        for agent, address in ((WINDOWS.format("130.0"), "10.1.1.77"), (DESKTOP, "10.1.1.1")):
            moment.shift(3600)
            _enter(sign_in, agent=agent, address=address)
        assert not told.exists(), "another version, another number of the same net"
        _enter(sign_in, agent=PHONE)
        assert told.count() == 1 and "Chrome，安卓手机" in told.get().text and told.get().url == "/account/security/"
        _enter(sign_in, agent=PHONE)
        assert told.count() == 1
        _enter(sign_in, address="192.168.5.5")
        assert told.count() == 2 and "192.168.5.5" in told.latest("pk").text
        moment.shift(timedelta(days=91))
        _enter(sign_in, "secretary_a", agent=PHONE, address="172.16.0.1")
        assert told.count() == 2, "after so long nothing is known any more"


def test_the_page_says_whether_there_is_a_factor_and_how_many_codes_are_left(person, as_):
    user = person("secretary_a")
    page = _page(as_(user))
    assert "两步验证未启用" in page and "/account/factor/remove/" not in page
    enrol(user)
    client = as_(user)
    session = client.session
    session["factor"] = True
    session.save()
    page = _page(client)
    assert "两步验证已启用" in page and "还剩 10 个" in page and "/account/factor/remove/" in page


def test_the_others_are_ended_from_the_page(person, sign_in):
    person("secretary_a")
    here, there = _enter(sign_in), _enter(sign_in)
    assert here.post("/account/sessions/end/")["Location"] == "/account/security/"
    assert [_alive(here), _alive(there)] == [True, False]
    assert "1 处登录" in _page(here)
