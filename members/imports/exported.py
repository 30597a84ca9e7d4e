"""A list of activities that goes back in as the product exported it: its rows are recorded already, word for word."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from branches.imports.places import Place
from branches.imports.report import Plan
from common.tabular.reader import Row
from common.text import cell_text, parse_date
from members.activities.models import Activity
from members.activities.selectors.export import OWN_COLUMNS, PREFETCHED, READ, activity_row
from members.activities.selectors.records import figures_for

CHUNK = 400
Key = tuple[Place, date]


def as_exported(plan: Plan, places: Any) -> dict[int, Key]:
    """Return {row number: (Place, day)} of the rows that read as the export of a record does, of whatever state.

    Such a row says nothing new: it is not planned, and no hint is given about it. None of another file. Read a few hundred
    rows at a time.
    """
    table = plan.table
    if table is None or not set(OWN_COLUMNS) <= set(table.unknown) or not set(READ) <= set(table.matched):
        return {}
    return {number: key for rows in _chunks(table.rows) for number, key in _same(rows, places)}


def _chunks(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    for start in range(0, len(rows), CHUNK):
        yield rows[start : start + CHUNK]


def _same(rows: Sequence[Row], places: Any) -> Iterator[tuple[int, Key]]:
    keys = {row.number: key for row in rows if (key := _key(row, places))}
    records = Activity.objects.filter(
        organisation__in={place.pk for place, _ in keys.values()}, day__in={day for _, day in keys.values()}
    )
    records = records.select_related("organisation", "chair").prefetch_related(*PREFETCHED).order_by("pk")
    known = {
        (record.organisation_id, record.day, _text(activity_row(record)[: len(READ)]))
        for record in figures_for(list(records))
    }
    for row in rows:
        if row.number not in keys:
            continue
        place, day = key = keys[row.number]
        if (place.pk, day, _text([row.values.get(name) for name in READ])) in known:
            yield row.number, key


def _key(row: Row, places: Any) -> Key | None:
    """Return (Place, day) of a row, None where it names none that is there."""
    if row.problems:
        return None
    try:
        place = places.find(row.values.get("organisation"))
        return (place, parse_date(row.values.get("date"))) if place.pk else None
    except ValueError:
        return None


def _text(cells: Sequence[Any]) -> tuple[str, ...]:
    """Return cells as they are compared. The first two are the day and the organisation, which are compared apart."""
    return tuple(cell_text("" if cell is None else cell) for cell in cells[2:])
