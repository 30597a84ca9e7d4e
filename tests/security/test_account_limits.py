"""Files an hour and searches a minute of one account (C64): one more is 429, others are not touched."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.conf import settings as django_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError, connection
from django.test import Client
from django.urls import get_resolver

from branches.access.models import User
from branches.audit.limits import Limit, take
from branches.audit.models import UsageCount
from branches.frame.limits import LOOKUPS
from members.activities.models import Attachment
from tests.conftest import session_of
from tests.faults.at_once import at_once
from tests.members.activities.records import draft

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
HTMX = {"HX-Request": "true"}


@pytest.fixture
def moment():
    with time_machine.travel(NOON, tick=False) as travelling:
        yield travelling


def _file(number=0):
    return SimpleUploadedFile(f"{number}.txt", "会议记录".encode())


def test_a_file_more_than_an_hour_allows_is_refused_whole_and_the_next_hour_takes_it(world, as_, settings, moment):
    settings.UPLOADS_PER_HOUR, settings.SESSION_IDLE_SECONDS = 3, 4 * 3600
    record, other = draft(world.branch_a, world.secretary_a), draft(world.branch_b, world.secretary_b)
    client, url = as_("secretary_a"), f"/activities/{record.pk}/attachments/"
    assert client.post(url, {"file": [_file(1), _file(2)]}).status_code == 302
    refused = client.post(url, {"file": [_file(3), _file(4)]})
    assert refused.status_code == 429 and refused["Retry-After"] == "3600"
    assert "每小时最多上传 3 个文件，已到上限，请 60 分钟后再上传；这次的文件没有保存。" in refused.content.decode()
    assert Attachment.objects.count() == 2
    assert client.post(url, {"file": _file(3)}).status_code == 302, "what was refused is not counted"
    moment.shift(timedelta(minutes=59))
    part = client.post(url, {"file": _file(4)}, headers=HTMX)
    assert part.status_code == 429 and part["Content-Type"].startswith("text/plain")
    assert part.content.decode() == "每小时最多上传 3 个文件，已到上限，请 1 分钟后再上传；这次的文件没有保存。"
    assert client.post("/scope/", {"scope": "1"}).status_code == 302, "a form without files"
    assert as_("secretary_b").post(f"/activities/{other.pk}/attachments/", {"file": _file()}).status_code == 302
    moment.shift(timedelta(minutes=1))
    assert client.post(url, {"file": _file(4)}).status_code == 302
    assert Attachment.objects.filter(activity=record).count() == 4


def test_every_address_that_takes_files_is_counted(world, as_, settings, moment):
    settings.UPLOADS_PER_HOUR = 1
    take(world.secretary_a.pk, Limit("upload", 1, 3600))
    client = as_("secretary_a")
    for url in (
        "/imports/",
        "/duties/1/report/",
        "/supervision/1/reply/",
        "/sync/stages/1/paper/",
        "/collects/1/answer/1/",
    ):
        assert client.post(url, {"file": _file()}).status_code == 429, url


def test_a_forged_post_uses_up_nobodys_hour(world, settings, moment):
    client = Client(enforce_csrf_checks=True)
    client.cookies[settings.SESSION_COOKIE_NAME] = session_of(world.secretary_a).session_key
    assert client.post("/imports/", {"file": _file()}).status_code == 403
    assert not UsageCount.objects.exists()


@pytest.mark.parametrize("url", ["/search/?q=甲", "/members/?q=甲", "/collects/held/?row=f-0&f-0-label=党员"])
def test_a_search_more_than_a_minute_allows_is_refused_until_the_next(url, world, as_, settings, moment):
    settings.SEARCHES_PER_MINUTE = 10
    client = as_("committee_secretary")
    assert [client.get(url).status_code for _ in range(10)] == [200] * 10
    moment.shift(timedelta(seconds=18))
    refused = client.get(url)
    assert refused.status_code == 429 and refused["Retry-After"] == "42"
    assert "一分钟内最多查找 10 次，请 42 秒后再试。" in refused.content.decode()
    assert client.get(url, headers=HTMX).content.decode() == "一分钟内最多查找 10 次，请 42 秒后再试。"
    assert client.get("/search/").status_code == 200, "without a word nothing is searched"
    assert as_("staff").get(url).status_code == 200
    moment.shift(timedelta(seconds=42))
    assert client.get(url).status_code == 200


@pytest.mark.parametrize(
    "who, url", [("secretary_a", "/appointments/new/?q=staff"), ("leader", "/account/assistants/new/?q=staff")]
)
def test_whom_to_appoint_is_searched_within_the_same_limit_however_it_is_asked(who, url, world, as_, settings, moment):
    """A post answers with the form and what was found: as often as a minute allows searches."""
    settings.SEARCHES_PER_MINUTE = 10
    client = as_(who)
    assert [client.get(url).status_code for _ in range(5)] == [200] * 5
    assert [client.post(url, {"starts": ""}).status_code for _ in range(5)] == [422 if who == "leader" else 200] * 5
    assert client.post(url, {"starts": ""}).status_code == 429 and client.get(url).status_code == 429
    assert client.post(url.partition("?")[0], {"starts": ""}).status_code != 429


def test_a_name_of_an_address_that_looks_up_is_one_of_ours():
    assert set(get_resolver().reverse_dict) >= LOOKUPS


@pytest.mark.django_db(transaction=True)
def test_of_many_at_the_limit_exactly_so_many_pass(live_world):
    assert User.objects.exists()
    limit = Limit("upload", 5, 36_000_000)
    waits = at_once(*[lambda: take(7, limit)] * 8)
    assert sorted(bool(wait) for wait in waits) == [False] * 5 + [True] * 3
    assert UsageCount.objects.get().number == 5


@pytest.mark.skipif(django_settings.IS_POSTGRES, reason="writers of PostgreSQL do not wait for each other")
def test_a_search_is_answered_while_a_long_import_holds_the_writers_up(live_world, monkeypatch):
    waited = []

    def locked(*_):
        with connection.cursor() as cursor:
            waited.append(cursor.execute("PRAGMA busy_timeout").fetchone()[0])
        raise OperationalError("database is locked")

    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 20000")
    monkeypatch.setattr("branches.frame.limits.take", locked)
    client = Client()
    client.cookies[django_settings.SESSION_COOKIE_NAME] = session_of(live_world.staff).session_key
    assert client.get("/search/?q=甲").status_code == 200
    with connection.cursor() as cursor:
        assert (waited, cursor.execute("PRAGMA busy_timeout").fetchone()[0]) == ([0], 20000)
