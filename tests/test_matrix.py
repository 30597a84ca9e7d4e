"""url × role: every address answers each member of the cast as its row in tests/matrix says (control C10).

A new url needs a row in tests/matrix/<subject>.py; how to write one stands in tests/matrix/__init__.py.
"""

from functools import cache

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from tests.matrix import EVERYBODY, all_rows

ROWS = all_rows()
# Bookkeeping of the login itself.
UNCOUNTED = {"sessions.session", "axes.accessattempt", "axes.accesslog", "axes.accessfailurelog"}


def patterns(resolver=None):
    """Yield the named URLPatterns of the installation."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLPattern):
            yield entry
        else:
            yield from patterns(entry)


def named():
    return {entry.name: entry for entry in patterns()}


def address(row, name, world):
    return reverse(name, kwargs=row.kwargs(world)) + row.query


def row_counts():
    """Return {table: rows} of every table of the product, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT '{table}', COUNT(*) FROM {table}" for table in tables()))
        return dict(cursor.fetchall())


@cache
def tables():
    models = [model._meta for model in apps.get_models() if model._meta.managed and not model._meta.proxy]
    return [meta.db_table for meta in models if meta.label_lower not in UNCOUNTED]


def client_of(as_, who):
    return Client(raise_request_exception=False) if who == "anonymous" else as_(who)


def test_every_url_has_a_name_and_a_row_and_every_row_a_url():
    unnamed = [str(entry.pattern) for entry in patterns() if not entry.name]
    assert not unnamed
    urls = set(named())
    assert urls - set(ROWS) == set(), "urls without a row in tests/matrix"
    assert set(ROWS) - urls == set(), "rows without a url"


def test_the_grave_urls_are_those_that_ask_for_the_password_again():
    grave = {name for name, entry in named().items() if getattr(entry.callback, "grave", False)}
    assert {name for name, row in ROWS.items() if row.grave} == grave


def test_no_view_is_exempt_from_csrf():
    assert [name for name, entry in named().items() if getattr(entry.callback, "csrf_exempt", False)] == []


@pytest.mark.parametrize("name", sorted(name for name, row in ROWS.items() if row.get))
def test_get_answers_each_role_as_its_row_says_and_writes_nothing(name, world, as_):
    row = ROWS[name]
    url = address(row, name, world)
    clients = {who: client_of(as_, who) for who in EVERYBODY}
    before = row_counts()
    answers = {who: client.get(url).status_code for who, client in clients.items()}
    after = row_counts()
    assert answers == {who: row.expected("get", who) for who in EVERYBODY}
    assert after == before


@pytest.mark.parametrize("name", sorted(name for name, row in ROWS.items() if row.post))
def test_post_answers_each_role_as_its_row_says_and_writes_only_for_those_let_in(name, world, as_):
    row = ROWS[name]
    url, data = address(row, name, world), row.data(world)
    wrong = {}
    for who in EVERYBODY:
        client = client_of(as_, who)
        with transaction.atomic():
            before = row_counts()
            status = client.post(url, data).status_code
            written = row_counts() != before
            transaction.set_rollback(True)
        expected = row.expected("post", who)
        if status != expected or (written and (status >= 400 or (who == "anonymous" and not row.public))):
            wrong[who] = f"{status}, expected {expected}, written: {written}"
    assert wrong == {}


@pytest.mark.parametrize("name", sorted(name for name, row in ROWS.items() if row.grave))
def test_a_grave_url_asks_for_the_password_when_the_proof_is_older_than_ten_minutes(name, world, as_):
    row = ROWS[name]
    method = "post" if row.post else "get"
    allowed = [who for who in EVERYBODY if who != "anonymous" and row.expected(method, who) in (200, 302)]
    assert allowed
    url, data = address(row, name, world), row.data(world)
    for who in allowed:
        client = as_(who)
        stored = client.session
        stored["confirmed"] -= 601
        stored.save()
        before = row_counts()
        answer = getattr(client, method)(url, data)
        assert answer.status_code == 302, who
        assert answer["Location"].startswith(reverse("confirm_password")), who
        assert row_counts() == before
