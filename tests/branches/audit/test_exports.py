"""Lists as files: what is too much is noticed before it is built."""

import pytest
from django.db import connection
from django.test import RequestFactory

from branches.audit import exports
from branches.audit.models import AuditEntry
from tests.members.activities.test_races import _at_once


@pytest.fixture
def request_of(world):
    def make():
        request = RequestFactory().post("/")
        request.user, request.session, request.scope, request.appointments = world.staff, {}, None, []
        return request

    return make


assert connection


def lines(taken):
    """Yield lines without end and note each in `taken`."""
    number = 0
    while True:
        taken.append(number)
        yield [number, "甲"]
        number += 1


def send(request, rows):
    return exports.send(request, rows=rows, columns=["号", "名"], name="名单", verb="member.export")


def test_a_list_without_end_is_refused_at_the_first_line_too_many(request_of, monkeypatch):
    monkeypatch.setattr(exports, "MOST_ROWS", 5)
    before, taken = AuditEntry.objects.count(), []
    answer = send(request_of(), lines(taken))
    assert answer.status_code == 429 and "一次最多导出 5 行" in answer.content.decode()
    assert len(taken) == 6 and AuditEntry.objects.count() == before


def test_the_hour_is_checked_before_a_line_is_built(request_of, monkeypatch):
    monkeypatch.setattr(exports, "PER_HOUR", 1)
    assert send(request_of(), [[1, "甲"]]).status_code == 200
    taken = []
    answer = send(request_of(), lines(taken))
    assert answer.status_code == 429 and "一小时内最多导出 1 次" in answer.content.decode()
    assert taken == []


@pytest.mark.postgres
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="needs two connections that write at once")
def test_of_many_exports_at_once_at_the_limit_exactly_one_passes(live_world, monkeypatch):
    monkeypatch.setattr(exports, "PER_HOUR", 3)

    def request():
        made = RequestFactory().post("/")
        made.user, made.session, made.scope, made.appointments = live_world.staff, {}, None, []
        return made

    for _ in range(2):
        send(request(), [[1, "甲"]])
    results = _at_once(*[lambda: send(request(), [[1, "甲"]]).status_code] * 4)
    assert sorted(results) == [200, 429, 429, 429], results
    assert AuditEntry.objects.filter(verb="member.export").count() == 3
