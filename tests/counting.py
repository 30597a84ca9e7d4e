"""Count what a block asks of the database: statements, and rows that come back."""

from contextlib import contextmanager
from dataclasses import dataclass
from unittest import mock

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.test.utils import CaptureQueriesContext

from common import together


@dataclass
class Asked:
    statements: int = 0
    rows: int = 0


@contextmanager
def asked():
    """Yield an Asked that is complete when the block has ended."""
    count = Asked()

    def one(self):
        row = self.cursor.fetchone()
        count.rows += row is not None
        return row

    def many(self, *arguments):
        rows = self.cursor.fetchmany(*arguments)
        count.rows += len(rows)
        return rows

    def whole(self):
        rows = self.cursor.fetchall()
        count.rows += len(rows)
        return rows

    def unpacked(*arguments, of=together.unpacked):
        rows = of(*arguments)
        count.rows += len(rows)
        return rows

    # The log of a connection ends at some thousands: what it holds of earlier blocks would leave none for this one.
    connection.queries_log.clear()
    with (
        # Several reads come as one row.
        mock.patch.object(together, "unpacked", unpacked),
        mock.patch.object(CursorWrapper, "fetchone", one, create=True),
        mock.patch.object(CursorWrapper, "fetchmany", many, create=True),
        mock.patch.object(CursorWrapper, "fetchall", whole, create=True),
        CaptureQueriesContext(connection) as seen,
    ):
        yield count
    count.statements = len(seen)
