"""Tables as lines of JSON, one list of columns a row, and back: values in the form of neither database.

Written and read as a stream. What the trail was sealed over (moments to the microsecond, the payload's text) stays as it is.
"""

import base64
import gzip
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from django.apps.registry import Apps
from django.core.management.color import no_style
from django.db import connection, models, transaction
from django.utils.duration import duration_iso_string

from branches.backups.errors import BackupError

# Signs of life, sessions and counts of the minute belong to the processes and browsers of the moment.
LEFT_OUT = frozenset({"sessions.session", "branches.heartbeat", "branches.usagecount", "branches.sentform"})
_ROWS, _CHARACTERS = 500, 4_000_000


def tables(apps: Apps) -> list[type[models.Model]]:
    """Return the models whose tables are kept, those between two models included."""
    found = apps.get_models(include_auto_created=True)
    return [
        model
        for model in found
        if model._meta.managed and not model._meta.proxy and model._meta.label_lower not in LEFT_OUT
    ]


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return duration_iso_string(value)
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(value).decode()
    raise TypeError(f"{type(value).__name__} has no form in a backup")


def dump(model: type[models.Model], path: Path) -> int:
    """Write the rows of a table in the order of their keys; returns how many. The first line names the columns."""
    fields = model._meta.concrete_fields
    chunk = 50 if any(isinstance(field, models.BinaryField) for field in fields) else 2000
    columns = [field.attname for field in fields]
    rows, number = model._base_manager.order_by("pk").values_list(*columns), 0
    # No moment in the head of the file: the same rows are the same bytes.
    with gzip.GzipFile(path, "wb", compresslevel=5, mtime=0) as out:
        out.write((json.dumps(columns) + "\n").encode())
        for row in rows.iterator(chunk_size=chunk):
            out.write((json.dumps(row, ensure_ascii=False, separators=(",", ":"), default=_plain) + "\n").encode())
            number += 1
    return number


def _lines(path: Path) -> Iterator[str]:
    try:
        with gzip.open(path, "rt", encoding="utf-8", newline="\n") as file:
            yield from file
    except (OSError, EOFError, UnicodeDecodeError, gzip.zlib.error) as error:  # type: ignore[attr-defined]
        raise BackupError(f"{path.name} 无法读取（{type(error).__name__}）。") from None


def count(path: Path) -> int:
    """Return how many rows a file of `dump` holds. Raises BackupError where it cannot be read to its end."""
    return sum(1 for _ in _lines(path)) - 1


def _value(field: Any, value: Any) -> Any:
    if value is None or isinstance(field, models.JSONField):
        return value
    if isinstance(field, models.BinaryField):
        return base64.b64decode(value)
    return field.to_python(value)


def load(model: type[models.Model], path: Path) -> int:
    """Insert the rows of a file of `dump` into an empty table, as they were; returns how many.

    Inside the caller's transaction. Nothing of the model runs (no defaults, no save): the columns are what was read.
    """
    lines = _lines(path)
    columns = json.loads(next(lines))
    fields = {field.attname: field for field in model._meta.concrete_fields}
    if set(columns) != set(fields):
        raise BackupError(f"{model._meta.label} 的列与备份不同。")
    batch: list[models.Model] = []
    number = size = 0
    for line in lines:
        values = zip(columns, json.loads(line), strict=True)
        batch.append(model(**{name: _value(fields[name], value) for name, value in values}))
        number, size = number + 1, size + len(line)
        if len(batch) >= _ROWS or size > _CHARACTERS:
            _insert(model, batch)
            batch, size = [], 0
    _insert(model, batch)
    return number


def _insert(model: type[models.Model], rows: list[models.Model]) -> None:
    fields = model._meta.concrete_fields
    step = max(1, min(len(rows), connection.ops.bulk_batch_size(list(fields), rows) or 1)) if rows else 1
    for begin in range(0, len(rows), step):
        # raw: without pre_save, which would put today's moments into automatic columns.
        model._base_manager.all()._insert(rows[begin : begin + step], fields=fields, using="default", raw=True)  # type: ignore[attr-defined]


def reset_sequences(models_: list[type[models.Model]]) -> None:
    """Let the next row of each table get a number above those that were loaded (PostgreSQL; SQLite does so by itself)."""
    with connection.cursor() as cursor:
        for statement in connection.ops.sequence_reset_sql(no_style(), models_):
            cursor.execute(statement)


@contextmanager
def snapshot() -> Iterator[None]:
    """See the database as of one moment while others write: a repeatable read, or SQLite's view of its log; no lock."""
    if connection.in_atomic_block:
        raise transaction.TransactionManagementError("a snapshot begins its own transaction")
    if connection.vendor == "postgresql":
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
        return
    connection.ensure_connection()
    # IMMEDIATE would keep every writer waiting until the backup is done.
    sqlite: Any = connection
    mode, sqlite.transaction_mode = sqlite.transaction_mode, "DEFERRED"
    try:
        with transaction.atomic():
            yield
    finally:
        sqlite.transaction_mode = mode


def size_in_bytes() -> int:
    """Return roughly how large the database is."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT pg_database_size(current_database())")
        else:
            cursor.execute("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
        return int(cursor.fetchone()[0])
