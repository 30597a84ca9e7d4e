"""What a ledger would do: rows new, changed, unchanged or wrong, each wrong cell named as the file names it."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from branches.imports.recognise import Kind, likely_other, said_of
from common import progress
from common.numbers import masked
from common.tabular import UnreadableFile, read_table
from common.tabular.ledger import Ledger
from common.tabular.reader import MAX_COLUMNS, Row, Source, Table
from common.text import quoted

NEW, CHANGED, UNCHANGED, WRONG = "new", "changed", "unchanged", "wrong"
# What becomes of rows that are recorded already. KEEP (commands): what nobody has changed by hand follows the file. ADD:
# nothing is changed. UPDATE: the file's values take the place of the old ones, also of those entered by hand; whoever
# imports has seen old and new, cell by cell.
KEEP, ADD, UPDATE = "keep", "add", "update"
SHOWN_ROWS = 10  # of a group of equal errors
_SUGGESTION = re.compile(r"[，,](是否为|可填)(.*)$", re.S)


class _Masked:
    """A line that pages, files, commands and kept previews show: no number of a person stands in it (C45)."""

    def __post_init__(self) -> None:
        for name in ("heading", "sentence", "suggestion", "old", "new", "thing", "where"):
            if hasattr(self, name):
                object.__setattr__(self, name, masked(getattr(self, name)))


@dataclass(frozen=True)
class CellError(_Masked):
    """One wrong cell (row 0: the file as a whole). `heading` as the file has it; `suggestion` may be empty."""

    ledger: str
    row: int
    field: str
    heading: str
    sentence: str
    suggestion: str = ""

    @property
    def text(self) -> str:
        return self.sentence + self.suggestion

    def line(self, *, with_file: bool) -> str:
        """Return the line of the commands: `row N: field: message`, before it the ledger's name when asked for."""
        if not self.row:
            return f"{self.ledger}: {self.text}" if with_file else self.text
        start = f"{self.ledger} " if with_file else ""
        return f"{start}row {self.row}: {self.heading}: {self.text}"


@dataclass(frozen=True)
class Notice(_Masked):
    """Something worth knowing that stops nothing."""

    ledger: str
    ledger_name: str
    row: int
    heading: str
    sentence: str

    def line(self) -> str:
        place = f"第 {self.row} 行" if self.row else ""
        column = quoted(self.heading) if self.heading else ""
        return f"提示（{self.ledger_name}）{place}{column}：{self.sentence}"


@dataclass(frozen=True)
class CellChange(_Masked):
    """One cell that would change, as the page shows it: old and new in words, numbers masked.

    token: tells two values apart that look alike when masked; it says nothing about the value itself.
    """

    heading: str
    old: str
    new: str
    token: str = ""

    def plain(self) -> list[str]:
        return [self.heading, self.old, self.new, self.token]


@dataclass(frozen=True)
class RowChange(_Masked):
    """One row that would change something recorded. by_hand: somebody has entered or changed it by hand."""

    ledger: str
    row: int
    thing: str
    by_hand: bool
    cells: tuple[CellChange, ...]


@dataclass(frozen=True)
class Missing(_Masked):
    """Something recorded in the organisations of the file that no row names. Nothing is done to it."""

    ledger: str
    thing: str
    where: str


@dataclass(frozen=True)
class Group:
    """Equal errors or notices of several rows."""

    ledger: str
    heading: str
    sentence: str
    suggestion: str
    rows: list[int]

    @property
    def rows_text(self) -> str:
        """第 12 行 · 第 12、15、18 行 · 第 12、15、18 … 行（共 340 行）; empty for the file as a whole."""
        rows = [row for row in self.rows if row]
        if not rows:
            return ""
        listed = "、".join(map(str, rows[:SHOWN_ROWS]))
        return f"第 {listed} 行" if len(rows) <= SHOWN_ROWS else f"第 {listed} … 行（共 {len(rows)} 行）"


def grouped(lines: Iterable["CellError | Notice"]) -> list[Group]:
    """Return the lines with equal ones of different rows together, by ledger and first row."""
    found: dict[tuple[str, str, str, str], list[int]] = {}
    for line in lines:
        key = (line.ledger, line.heading, line.sentence, getattr(line, "suggestion", ""))
        found.setdefault(key, []).append(line.row)
    ledgers = list(dict.fromkeys(ledger for ledger, *_ in found))
    groups = [Group(*key, sorted(set(rows))) for key, rows in found.items()]
    return sorted(groups, key=lambda group: (ledgers.index(group.ledger), group.rows[0]))


@dataclass
class Plan:
    """What one ledger would do. `items`: the rows to write, in the order of the file. `like`: what it is instead.

    changes and missing are filled where the importer chose a mode (ADD, UPDATE).
    """

    ledger: Ledger
    table: Table | None = None
    mode: str = KEEP
    items: list[Any] = field(default_factory=list)
    errors: list[CellError] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    changes: list[RowChange] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)
    like: Kind | None = None

    def heading(self, name: str) -> str:
        """Return the file's own heading of a field, or its usual one where the file has no such column."""
        matched = self.table.matched if self.table is not None else {}
        return matched.get(name) or self.ledger.label(name)

    def notice(self, row: int, name: str, sentence: str) -> None:
        self.notices.append(
            Notice(self.ledger.key, self.ledger.name, row, self.heading(name) if name else "", sentence)
        )

    @property
    def rows(self) -> int:
        return len(self.table.rows) if self.table is not None else 0

    def begin(self) -> list[Row]:
        """Say that the checking of the rows begins, and return them."""
        rows = self.table.rows if self.table is not None else []
        progress.begin(f"正在核对{self.ledger.name}台账", len(rows))
        return rows


