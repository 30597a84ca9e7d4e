"""Writes lists that are safe to open (security control C40): text is never a formula."""

import csv
import datetime
import io
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import IO, Any

import xlsxwriter

_FORMULA = re.compile(r"^'*(?:\s*[=+\-@＝＋－＠]|[\t\r\n])")
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MAX_CELL = 32_767
# Text stays text, whatever it looks like.
BOOK_OPTIONS = {
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": True,
}
_MAX_WIDTH = 48

# A heading, or the key of a row with its heading; a row in the order of the columns, or by key.
Column = str | tuple[str, str]
Line = Sequence[Any] | Mapping[str, Any]


def safe_cell(value: object) -> str | int | float:
    """Return a value for a CSV cell: text that a spreadsheet would take for a formula gets a leading `'`."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int | float):
        return value
    if isinstance(value, datetime.datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    if isinstance(value, datetime.date):
        return value.isoformat()
    text = str(value).replace("\0", "")
    return "'" + text if _FORMULA.match(text) else text


def _heads(columns: Sequence[Column]) -> list[str]:
    return [c if isinstance(c, str) else c[1] for c in columns]


def _cells(row: Line, columns: Sequence[Column]) -> list[Any]:
    if isinstance(row, dict):
        return [row.get(c if isinstance(c, str) else c[0]) for c in columns]
    return list(row)


def write_csv(rows: Iterable[Line], columns: Sequence[Column], file: IO[bytes]) -> None:
    """Write `rows` to the binary `file` as UTF-8 with BOM.

    `columns`: headings, or (key, heading) pairs; each row is a sequence in their order or a dict by key.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)

    def flush() -> None:
        file.write(buffer.getvalue().encode("utf-8", "replace"))
        buffer.seek(0)
        buffer.truncate()

    file.write(b"\xef\xbb\xbf")
    writer.writerow([safe_cell(head) for head in _heads(columns)])
    for number, row in enumerate(rows):
        writer.writerow([safe_cell(value) for value in _cells(row, columns)])
        if number % 500 == 499:
            flush()
    flush()


def width(text: str) -> int:
    """Return how many narrow characters wide a text is: a Chinese one counts twice."""
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def write_xlsx(
    rows: Iterable[Line], columns: Sequence[Column], file: IO[bytes], *, title: str = "", notes: Iterable[str] = ()
) -> None:
    """Write `rows` to the binary `file` as a workbook of one sheet with the heading row frozen.

    `columns` and rows as in `write_csv`; `title`: name of the sheet; `notes`: lines above the headings (who
    exported, when). Memory stays flat: rows go to disk one by one, so column widths come from headings and
    the first 200 rows.
    """
    book = xlsxwriter.Workbook(file, {**BOOK_OPTIONS, "constant_memory": True})
    sheet = book.add_worksheet(re.sub(r"[\[\]:*?/\\']", " ", title).strip()[:31] or "Sheet1")
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "vcenter", "border": 1})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})
    heads = _heads(columns)
    rows = iter(rows)
    sample = [_cells(row, columns) for _, row in zip(range(200), rows, strict=False)]
    for index, head in enumerate(heads):
        longest = max([width(head), *(width(str(safe_cell(r[index]))[:60]) for r in sample if index < len(r))])
        sheet.set_column(index, index, min(max(longest + 2, 8), _MAX_WIDTH))
    top = 0
    for note in notes:
        sheet.write_string(top, 0, _xml_text(note))
        top += 1
    for index, head in enumerate(heads):
        sheet.write_string(top, index, _xml_text(head), bold)
    sheet.freeze_panes(top + 1, 0)
    number = top + 1
    for cells in sample:
        _write_row(sheet, number, cells, day, moment)
        number += 1
    for row in rows:
        _write_row(sheet, number, _cells(row, columns), day, moment)
        number += 1
    book.close()


def _xml_text(value: object) -> str:
    return _NOT_XML.sub("", str(value))[:_MAX_CELL]


def _write_row(sheet: Any, number: int, cells: Sequence[Any], day: Any, moment: Any) -> None:
    for index, value in enumerate(cells):
        if value is None or value == "":
            continue
        if isinstance(value, bool):
            sheet.write_string(number, index, "是" if value else "否")
        elif isinstance(value, int | float) and abs(value) < 1e15:
            sheet.write_number(number, index, value)
        elif isinstance(value, datetime.datetime):
            sheet.write_datetime(number, index, value.replace(tzinfo=None), moment)
        elif isinstance(value, datetime.date) and value.year >= 1900:
            sheet.write_datetime(number, index, value, day)
        else:
            sheet.write_string(number, index, _xml_text(value))
