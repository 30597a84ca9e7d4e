"""What a ledger would do: rows new, changed, unchanged or wrong, each wrong cell named as the file names it."""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from branches.imports.recognise import Kind, likely_other, said_of
from common.numbers import masked
from common.tabular import UnreadableFile, read_table
from common.tabular.ledger import Ledger
from common.tabular.reader import Row, Source, Table

NEW, CHANGED, UNCHANGED, WRONG = "new", "changed", "unchanged", "wrong"
_SUGGESTION = re.compile(r"[，,](是否为|可填)(.*)$", re.S)


class _Masked:
    """A line that pages, files, commands and kept previews show: no number of a person stands in it (C45)."""

    def __post_init__(self) -> None:
        for name in ("heading", "sentence", "suggestion"):
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
        column = f"“{self.heading}”" if self.heading else ""
        return f"提示（{self.ledger_name}）{place}{column}：{self.sentence}"


@dataclass
class Plan:
    """What one ledger would do. `items`: the rows to write, in the order of the file. `like`: what it is instead."""

    ledger: Ledger
    table: Table | None = None
    items: list[Any] = field(default_factory=list)
    errors: list[CellError] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
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
        return not self.wrong


def _certain(ledger: Ledger, table: Table) -> bool:
    """Whether every required column was found by its very heading."""
    return all(table.how.get(column.name) == "exact" for column in ledger.fields if column.required)


def read_ledger(
    ledger: Ledger,
    source: Source,
    filename: str | Path,
    *,
    columns: Mapping[str, str] | None = None,
    sheet: str | None = None,
    strict: bool = True,
) -> Plan:
    """Return a Plan that holds the table of a file and nothing else yet; a file that cannot be used is its one error.

    ledger: a Ledger; source, filename, columns, sheet, strict: as for `read_table`.
    """
    plan = Plan(ledger)
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
        labels = "、".join(f"“{ledger.label(name)}”" for name in plan.table.missing)
        plan.errors.append(CellError(ledger.key, 0, "", "", f"找不到列{labels}。", "请在“未识别的标题”中指定。"))
        return plan
    if plan.table.others:
        names = "、".join(plan.table.others)
        plan.notice(0, "", f"只读取了工作表“{plan.table.sheet}”；同样格式的还有：{names}（命令行用 --sheet 指定）。")
    by_likeness = [
        f"“{plan.table.matched[name]}”→{ledger.label(name)}"
        for name, how in plan.table.how.items()
        if how in ("alike", "by content")
    ]
    if by_likeness:
        plan.notice(0, "", f"按相近标题或内容识别的列，请核对：{'、'.join(by_likeness)}。")
    return plan
