"""Empty workbooks to be filled in: headings, hints where one types, drop-downs, columns of text and of dates.

What is downloaded goes back in as it is: the table stands on the first sheet from its first row on; how to fill it in, with
examples, and the words to choose from stand on sheets that the reader passes over (reader.py: _SIDE_SHEETS).
"""

import re
from collections.abc import Mapping, Sequence
from typing import IO, Any

import xlsxwriter
from xlsxwriter.utility import xl_col_to_name

from common.tabular.headings import Field
from common.tabular.ledger import Guide, Ledger
from common.tabular.writer import BOOK_OPTIONS, width

HOW, CHOICES = "填写说明", "下拉选项"
LAST_ROW = 5_000
_MAX_HINT, _MAX_TITLE = 255, 32  # limits of the spreadsheet programs
_IN_PLACE = 255  # characters of a list that stands in the rule itself


def write_blank(
    ledger: Ledger, choices: Mapping[str, Sequence[str]], file: IO[bytes], *, lines: Sequence[str] = ()
) -> None:
    """Write the empty workbook of a ledger to the binary `file`.

    choices: {field name: words} that the database adds to those of the ledger's own guide. lines: what else the sheet of
    explanations says.
    """
    book = xlsxwriter.Workbook(file, BOOK_OPTIONS)
    sheet = book.add_worksheet(re.sub(r"[\[\]:*?/\\']", " ", ledger.title)[:31])
    heads = {
        wanted: book.add_format(
            {"bold": True, "border": 1, "valign": "vcenter", "text_wrap": True, "bg_color": color, "font_color": ink}
        )
        for wanted, color, ink in ((True, "#A31F1B", "#FFFFFF"), (False, "#F3EFE6", "#222222"))
    }
    formats = {
        "text": book.add_format({"num_format": "@"}),
        "date": book.add_format({"num_format": "yyyy-mm-dd"}),
        "number": book.add_format({"num_format": "0"}),
    }
    lists: list[tuple[str, Sequence[str]]] = []
    for column, field in enumerate(ledger.fields):
        guide = ledger.guide_of(field.name)
        sheet.set_column(column, column, max(width(field.label) + 4, guide.width), formats[guide.kind])
        sheet.write_string(0, column, field.label, heads[field.required])
        words = [*guide.choices, *choices.get(field.name, ())]
        rule: dict[str, Any] = {"validate": "any"}
        if words:
            rule = {"validate": "list", "source": _source(lists, field.label, words), "show_error": guide.strict}
            rule |= {"error_title": field.label[:_MAX_TITLE], "error_message": "请从下拉列表中选择。"}
        if guide.hint:
            rule |= {"input_title": field.label[:_MAX_TITLE], "input_message": _hint(_need(field, guide), guide.hint)}
        if len(rule) > 1:
            sheet.data_validation(1, column, LAST_ROW, column, rule)
    sheet.set_row(0, 30)
    sheet.freeze_panes(1, 0)
    _explain(book, ledger, heads[False], lines)
    _list(book, lists)
    book.close()


def _need(field: Field, guide: Guide) -> str:
    return (guide.need or "必填") if field.required else ""


def _hint(need: str, hint: str) -> str:
    return ((f"{need}。" if need else "") + hint)[:_MAX_HINT]


def _source(lists: list[tuple[str, Sequence[str]]], label: str, words: Sequence[str]) -> Any:
    """Return where a drop-down finds its words: in the rule itself, or in a column of the sheet of words."""
    if len(",".join(words)) <= _IN_PLACE and not any("," in word for word in words):
        return list(words)
    lists.append((label, words))
    name = xl_col_to_name(len(lists) - 1)
    return f"='{CHOICES}'!${name}$2:${name}${len(words) + 1}"


def _explain(book: Any, ledger: Ledger, head: Any, lines: Sequence[str]) -> None:
    sheet = book.add_worksheet(HOW)
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    for column, (label, wide) in enumerate((("列", 20), ("是否必填", 10), ("怎么填", 60), ("写法示例", 40))):
        sheet.set_column(column, column, wide, wrap)
        sheet.write_string(0, column, label, head)
    row = 1
    for field in ledger.fields:
        guide = ledger.guide_of(field.name)
        for column, text in enumerate((field.label, _need(field, guide) or "可空", guide.hint, guide.example)):
            sheet.write_string(row, column, text)
        row += 1
    for line in lines:
        row += 1
        sheet.merge_range(row, 0, row, 3, line, wrap)
    sheet.freeze_panes(1, 0)


def _list(book: Any, lists: Sequence[tuple[str, Sequence[str]]]) -> None:
    if not lists:
        return
    sheet = book.add_worksheet(CHOICES)
    for column, (label, words) in enumerate(lists):
        sheet.set_column(column, column, 32)
        sheet.write_string(0, column, label)
        for row, word in enumerate(words, start=1):
            sheet.write_string(row, column, word)