class Cells:
    """The cells of one row; a wrong one is noted in the plan, once a column."""

    def __init__(self, plan: Plan, row: Row) -> None:
        self.plan, self.row = plan, row
        self.wrong: set[str] = set()
        for name, sentence in row.problems.items():
            self.error(name, sentence)

    @property
    def number(self) -> int:
        return self.row.number

    def value(self, name: str) -> Any:
        return self.row.values.get(name)

    def take(self, name: str, parser: Callable[[Any], Any], default: Any = None) -> Any:
        """Return what `parser` makes of a cell, or `default` when the cell is wrong."""
        if name in self.wrong:
            return default
        try:
            return parser(self.value(name))
        except ValueError as error:
            self.error(name, str(error))
            return default

    def error(self, name: str, sentence: str, suggestion: str = "") -> None:
        if name in self.wrong:
            return
        self.wrong.add(name)
        if not suggestion and (match := _SUGGESTION.search(sentence)):
            sentence, suggestion = sentence[: match.start()] + "。", match[1] + match[2]
        self.plan.errors.append(
            CellError(self.plan.ledger.key, self.number, name, self.plan.heading(name), sentence, suggestion)
        )

    def notice(self, name: str, sentence: str) -> None:
        self.plan.notice(self.number, name, sentence)

    def count(self, action: str) -> bool:
        """Count the row once, as wrong if any of its cells is; returns whether it may be written."""
        self.plan.counts[WRONG if self.wrong else action] += 1
        progress.tick()
        return not self.wrong

    def change(self, name: str, old: str, new: str, token: str = "") -> CellChange:
        """Return the change of one cell under the file's own heading."""
        return CellChange(self.plan.heading(name), old, new, token)

    def changes(self, thing: str, by_hand: bool, cells: Sequence[CellChange]) -> None:
        """Note what this row would change."""
        self.plan.changes.append(RowChange(self.plan.ledger.key, self.number, thing, by_hand, tuple(cells)))

    def only_added(self, cells: Sequence[CellChange]) -> None:
        """Say that the row differs from what is recorded and changes nothing, because only new rows were wanted."""
        if cells:
            names = "、".join(dict.fromkeys(cell.heading for cell in cells))
            self.notice("name", f"已登记，与表不同的是：{names}；选择了只新增，不更改。")


def _certain(ledger: Ledger, table: Table) -> bool:
    """Whether every required column was found by its very heading."""
    return all(table.how.get(column.name) == "exact" for column in ledger.fields if column.required)


def _empty(table: Table) -> str:
    """Return which sheet has headings alone, and what to do about it."""
    where = f"工作表{quoted(table.sheet)}" if table.sheet else "文件"
    return f"{where}只有标题，没有数据，请从标题的下一行起填写，保存后重新上传。"


def read_ledger(
    ledger: Ledger,
    source: Source,
    filename: str | Path,
    *,
    columns: Mapping[str, str] | None = None,
    sheet: str | None = None,
    strict: bool = True,
    mode: str = KEEP,
) -> Plan:
    """Return a Plan that holds the table of a file and nothing else yet; a file that cannot be used is its one error.

    ledger: a Ledger; source, filename, columns, sheet, strict: as for `read_table`. mode: what becomes
    of rows that are recorded already.
    """
    plan = Plan(ledger, mode=mode)
    progress.begin(f"正在读取{ledger.name}台账")
    try:
        plan.table = read_table(source, filename, ledger.fields, columns, sheet=sheet, strict=strict)
    except UnreadableFile as error:
        plan.like = likely_other(ledger.key, error.words)
        said = said_of(plan.like) if plan.like else str(error)
        plan.errors.append(CellError(ledger.key, 0, "", "", said))
        return plan
    if not columns and not _certain(ledger, plan.table):
        plan.like = likely_other(ledger.key, plan.table.words)
        if plan.like:
            plan.errors.append(CellError(ledger.key, 0, "", "", said_of(plan.like)))
            return plan
    if plan.table.missing:
        labels = "、".join(f"{quoted(ledger.label(name))}" for name in plan.table.missing)
        plan.errors.append(CellError(ledger.key, 0, "", "", f"找不到列{labels}。", "请在“未识别的标题”中指定。"))
        return plan
    if not plan.table.rows:
        plan.errors.append(CellError(ledger.key, 0, "", "", _empty(plan.table)))
        return plan
    if names := "、".join(plan.table.others):
        plan.notice(
            0, "", f"只读取了工作表{quoted(plan.table.sheet)}；同样格式的还有：{names}（命令行用 --sheet 指定）。"
        )
    if plan.table.cut:
        plan.notice(0, "", f"只读取了前 {MAX_COLUMNS} 列，右边还有内容，请核对没有漏读。")
    by_likeness = [
        f"{quoted(plan.table.matched[name])}→{ledger.label(name)}"
        for name, how in plan.table.how.items()
        if how in ("alike", "by content")
    ]
    if by_likeness:
        plan.notice(0, "", f"按相近标题或内容识别的列，请核对：{'、'.join(by_likeness)}。")
    return plan
