"""Many new rows written at once: PostgreSQL is handed them as one copy, which costs it and us a fraction of a statement's values."""

import io
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models

# Fewer are written as quickly by an ordinary statement, of which a copy is none that is counted.
MANY = 200
BATCH = 2000
# What the text format of COPY gives a meaning to.
_MARKS = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def rows_add(model: type[models.Model], columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Write rows that are not there yet; part of the caller's transaction, no signals.

    columns: attribute names of plain fields, each the column's own name; what is not named has its database default, or Django's.
    rows: values in that order: texts, whole numbers, dates, booleans, None. Raises IntegrityError where one is there.
    """
    if connection.vendor != "postgresql" or len(rows) < MANY:
        made = (model(**dict(zip(columns, row, strict=True))) for row in rows)
        model._default_manager.bulk_create(made, batch_size=BATCH)
        return
    quote = connection.ops.quote_name
    file = io.StringIO("".join(_lines(rows)))
    with connection.cursor() as cursor:
        cursor.copy_expert(f"COPY {quote(model._meta.db_table)} ({', '.join(map(quote, columns))}) FROM STDIN", file)


def _lines(rows: Iterable[Sequence[Any]]) -> Iterable[str]:
    for row in rows:
        yield "\t".join(map(_text, row))
        yield "\n"


def _text(value: Any) -> str:
    """Return a value as COPY reads it."""
    if value is None:
        return "\\N"
    if isinstance(value, str):
        return value.translate(_MARKS)
    return str(value)
