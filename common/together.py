"""Several small reads in one statement: what a page waits for is how often it asks, not how much (docs/performance.md)."""

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BooleanField, DateField, DecimalField, JSONField, QuerySet, TimeField

# {name: a queryset of `values_list`, one of its unions included}
Reads = Mapping[str, QuerySet[Any, Any]]
Rows = list[tuple[Any, ...]]


def read_together(reads: Reads) -> dict[str, Rows]:
    """Return {name: its rows in their order}, as each `values_list` would give them, in one statement.

    For few rows: each read comes back as one text. Columns are whole numbers, decimals, text, days, times, moments, truth values or
    JSON; what else a text would not give back as it was raises TypeError. A read that finds nothing by its own
    conditions is not asked at all.
    """
    fields: dict[str, list[Any]] = {}

    def text(name: str, table: str, columns: list[Any]) -> str:
        fields[name] = [_field_of(name, column) for column in columns]
        return _as_text(table, fields[name])

    found: dict[str, Rows] = {name: [] for name in reads}
    return found | {name: unpacked(answer, fields[name]) for name, answer in _asked(reads, text).items()}


def count_together(reads: Reads) -> dict[str, int]:
    """Return {name: how many rows}, in one statement; a read that is cut at so many rows counts no further."""
    return dict.fromkeys(reads, 0) | _asked(reads, lambda _, table, __: f"(SELECT count(*) FROM {table})")  # nosec B608


def _asked(reads: Reads, expression: Callable[[str, str, list[Any]], str]) -> dict[str, Any]:
    """Return {name: value of its expression} of the reads that can find anything.

    expression: gives the SQL for (name, its table, its columns); the columns are called c0, c1, …
    """
    tables: list[str] = []
    parameters: list[Any] = []
    wanted: dict[str, str] = {}
    for name, rows in reads.items():
        compiler = rows.query.get_compiler(connection.alias)
        try:
            sql, values = compiler.as_sql()
        except EmptyResultSet:
            continue
        columns = [column for column, *_ in compiler.select]
        table = f"read_{len(tables)}"
        wanted[name] = expression(name, table, columns)
        tables.append(f"{table}({_names(len(columns))}) AS ({sql})")
        parameters += values
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {', '.join(tables)} SELECT {', '.join(wanted.values())}", parameters)
        return dict(zip(wanted, cursor.fetchone(), strict=True))


def unpacked(text: str | None, fields: list[Any]) -> Rows:
    """Return the rows of one read: text, a JSON list of lists; fields: those whose values JSON does not give as they are."""
    rows = json.loads(text or "[]")
    odd = [(place, field) for place, field in enumerate(fields) if field is not None]
    for row in rows:
        for place, field in odd:
            row[place] = _value(field, row[place])
    return [tuple(row) for row in rows]


def _value(field: Any, value: Any) -> Any:
    if isinstance(field, JSONField):
        # SQLite keeps it as text.
        return json.loads(value) if isinstance(value, str) else value
    if isinstance(field, DecimalField) and value is not None:
        # As Django itself reads it of a database that keeps it as a floating number.
        return Decimal(value).quantize(Decimal(1).scaleb(-field.decimal_places))
    found = field.to_python(value) if value is not None else None
    # SQLite keeps moments without their zone, in UTC.
    return found.replace(tzinfo=UTC) if isinstance(found, datetime) and found.tzinfo is None else found


def _field_of(name: str, column: Any) -> Any:
    """Return the field whose values have to be made from JSON's, None for text and whole numbers. name: of the read."""
    field = column.output_field
    kind = field.get_internal_type()
    if kind in ("FloatField", "DurationField", "UUIDField", "BinaryField"):
        raise TypeError(f"{name}: a {kind} is not read together")
    return field if isinstance(field, DateField | TimeField | BooleanField | DecimalField | JSONField) else None


def _names(number: int) -> str:
    return ", ".join(f"c{place}" for place in range(number))


def _as_text(table: str, fields: list[Any]) -> str:
    """Return the expression that gives a table's rows as text, in the words of this database. fields: of its columns, as `_field_of`."""
    # JSON's numbers are read as floating ones, which would not give a decimal back.
    columns = ", ".join(
        f"CAST(c{place} AS text)" if isinstance(field, DecimalField) else f"c{place}"
        for place, field in enumerate(fields)
    )
    if connection.vendor == "postgresql":
        return f"(SELECT CAST(json_agg(json_build_array({columns})) AS text) FROM {table})"  # nosec B608
    return f"(SELECT json_group_array(json_array({columns})) FROM {table})"  # nosec B608


def read_or_each(small: Reads, large: Reads, *, few: bool) -> dict[str, Any]:
    """Return {name: rows} of all these reads: in one statement when `few`, else each of the large ones by its own."""
    if few:
        return read_together({**small, **large})
    return {**read_together(small), **large}
