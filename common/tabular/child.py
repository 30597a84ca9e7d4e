"""The program that unpacks a spreadsheet: run as its own process under limits, never imported by the web.

Standard input: the file. Argument: `xlsx` or `csv`. Standard output: JSON, either `{"error": sentence}` or
`{"sheets": [{"title", "visible", "rows": [[number, [cell, …]], …], "merges": ["A1:C1", …], "cut"}]}` with
non-empty rows only; cut: whether something stands right of the last column that is read. A cell is null, text,
number, true/false, `{"date": iso}` or `{"error": "#N/A"}`.
It stands alone on purpose: nothing of the project is loaded beside a hostile file.
"""

import contextlib
import csv
import datetime
import io
import itertools
import json
import re
import resource
import sys
from typing import IO, Any

ADDRESS_SPACE = 1024**3
CPU_SECONDS = 60
MAX_ROWS = 10_000
LAST_ROW = MAX_ROWS + 200  # room for titles and blank rows
MAX_COLUMNS = 60
MAX_SHEETS = 40
MAX_CELL = 32_767  # the limit of the spreadsheet programs
MAX_CELLS = 300_000  # with content: the widest known ledger has 20 columns
MAX_OUTPUT = 24_000_000
TOO_MANY = f"数据超过 {MAX_ROWS} 行，请分成几个文件。"
TOO_COMPLEX = "文件展开后过大，请只保留需要的工作表和行。"
TOO_MANY_CELLS = f"填写的单元格超过 {MAX_CELLS} 个，请只保留需要的列，或分成几个文件。"


class Refused(Exception):
    """One Chinese sentence for the reader of the page."""


def limit_process() -> None:
    for what, most in (
        (resource.RLIMIT_AS, ADDRESS_SPACE),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    ):
        hard = resource.getrlimit(what)[1]
        value = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(what, (value, value))


class Budget:
    """Counts what will be written: references to one long text multiply it."""

    def __init__(self) -> None:
        self.rows = self.cells = self.characters = 0

    def add(self, cells: list) -> None:
        self.rows += 1
        for cell in cells:
            if isinstance(cell, str):
                if len(cell) > MAX_CELL:
                    raise Refused("有单元格的内容超过 32767 个字符。")
                self.characters += len(cell)
            self.characters += 8
            self.cells += cell is not None
        if self.cells > MAX_CELLS:
            raise Refused(TOO_MANY_CELLS)
        if self.characters > MAX_OUTPUT:
            raise Refused(TOO_COMPLEX)


def trimmed(cells: list) -> list:
    while cells and (cells[-1] is None or (isinstance(cells[-1], str) and not cells[-1].strip())):
        cells.pop()
    return cells


# Workbooks


def plain(cell: Any) -> Any:
    value = cell.value
    if getattr(cell, "data_type", "") == "e":
        return {"error": str(value)}
    if isinstance(value, datetime.datetime | datetime.date):
        return {"date": value.isoformat()}
    if isinstance(value, datetime.time | datetime.timedelta):
        return str(value)
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return str(value)


MERGE = re.compile(rb"""<(?:\w+:)?mergeCell\s[^>]{0,200}?ref\s*=\s*["']([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})["']""")
FILLED = re.compile(
    rb"""<(?:\w+:)?c\s(?:[^>]{0,200}?\s)?r=["']([A-Z]{1,3})(\d{1,7})["'][^>/]*>\s*<(?:\w+:)?(?:v|is|f)\b"""
)
MISSING_VALUE = re.compile(
    rb"""<(?:\w+:)?c\s(?:[^>]{0,200}?\s)?r=["']([A-Z]{1,3}\d{1,7})["'][^>/]*>\s*"""
    rb"""<(?:\w+:)?f\b[^>]*(?:/>|>[^<]*</(?:\w+:)?f>)\s*(?:<(?:\w+:)?v\s*/>\s*|<(?:\w+:)?v>\s*</(?:\w+:)?v>\s*)?"""
    rb"""</(?:\w+:)?c>"""
)


def column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def scan(source: IO[bytes]) -> tuple[list[str], int, int, set[str]]:
    """Return (merged ranges, greatest row and column with content, cells with an uncomputed formula) of a sheet."""
    merges: set[str] = set()
    unknown: set[str] = set()
    columns: set[bytes] = set()
    last, kept = 0, b""
    while block := source.read(1 << 20):
        text = kept + block
        if b"mergeCell" in text and len(merges) < 20_000:
            merges.update(m.decode() for m in MERGE.findall(text))
        filled = FILLED.findall(text)
        last = max([last, *(int(row) for _, row in filled)])
        columns.update(letters for letters, _ in filled)
        if b"<f" in text or b":f" in text:
            unknown.update(c.decode() for c in MISSING_VALUE.findall(text))
        kept = text[-2048:]
    return sorted(merges), last, max(map(column_number, columns), default=0), unknown


