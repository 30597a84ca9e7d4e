"""Every address of the matrix opened once by everybody; rights, headers and masked numbers are looked at in one answer.

Opening all pages as all of the cast is the dearest thing the suite does, and several tests ask for the same answers. They
are kept as plain data, by url name; tests of one name run in one process (tests/groups.py), so that nothing is opened twice.
"""

import io
import re
import zipfile
from dataclasses import dataclass
from functools import cache

from django.apps import apps
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from tests.matrix import EVERYBODY, all_rows

ROWS = all_rows()
# A whole identity or telephone number.
LONG = re.compile(r"(?<![0-9A-Za-z])(\d{17}[\dXx]|1\d{10})(?![0-9A-Za-z])")
# Bookkeeping of the login itself, and how often an account searched this minute (control C64).
UNCOUNTED = {
    "sessions.session",
    "axes.accessattempt",
    "axes.accesslog",
    "axes.accessfailurelog",
    "branches.usagecount",
    "branches.sentform",
}
_opened, _posted = {}, {}


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict
    numbers: tuple


def names(chosen):
    """Return the url names, in order, whose row `chosen` accepts."""
    return [name for name, row in sorted(ROWS.items()) if chosen(row)]


def address(row, name, world):
    return reverse(name, kwargs=row.kwargs(world)) + row.query


def client_of(as_, who):
    return Client(raise_request_exception=False) if who == "anonymous" else as_(who)


def row_counts():
    """Return {table: rows} of every table of the product, in one statement."""
    with connection.cursor() as cursor:
        cursor.execute(_counting())
        return dict(cursor.fetchall())


@cache
def _counting():
    models = [model._meta for model in apps.get_models() if model._meta.managed and not model._meta.proxy]
    tables = [meta.db_table for meta in models if meta.label_lower not in UNCOUNTED]
    return " UNION ALL ".join(f"SELECT '{table}', COUNT(*) FROM {table}" for table in tables)


def visible(answer):
    """Return the text of a page or of a file; of a workbook or a document every text of every part."""
    text = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if text[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(text)) as book:
            parts = [book.read(name).decode() for name in book.namelist() if name.endswith(".xml")]
        return "\n".join(re.sub(r"<[^>]*>", "\n", part) for part in parts)
    return text.decode("utf-8", "replace")


def opened(name, world, as_):
    """Return ({who: Answer}, whether any of it wrote) of a GET by everybody, one after the other on the same rows."""
    if name not in _opened:
        with transaction.atomic():
            url = address(ROWS[name], name, world)
            before = row_counts()
            answers = {who: _noted(client_of(as_, who).get(url)) for who in EVERYBODY}
            _opened[name] = answers, row_counts() != before
            # Whoever asks for the POST next makes the same rows once more.
            transaction.set_rollback(True)
    return _opened[name]


def posted(name, world, as_):
    """Return ({who: Answer}, who of them wrote) of a POST by everybody; each is undone: all meet the same state."""
    if name not in _posted:
        url, data = address(ROWS[name], name, world), ROWS[name].data(world)
        answers, writers, before = {}, set(), row_counts()
        for who in EVERYBODY:
            client = client_of(as_, who)
            with transaction.atomic():
                answers[who] = _noted(client.post(url, data))
                if row_counts() != before:
                    writers.add(who)
                transaction.set_rollback(True)
        _posted[name] = answers, writers
    return _posted[name]


def _noted(answer):
    return Answer(answer.status_code, dict(answer.items()), tuple(LONG.findall(visible(answer))))
