"""Every address of the matrix opened once by everybody; rights, headers and masked numbers are looked at in one answer.

Opening all pages as all of the cast is the dearest thing the suite does, and several tests ask for the same answers. They
are kept as plain data, by url name; tests of one name run in one process (`names`), so that nothing is opened twice.
"""

import io
import re
import zipfile
from dataclasses import dataclass

import pytest
from django.apps import apps
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from tests.matrix import EVERYBODY, all_rows

ROWS = all_rows()
# A whole identity or telephone number.
LONG = re.compile(r"(?<![0-9A-Za-z])(\d{17}[\dXx]|1\d{10})(?![0-9A-Za-z])")
# Bookkeeping of the login itself.
UNCOUNTED = {"sessions.session", "axes.accessattempt", "axes.accesslog", "axes.accessfailurelog"}
_opened, _posted = {}, {}


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict
    numbers: tuple
    wrote: bool


def names(chosen):
    """Return the parameters of a test over the url names whose row `chosen` accepts."""
    return [
        pytest.param(name, id=name, marks=pytest.mark.xdist_group(f"url-{name}"))
        for name, row in sorted(ROWS.items())
        if chosen(row)
    ]


def address(row, name, world):
    return reverse(name, kwargs=row.kwargs(world)) + row.query


def client_of(as_, who):
    return Client(raise_request_exception=False) if who == "anonymous" else as_(who)


def row_counts():
    """Return {table: rows} of every table of the product, in one statement."""
    models = [model._meta for model in apps.get_models() if model._meta.managed and not model._meta.proxy]
    tables = [meta.db_table for meta in models if meta.label_lower not in UNCOUNTED]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT '{table}', COUNT(*) FROM {table}" for table in tables))
        return dict(cursor.fetchall())


def visible(answer):
    """Return the text of a page or of a file; of a workbook or a document every text of every part."""
    text = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if text[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(text)) as book:
            parts = [book.read(name).decode() for name in book.namelist() if name.endswith(".xml")]
        return "\n".join(re.sub(r"<[^>]*>", "\n", part) for part in parts)
    return text.decode("utf-8", "replace")


def opened(name, world, as_):
    """Return {who: Answer} of a GET by everybody, one after the other on the same rows."""
    if name not in _opened:
        url = address(ROWS[name], name, world)
        _opened[name] = {who: _ask(client_of(as_, who).get, url) for who in EVERYBODY}
    return _opened[name]


def posted(name, world, as_):
    """Return {who: Answer} of a POST by everybody; each is undone, so that all meet the same state."""
    if name not in _posted:
        url, data = address(ROWS[name], name, world), ROWS[name].data(world)
        answers = {}
        for who in EVERYBODY:
            client = client_of(as_, who)
            with transaction.atomic():
                answers[who] = _ask(client.post, url, data)
                transaction.set_rollback(True)
        _posted[name] = answers
    return _posted[name]


def _ask(method, *request):
    before = row_counts()
    answer = method(*request)
    wrote = row_counts() != before
    return Answer(answer.status_code, dict(answer.items()), tuple(LONG.findall(visible(answer))), wrote)
