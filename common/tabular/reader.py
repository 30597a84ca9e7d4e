"""Reads a ledger into rows of known fields (security controls C35–C39; limits: section 6b).

The file is pre-checked here, unpacked in a child process under limits, and understood here again: sheets,
heading rows, fields, and the rows that are no records.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import IO, Any

from common import progress
from common.tabular.headings import Field, Heading, Matches, UnknownColumn, display, match
from common.tabular.layout import MAX_LEVELS, SEARCHED_ROWS, Grid, titles_above, why_not_a_record
from common.text import cell_text, clean_text, fold, quoted
from common.uploads.archives import MAX_FILE, RefusedFile, check_workbook

CHILD = Path(__file__).with_name("child.py")
WALL_SECONDS = 90
LOOK_SECONDS = 0.5  # how often it is asked, while the child works, whether the import goes on
MAX_ROWS = 10_000
MAX_COLUMNS = 60
LIKELY_ROWS = 12
CUT_OFF = 8  # points against a reading that leaves a row of sub-headings among the data
_SIDE_SHEETS = ("说明", "示例", "样例", "样表", "范例", "模板", "字典", "下拉", "选项", "参考", "代码表")


# A path, the bytes themselves, or an open binary file.
Source = str | Path | bytes | bytearray | memoryview | IO[bytes]


class UnreadableFile(ValueError):
    """The file as a whole cannot be used; the text is one Chinese sentence.

    words: the texts of its first rows, where it was opened and its headings fit nothing.
    """

    def __init__(self, text: str, words: Sequence[str] = ()) -> None:
        super().__init__(text)
        self.words = words


@dataclass
class Row:
    """One record: `number` as the spreadsheet numbers the row, `values` raw by field name (text, number,
    date, None),
    `problems` {field: sentence} for cells that hold an error value."""

    number: int
    values: dict[str, Any]
    problems: dict[str, str] = field(default_factory=dict)


@dataclass
class Table:
    """What was read.

    `matched`: {field: heading as the file has it}; `how`: {field: exact | alike | by hand | by content};
    `unknown`: headings nobody asked for; `missing`: required fields without a column (only with
    strict=False); `dropped`: [(row number, reason)] of rows that are no records; `others`: further sheets
    that look like the same table; `cut`: something stands right of the columns that are read; `words`: the
    texts of the sheet's first rows, headings among them.
    """

    rows: list[Row]
    matched: dict[str, str]
    how: dict[str, str]
    unknown: list[str]
    missing: list[str]
    sheet: str
    dropped: list[tuple[int, str]] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    cut: bool = False
    words: list[str] = field(default_factory=list)


def read_table(
    source: Source,
    filename: str | Path,
    fields: Sequence[Field],
    columns: Mapping[str, str] | None = None,
    *,
    sheet: str | None = None,
    strict: bool = True,
) -> Table:
    """Return the Table found in a .xlsx or .csv file.

    `source`: path, bytes or binary file; `filename`: tells the kind; `fields`: list of Field; `columns`:
    {heading:
    field name} by hand; `sheet`: title of the sheet to read, else the one that fits best.
    Raises UnreadableFile; with `strict=False` a missing required column is left in Table.missing instead.
    """
    grids = [
        Grid(s["title"], s["visible"], [(n, _cells(c)) for n, c in s["rows"]], s["merges"], cut=s["cut"])
        for s in _unpack(_bytes(source), filename)
    ]
    if sheet is not None:
        grids = [g for g in grids if fold(g.title) == fold(sheet)]
        if not grids:
            raise UnreadableFile(f"文件中没有名为{quoted(sheet)}的工作表。")
    if not any(g.rows for g in grids):
        raise UnreadableFile(f"{_sheets(grids)}没有内容，请在第一行写标题、从第二行起填写，或下载空表填写后再上传。")
    layouts = sorted((_layout(g, fields, columns) for g in grids if g.rows), key=lambda x: x.order)
    if layouts[0].error:
        raise UnreadableFile(str(layouts[0].error))
    return _table(layouts[0], layouts[1:], fields, columns, strict)


def _sheets(grids: Sequence[Grid]) -> str:
    """Return in words which sheets there are: a .csv has one, without a name."""
    titles = [quoted(grid.title) for grid in grids if grid.title]
    return f"工作表{'、'.join(titles[:5])}中" if titles else "文件中"


def _bytes(source: Source) -> bytes:
    try:
        if isinstance(source, bytes | bytearray | memoryview):
            return bytes(source)
        if isinstance(source, str | Path):
            with open(source, "rb") as file:
                return file.read(MAX_FILE + 1)
        source.seek(0)
        return source.read(MAX_FILE + 1)
    except OSError:
        raise UnreadableFile("文件打不开，请检查路径和权限。") from None


def _unpack(data: bytes, filename: str | Path) -> list[dict[str, Any]]:
    """Return the sheets as the child process writes them, after the pre-check."""
    kind = Path(str(filename)).suffix.lower().lstrip(".")
    if kind not in ("xlsx", "csv"):
        hint = "请用办公软件另存为 .xlsx。" if kind in ("xls", "et", "xlsm", "ods") else "可用：xlsx、csv。"
        raise UnreadableFile(f"不接收 .{kind[:10]} 文件，{hint}" if kind else f"文件名没有扩展名，{hint}")
    if not data:
        raise UnreadableFile("文件是空的。")
    if len(data) > MAX_FILE:
        raise UnreadableFile("文件不应大于 10 MB，请拆分后再导入。")
    if kind == "xlsx":
        try:
            check_workbook(data)
        except RefusedFile as refusal:
            raise UnreadableFile(str(refusal)) from None
    elif data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF")):
        raise UnreadableFile("文件内容与扩展名不符，不是 CSV 文本。")
    return _run_child(data, kind)


def _run_child(data: bytes, kind: str) -> list[dict[str, Any]]:
    # Only what Python needs to start: the keys of the installation are not for a process that opens foreign
    # files.
    kept = {k: os.environ[k] for k in ("PATH", "PYTHONPATH", "VIRTUAL_ENV", "LD_LIBRARY_PATH") if k in os.environ}
    environment = kept | {"PYTHONUTF8": "1", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-P", "-B", str(CHILD), kind]
    try:
        answer = json.loads(_output(command, data, environment))
    except (subprocess.TimeoutExpired, ValueError):
        raise UnreadableFile("文件过大或过于复杂，未能读取，请只保留需要的工作表和行。") from None
    if "error" in answer:
        raise UnreadableFile(answer["error"])
    return answer["sheets"]


def _output(command: list[str], data: bytes, environment: dict[str, str]) -> bytes:
    """Return what the child writes. Raises TimeoutExpired, or Stopped where the import is called off meanwhile."""
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, env=environment) as child:  # noqa: S603 — own program, fixed arguments
        given_up = time.monotonic() + WALL_SECONDS
        asked: bytes | None = data
        try:
            while True:
                try:
                    return child.communicate(asked, timeout=LOOK_SECONDS)[0]
                except subprocess.TimeoutExpired:
                    # What was to be sent is kept by the first call.
                    asked = None
                    progress.check()
                    if time.monotonic() > given_up:
                        raise
        finally:
            child.kill()


def _cells(cells: list[Any]) -> list[Any]:
    """Turn the tagged dates of the child into dates; error cells stay dictionaries."""
    for index, cell in enumerate(cells):
        if isinstance(cell, dict) and "date" in cell:
            text = cell["date"]
            cells[index] = datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)
    return cells


@dataclass
class _Layout:
    grid: Grid
    first: int  # the row below the headings
    heading_rows: tuple[int, int]
    headings: list[Heading]
    found: Matches
    order: tuple[bool | int, ...]  # the smaller, the better
    error: UnknownColumn | None = None  # a heading or field named by hand is not on this sheet


def _score(found: Matches, fields: Sequence[Field]) -> int:
    worth = {"by hand": 12, "exact": 10, "alike": 4, "by content": 0}
    required = {f.name for f in fields if f.required}
    score = 0
    for name, (heading, how) in found.items():
        score += worth[how] - (len(heading.levels) > 1) + (5 if name in required else 0)
    return score


def _likely_headings(grid: Grid, fields: Sequence[Field]) -> list[tuple[int, int, list[Heading], int]]:
    """Return the readings of the sheet whose exact headings promise most: (row, levels, headings, cost), best first.

    Likeness of spelling is weighed only for these; row after row of data would cost seconds.
    """
    readings = []
    for row in sorted(grid.rows)[:SEARCHED_ROWS]:
        for levels in range(1, MAX_LEVELS + 1):
            headings = grid.headings(row, levels)
            cost = levels + (CUT_OFF if grid.sub_headings_follow(row + levels - 1) else 0)
            score = _score(match(headings, fields, alike=False), fields) - cost
            readings.append(((-score, row, levels), headings, cost))
    readings.sort(key=lambda reading: reading[0])
    return [(row, levels, headings, cost) for (_, row, levels), headings, cost in readings[:LIKELY_ROWS]]


def _layout(grid: Grid, fields: Sequence[Field], columns: Mapping[str, str] | None) -> _Layout:
    """Return the best reading of one sheet, which has at least one row."""
    layouts = []
    for row, levels, headings, cost in _likely_headings(grid, fields):
        unknown = None
        try:
            matches = match(headings, fields, columns)
        except UnknownColumn as error:
            unknown, matches = error, match(headings, fields)
        score = _score(matches, fields) - cost
        first = row + levels
        missing = sum(f.required and f.name not in matches for f in fields)
        aside = any(word in grid.title for word in _SIDE_SHEETS)
        below = sum(number >= first for number in grid.rows)
        order = (unknown is not None, missing > 0, not grid.visible, aside, missing, -score, -below)
        layouts.append((score, _Layout(grid, first, (row, first - 1), headings, matches, order, unknown)))
    return max(layouts, key=lambda scored: scored[0])[1]


def _samples(layout: _Layout) -> dict[int, list[Any]]:
    columns: dict[int, list[Any]] = {h.column: [] for h in layout.headings}
    for number in sorted(n for n in layout.grid.rows if n >= layout.first)[:60]:
        for column, values in columns.items():
            value = layout.grid.cell(number, column)
            if not isinstance(value, dict) and value is not None:
                values.append(value)
    return columns


def _table(
    layout: _Layout, rest: Sequence[_Layout], fields: Sequence[Field], columns: Mapping[str, str] | None, strict: bool
) -> Table:
    grid = layout.grid
    # A column is judged by its values only on the sheet and below the headings that were found by their
    # words.
    if len(layout.found) >= 2:
        found = match(layout.headings, fields, columns, _samples(layout))
    else:
        found = layout.found
    found = {f.name: found[f.name] for f in fields if f.name in found}
    missing = [f for f in fields if f.required and f.name not in found]
    if missing and strict:
        raise UnreadableFile(_missing_sentence(missing, layout), _first_words(grid, SEARCHED_ROWS))
    _refuse_twins(layout, found, fields)
    leaves = [fold(h.leaf) for h in layout.headings]
    shown = {h.column: h.leaf if leaves.count(fold(h.leaf)) == 1 else h.joined for h in layout.headings}
    taken = {heading.column for heading, _ in found.values()}
    rows, dropped = _records(layout, found)
    if len(rows) > MAX_ROWS:
        raise UnreadableFile(f"数据超过 {MAX_ROWS} 行，请分成几个文件。")
    others = [x.grid.title for x in rest if not any(x.order[:2]) and x.grid.visible and _records(x, x.found)[0]]
    return Table(
        rows=rows,
        matched={name: shown[heading.column] for name, (heading, _) in found.items()},
        how={name: how for name, (_, how) in found.items()},
        unknown=[shown[h.column] for h in layout.headings if h.column not in taken],
        missing=[f.name for f in missing],
        sheet=grid.title,
        dropped=dropped,
        others=others,
        cut=grid.cut,
        words=_first_words(grid, SEARCHED_ROWS),
    )


def _missing_sentence(missing: Sequence[Field], layout: _Layout) -> str:
    seen = [h.leaf for h in layout.headings] if len(layout.found) >= 1 else _first_words(layout.grid)[:40]
    labels = "、".join(f"{quoted(f.label)}" for f in missing)
    names = "、".join(f"{f.label}={f.name}" for f in missing)
    shown = "、".join(text[:30] for text in seen[:40]) or "无"
    by_hand = "可用 --column 标题=字段（--column HEADING=FIELD）指定。"
    return f"找不到列{labels}（{names}）。看到的标题：{shown}。{by_hand}"


def _first_words(grid: Grid, rows: int = 5) -> list[str]:
    return [display(c) for row in sorted(grid.rows)[:rows] for c in grid.rows[row] if isinstance(c, str)]


def _refuse_twins(layout: _Layout, found: Matches, fields: Sequence[Field]) -> None:
    """Two columns under the very same heading: nobody can tell which one a required field means."""
    required = {f.name for f in fields if f.required}
    for name, (heading, how) in found.items():
        twins = [h for h in layout.headings if fold(h.joined) == fold(heading.joined)]
        if name in required and len(twins) > 1 and how != "by hand":
            filled = [h for h in twins if any(_samples(layout)[h.column])]
            if len(filled) > 1:
                raise UnreadableFile(f"标题{quoted(heading.leaf)}出现了 {len(twins)} 次，请只保留一列。")
            if filled:
                found[name] = (filled[0], how)


def _records(layout: _Layout, found: Matches) -> tuple[list[Row], list[tuple[int, str]]]:
    grid = layout.grid
    rows, dropped, records = [], [], []
    titles = titles_above(grid, layout.heading_rows[0])
    for number in sorted(n for n in grid.rows if n >= layout.first):
        reason = why_not_a_record(grid, number, layout.headings, titles)
        if reason:
            dropped.append((number, reason))
        elif any(grid.cell(number, h.column) is not None for h, _ in found.values()):
            records.append(number)
        else:
            dropped.append((number, "无所需内容"))
    grid.fill_down(layout.first)
    for number in records:
        row = Row(number, {})
        for name, (heading, _) in found.items():
            value = grid.cell(number, heading.column)
            if isinstance(value, dict):
                row.problems[name] = f"单元格是错误值（{clean_text(value['error'])[:20]}），请改正后再导入。"
                value = None
            row.values[name] = None if isinstance(value, str) and not cell_text(value) else value
        rows.append(row)
    return rows, dropped


__all__ = ["Field", "Row", "Table", "UnreadableFile", "read_table"]
