"""A sheet of one matter — facts, sentences, tables, lines to be signed — said once, for the screen, the printer and Word."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from docx.shared import Pt

from common import clock
from common.documents import gbt9704

_NUMERALS = "一二三四五六七八九十"
NONE = "—"


def _cell(value: Any) -> str:
    if value is None or value == "":
        return NONE
    return f"{value:%Y-%m-%d}" if isinstance(value, datetime.date) else str(value)


@dataclass(frozen=True)
class SheetTable:
    """widths: of the columns in mm, together at most gbt9704.TEXT_WIDTH_MM; left: columns set at the left edge."""

    heads: Sequence[str]
    rows: Sequence[Sequence[Any]]
    widths: Sequence[float]
    left: Sequence[int] = (0,)

    @property
    def cells(self) -> list[list[str]]:
        """The rows as they are read: a dash for nothing, days as 2026-03-01."""
        return [[_cell(value) for value in row] for row in self.rows]


@dataclass(frozen=True)
class SheetPart:
    """One part under its heading: pairs of label and value, sentences, a table; empty: what is said where it has nothing."""

    heading: str
    facts: Sequence[tuple[str, str]] = ()
    texts: Sequence[str] = ()
    table: SheetTable | None = None
    empty: str = ""

    @property
    def said(self) -> bool:
        return bool(self.facts or self.texts or (self.table is not None and self.table.rows))


@dataclass(frozen=True)
class Sheet:
    """title; told: the sentence below it; signers: lines such as 「申报单位（盖章）」; signed, day: by whom and of which day it is."""

    title: str
    signed: str
    day: datetime.date
    told: str = ""
    parts: Sequence[SheetPart] = field(default_factory=tuple)
    signers: Sequence[str] = ()

    @property
    def day_in_words(self) -> str:
        return clock.in_full(self.day)


def _numeral(number: int) -> str:
    """Return 一 to 十九 for the number of a part."""
    return _NUMERALS[number - 1] if number <= len(_NUMERALS) else f"十{_NUMERALS[number - len(_NUMERALS) - 1]}"


def render_word(sheet: Sheet) -> bytes:
    """Return the bytes of the sheet as a .docx file in the form of GB/T 9704; the same sheet gives the same bytes."""
    document: Any = gbt9704.new_document(gbt9704.Fonts())
    properties = document.core_properties
    properties.title, properties.author, properties.last_modified_by = sheet.title, sheet.signed, sheet.signed
    properties.created = properties.modified = datetime.datetime.combine(sheet.day, datetime.time())
    properties.comments, properties.language, properties.revision = "", "zh-CN", 1
    gbt9704.title(document, sheet.title).paragraph_format.space_after = Pt(14)
    if sheet.told:
        gbt9704.paragraph(document, sheet.told)
    for number, part in enumerate(sheet.parts):
        document.add_heading(f"{_numeral(number + 1)}、{part.heading}", 1)
        _part(document, part)
    gbt9704.paragraph(document, "", indent=False, keep=True)
    for line in sheet.signers:
        gbt9704.paragraph(document, f"{line}：", keep=True)
    gbt9704.signature(document, sheet.signed, sheet.day_in_words)
    content: bytes = document.content()
    return content


def _part(document: Any, part: SheetPart) -> None:
    for label, value in part.facts:
        gbt9704.paragraph(document, f"{label}：{value or NONE}")
    for text in part.texts:
        gbt9704.paragraph(document, text)
    if part.table is not None and part.table.rows:
        gbt9704.table(document, [*part.table.heads], part.table.cells, part.table.widths, left=part.table.left)
    if not part.said and part.empty:
        gbt9704.paragraph(document, part.empty)
