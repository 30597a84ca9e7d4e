"""Several small reads in one statement: what a page waits for is how often it asks, not how much (docs/performance.md)."""

import json
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import BooleanField, DateField, DateTimeField, JSONField, QuerySet

# {name: a queryset of `values_list`, one of its unions included}
Reads = Mapping[str, QuerySet[Any, Any]]
Rows = list[tuple[Any, ...]]


def read_together(reads: Reads) -> dict[str, Rows]:
    """Return {name: its rows in their order}, as each `values_list` would give them, in one statement.

    For few rows: each read comes back as one text. Columns are whole numbers, text, days, truth values or JSON; what else
    a text would not give back as it was (moments, decimals) raises TypeError. A read that finds nothing by its own
    conditions is not asked at all.
    """
    found: dict[str, Rows] = {name: [] for name in reads}
    tables: list[str] = []
    parameters: list[Any] = []
    columns: dict[str, list[Any]] = {}
    for name, rows in reads.items():
        compiler = rows.query.get_compiler(connection.alias)
        try:
            sql, values = compiler.as_sql()
        except EmptyResultSet:
            continue
        columns[name] = [_field_of(name, one) for one, *_ in compiler.select]
        tables.append(f"{_table(len(columns))}({', '.join(_names(columns[name]))}) AS ({sql})")
        parameters += values
    if not columns:
        return found
    texts = ", ".join(_as_text(number, fields) for number, fields in enumerate(columns.values(), 1))
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {', '.join(tables)} SELECT {texts}", parameters)
        answer = cursor.fetchone()
    for (name, fields), text in zip(columns.items(), answer, strict=True):
        found[name] = unpacked(text, fields)
    return found


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
    return field.to_python(value) if value is not None else None


def _field_of(name: str, column: Any) -> Any:
    """Return the field whose values have to be made from JSON's, None for text and whole numbers. name: of the read."""
    field = column.output_field
    kind = field.get_internal_type()
    if isinstance(field, DateTimeField) or kind in (
        "DecimalField",
        "FloatField",
        "TimeField",
        "UUIDField",
        "BinaryField",
    ):
        raise TypeError(f"{name}: a {kind} is not read together")
    return field if isinstance(field, DateField | BooleanField | JSONField) else None


def _table(number: int) -> str:
    return f"read_{number}"


def _names(fields: list[Any]) -> list[str]:
    return [f"c{place}" for place in range(len(fields))]


def _as_text(number: int, fields: list[Any]) -> str:
    """Return the expression that gives one table's rows as text, in the words of this database."""
    names = ", ".join(_names(fields))
    if connection.vendor == "postgresql":
        return f"(SELECT CAST(json_agg(json_build_array({names})) AS text) FROM {_table(number)})"
    return f"(SELECT json_group_array(json_array({names})) FROM {_table(number)})"


def read_or_each(small: Reads, large: Reads, *, few: bool) -> dict[str, Any]:
    """Return {name: rows} of all these reads: in one statement when `few`, else each of the large ones by its own."""
    if few:
        return read_together({**small, **large})
    return {**read_together(small), **large}
