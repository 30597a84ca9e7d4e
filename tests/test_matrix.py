"""url × role: every address answers each member of the cast as its row in tests/matrix says (control C10).

A new url needs a row in tests/matrix/<subject>.py; how to write one stands in tests/matrix/__init__.py.
"""

import pytest
from django.urls import URLPattern, get_resolver, reverse

from tests.answers import ROWS, address, names, opened, posted, row_counts
from tests.matrix import EVERYBODY


def patterns(resolver=None):
    """Yield the named URLPatterns of the installation."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLPattern):
            yield entry
        else:
            yield from patterns(entry)


def named():
    return {entry.name: entry for entry in patterns()}


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


@pytest.mark.parametrize("name", names(lambda row: row.get))
def test_get_answers_each_role_as_its_row_says_and_writes_nothing(name, world, as_):
    answers, wrote = opened(name, world, as_)
    assert {who: answer.status for who, answer in answers.items()} == {
        who: ROWS[name].expected("get", who) for who in EVERYBODY
    }
    assert not wrote


@pytest.mark.parametrize("name", names(lambda row: row.post))
def test_post_answers_each_role_as_its_row_says_and_writes_only_for_those_let_in(name, world, as_):
    row, wrong = ROWS[name], {}
    answers, writers = posted(name, world, as_)
    for who, answer in answers.items():
        expected = row.expected("post", who)
        uninvited = answer.status >= 400 or (who == "anonymous" and not row.public)
        if answer.status != expected or (who in writers and uninvited):
            wrong[who] = f"{answer.status}, expected {expected}, written: {who in writers}"
    assert wrong == {}


@pytest.mark.parametrize("name", names(lambda row: row.grave))
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