def read_workbook(data: bytes) -> list[dict[str, Any]]:
    import openpyxl

    if not openpyxl.DEFUSEDXML:
        raise Refused("服务器缺少安全组件 defusedxml，不能读取工作簿。")
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    budget, sheets = Budget(), []
    if len(book.worksheets) > MAX_SHEETS:
        raise Refused(f"工作表超过 {MAX_SHEETS} 个，请只保留需要的工作表。")
    for sheet in book.worksheets:
        # The raw part of the sheet: openpyxl gives neither merged ranges nor formulas without a value in this mode.
        with contextlib.closing(sheet._get_source()) as source:  # type: ignore[attr-defined]  # private to openpyxl
            merges, last, widest, unknown = scan(source)
        visible = sheet.sheet_state == "visible"
        if last > LAST_ROW:
            raise Refused(f"工作表“{sheet.title}”第 {last} 行仍有内容；" + TOO_MANY)
        sheet.reset_dimensions()
        rows = []
        for number, cells in enumerate(sheet.iter_rows(max_row=LAST_ROW, max_col=MAX_COLUMNS), start=1):
            values = [plain(c) for c in cells]
            for column, cell in enumerate(cells if unknown else ()):
                if cell.value is None and getattr(cell, "coordinate", "") in unknown:
                    values[column] = {"error": "公式未计算"}
            values = trimmed(values)
            if values:
                budget.add(values)
                rows.append([number, values])
        if len(rows) > MAX_ROWS + 50:
            raise Refused(TOO_MANY)
        sheets.append(
            {"title": sheet.title, "visible": visible, "rows": rows, "merges": merges, "cut": widest > MAX_COLUMNS}
        )
    return sheets


# Comma-separated text


HAN = re.compile(r"[\u4e00-\u9fff]")
OTHER = re.compile(r"[^\x00-\x7f\u2010-\u203f\u3000-\u303f\u3400-\u9fff\uff00-\uffef·×]")


def decoded(data: bytes) -> str:
    """Return the text; UTF-8, else GB18030, and nothing else, never with replaced characters."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data:
        raise Refused("文件是 UTF-16 或其他编码，请另存为“CSV UTF-8”后再上传。")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    for number, line in enumerate(data.splitlines(), start=1):
        # A line of Chinese that is sound UTF-8 does not come about by chance inside a GB18030 file.
        with contextlib.suppress(UnicodeDecodeError):
            text = line.decode("utf-8")
            if len(HAN.findall(text)) >= 2 and not OTHER.search(text):
                raise Refused(f"文件混用了两种编码（第 {number} 行），请统一另存为“CSV UTF-8”后再上传。")
    try:
        return data.decode("gb18030")
    except UnicodeDecodeError:
        raise Refused("文件编码不是 UTF-8，也不是 GB18030，请另存为“CSV UTF-8”后再上传。") from None


GUARDED = re.compile(r"^'(?='*\s*[=+\-@＝＋－＠\t\r\n])")  # what the writer put in front (C40)


def read_csv(data: bytes) -> list[dict[str, Any]]:
    text = decoded(data)
    head = text[:20_000]
    delimiter = max(",\t;，", key=lambda c: head.count(c)) if head.count(",") < 2 else ","
    csv.field_size_limit(MAX_CELL * 4)
    budget, rows, cut = Budget(), [], False
    try:
        # A quoted cell may hold line breaks: the row number is that of the record, as a spreadsheet shows it.
        for number, record in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), start=1):
            values = trimmed([GUARDED.sub("", cell) or None for cell in itertools.islice(record, MAX_COLUMNS)])
            cut = cut or any(cell.strip() for cell in record[MAX_COLUMNS:])
            if values:
                budget.add(values)
                rows.append([number, values])
            if len(rows) > MAX_ROWS + 50:
                raise Refused(TOO_MANY)
    except csv.Error:
        raise Refused("文件不是有效的 CSV，请用办公软件重新另存。") from None
    return [{"title": "", "visible": True, "rows": rows, "merges": [], "cut": cut}]


def main() -> None:
    limit_process()
    data = sys.stdin.buffer.read()
    answer: dict[str, Any]
    try:
        answer = {"sheets": (read_workbook if sys.argv[1] == "xlsx" else read_csv)(data)}
    except Refused as refusal:
        answer = {"error": str(refusal)}
    except MemoryError:
        answer = {"error": TOO_COMPLEX}
    except Exception as error:  # whatever a hostile workbook makes the parser raise, the answer is one sentence
        print(f"{type(error).__name__}", file=sys.stderr)
        answer = {"error": "文件已损坏或不是标准的工作簿，请用办公软件重新另存。"}
    json.dump(answer, sys.stdout, ensure_ascii=True)


if __name__ == "__main__":
    main()
