"""Odd input at every address: no answer is a server error, and a refused one writes nothing.

Each named url is asked as somebody who is let in (its row in tests/matrix), with the fields that its own page draws. Some
of them get odd values, the others what the page proposes; the choice is seeded by the url's name, so a failure repeats.
"""

import random
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from tests.examples import part
from tests.matrix import EVERYBODY, all_rows
from tests.test_matrix import row_counts

ROWS = all_rows()
ROOMS = ("common", "branches", "members", "responsibilities", "assessments")
# It ends the session, it answers for the machine, it fills all facts each time; nobody is let in without a provider
# (tests/security/test_single_sign_on.py asks them).
LEFT_OUT = {"logout", "readyz", "dashboard_update", "sso_start", "sso_callback"}
# Odd queries and bodies for each url beside those that are the same everywhere; more find more, and take longer.
TURNS = 1
ODD = [
    "",
    " ",
    "\u3000",
    "文" * 5000,
    "9" * 5000,
    "a\x00b",
    "-1",
    "0",
    "99999999999999999999",
    "9223372036854775808",
    "1.5",
    "1e400",
    "NaN",
    "²",
    "١٢",
    "１２",
    "0001-01-01",
    "9999-12-31",
    "2026-02-29",
    "2026-13-45",
    "20260231",
    "2026Q9",
    "0000",
    "9999",
    "9999Q4",
    "0001-01",
    "1-1",
    "[]",
    "{}",
    "' OR 1=1 --",
    "<script>alert(1)</script>",
    "%00",
    "%",
    "_",
    "😀",
    "\u202e右",
    "on",
    "None",
    "true",
    "../../etc/passwd",
    "25:61",
    "00:00",
    "\r\nSet-Cookie: a=b",
]
# Python calls them digits and refuses to make a number of them.
NO_NUMBERS = ("²", "9" * 5000)
_ASKED = re.compile(r"(?:GET|POST)(?:\.get|\.getlist)?[(\[]\"([a-z_-]+)\"")


def asked_by_views():
    """The names that views read from addresses and bodies by themselves."""
    found = set()
    for room in ROOMS:
        for path in Path(room).rglob("*.py"):
            found.update(_ASKED.findall(path.read_text()))
    return sorted(found)


NAMES = asked_by_views()


class Fields(HTMLParser):
    """Collects {name: proposed value} of the fields that a page draws: something that fits where the page has nothing."""

    FITTING = {"date": "2026-11-03", "number": "1", "time": "09:00", "file": "", "hidden": ""}

    def __init__(self, html):
        super().__init__()
        self.found, self._open = {}, None
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        name, value = attrs.get("name"), attrs.get("value")
        if tag == "option" and self._open:
            if "selected" in attrs or not self.found[self._open]:
                self.found[self._open] = value or ""
        elif name and name != "csrfmiddlewaretoken" and "disabled" not in attrs:
            if tag == "input" and attrs.get("type") in ("checkbox", "radio"):
                if name not in self.found or "checked" in attrs:
                    self.found[name] = value or "on"
            elif tag == "input":
                self.found[name] = value or self.FITTING.get(attrs.get("type"), "一些内容")
            elif tag in ("select", "textarea"):
                self.found[name], self._open = "", name

    def handle_data(self, data):
        if self._open and self.lasttag == "textarea":
            self.found[self._open] += data

    def handle_endtag(self, tag):
        if tag in ("select", "textarea") and self._open:
            self.found[self._open] = self.found[self._open].strip() or ("一些内容" if tag == "textarea" else "")
            self._open = None


def let_in(row, method):
    who = [one for one in EVERYBODY if row.expected(method, one) in (200, 302, 409, 410, 422)]
    wide = ("staff", "committee_secretary", "secretary_a", "party_secretary", "administrator", "auditor")
    return next((one for one in wide if one in who), who[0] if who else None)


def client_of(as_, who):
    client = Client() if who == "anonymous" else as_(who)
    client.raise_request_exception = False
    return client


def odd(chance, names, proposed, many):
    """Return a body or query: what is proposed, with some names odd, some of them twice, some missing."""
    data = dict(proposed)
    for name in chance.sample(names, min(len(names), many)):
        data[name] = chance.choice(ODD) if chance.random() < 0.85 else [chance.choice(ODD) for _ in range(3)]
        if chance.random() < 0.1:
            del data[name]
    return data


def no_numbers(names):
    return {name: NO_NUMBERS[place % 2] for place, name in enumerate(names)}


def chance_of(name, turn):
    return random.Random(f"{name}/{turn}")


@pytest.mark.parametrize("name", part(sorted(set(ROWS) - LEFT_OUT)))
def test_odd_input_is_answered_and_what_is_refused_writes_nothing(name, world, as_):
    row = ROWS[name]
    kwargs, data = row.kwargs(world), dict(row.data(world))
    url, drawn = reverse(name, kwargs=kwargs) + row.query, {}
    if row.get:
        client = client_of(as_, let_in(row, "get"))
        page = client.get(url)
        if "html" in page.get("Content-Type", ""):
            drawn = Fields(page.content.decode()).found
        odd_addresses(name, client, reverse(name, kwargs=kwargs), sorted({*NAMES, *drawn}))
    if row.post:
        client = client_of(as_, let_in(row, "post"))
        odd_bodies(name, client, url, drawn | data)
    ids_of_no_row(row, client, name, kwargs, data)


def odd_addresses(name, client, url, names):
    for turn, query in enumerate(
        [no_numbers(names), *[odd(chance_of(name, turn), names, {}, 12) for turn in range(TURNS)]]
    ):
        headers = {"HX-Request": "true"} if turn % 2 else {}
        assert client.get(url, query, headers=headers).status_code < 500, query


def odd_bodies(name, client, url, proposed):
    names, before = sorted({*NAMES, *proposed}), row_counts()

    def post(body, **options):
        with transaction.atomic():
            answer = client.post(url, body, **options)
            assert answer.status_code < 500, body
            assert answer.status_code < 400 or row_counts() == before, body
            transaction.set_rollback(True)

    post(proposed | no_numbers(names))
    for turn in range(TURNS):
        chance = chance_of(name, turn)
        body = odd(chance, sorted(proposed) or names, proposed, chance.choice([1, 1, 2, 3, 40]))
        post(body)
    for body, kind in (('{"a": [1', "application/json"), ("--x", "multipart/form-data; boundary=x")):
        post(body, content_type=kind)


def ids_of_no_row(row, client, name, kwargs, data):
    for key in [key for key, value in kwargs.items() if isinstance(value, int)]:
        for number in (0, 2**63):
            url = reverse(name, kwargs=kwargs | {key: number}) + row.query
            answer = client.get(url) if row.get else client.post(url, data)
            assert answer.status_code == 404, url
