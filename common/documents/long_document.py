"""A Word document that is written to a file as it grows: what is held does not grow with the report.

python-docx keeps a tree of the whole text, a gigabyte for a province. Here paragraphs are kept until the next table and then
written out as they would have been; tables are written as text from the start.
"""

import io
import zipfile
from collections.abc import Iterable
from tempfile import SpooledTemporaryFile
from typing import Any

# It writes and reads nothing.
from xml.sax.saxutils import escape  # nosec B406

from docx.oxml import OxmlElement
from docx.shared import Mm
from lxml import etree

from common.documents.archive import copied, entry_without_clock

_TEXT = "word/document.xml"
_BEGIN, _END = "<w:body>", "<w:sectPr"
_HEAD = (
    '<w:tbl><w:tblPr><w:tblStyle w:val="TableGrid"/><w:tblW w:type="auto" w:w="0"/><w:jc w:val="center"/>'
    '<w:tblLayout w:type="fixed"/><w:tblCellMar><w:left w:w="34" w:type="dxa"/><w:right w:w="34" w:type="dxa"/></w:tblCellMar>'
    '<w:tblLook w:firstColumn="1" w:firstRow="1" w:lastColumn="0" w:lastRow="0" w:noHBand="0" w:noVBand="1" w:val="04A0"/>'
    "</w:tblPr><w:tblGrid>"
)


class LongDocument:
    """A docx.Document for whoever adds to its end; what was added before the last table can no longer be reached."""

    def __init__(self, document: Any):
        self._document = document
        # A letter of an agency stays in memory.
        self._written = SpooledTemporaryFile(max_size=2**24)  # noqa: SIM115 - it lives as long as the document

    def __getattr__(self, name: str) -> Any:
        return getattr(self._document, name)

    def put(self, pieces: Iterable[str]) -> None:
        """Add XML whose names begin with `w:`."""
        self._write_out()
        for piece in pieces:
            self._written.write(piece.encode())

    def _write_out(self) -> None:
        root = self._document.element
        text = etree.tostring(root, encoding="unicode")
        self._written.write(text[text.index(_BEGIN) + len(_BEGIN) : text.rindex(_END)].encode())
        for child in list(root.body)[:-1]:
            root.body.remove(child)

    def content(self) -> bytes:
        """Return the bytes of the .docx file; the same text gives the same bytes."""
        self._write_out()
        frame, out = io.BytesIO(), io.BytesIO()
        self._document.save(frame)
        with zipfile.ZipFile(frame) as source, zipfile.ZipFile(out, "w") as target:
            for entry in source.infolist():
                if entry.filename != _TEXT:
                    copied(source, entry, target)
                    continue
                before, begin, after = source.read(entry).decode().partition(_BEGIN)
                with target.open(entry_without_clock(entry), "w") as text:
                    text.write((before + begin).encode())
                    self._written.seek(0)
                    while piece := self._written.read(2**20):
                        text.write(piece)
                    text.write(after.encode())
        return out.getvalue()


def table_text(
    heads: list[Any], rows: list[Any], widths: Iterable[float], style: str, left: Iterable[int]
) -> Iterable[str]:
    """Yield the XML of a table, row by row; arguments as for gbt9704.table. style: id of the style of its paragraphs."""
    twips = [Mm(width).twips for width in widths]
    yield _HEAD + "".join(f'<w:gridCol w:w="{width}"/>' for width in twips) + "</w:tblGrid>"
    cells = [f'<w:tc><w:tcPr><w:tcW w:type="dxa" w:w="{width}"/><w:vAlign w:val="center"/></w:tcPr>' for width in twips]
    at_left = set(left)
    # The head stays with the first row, the last but one with the last: no page begins with one row or a sum alone.
    together = {0, len(rows) - 1}
    for number, row in enumerate([heads, *rows]):
        mark = "<w:cantSplit/><w:tblHeader/>" if number == 0 else "<w:cantSplit/>"
        keep = "<w:keepNext/>" if number in together else ""
        pieces = [f"<w:tr><w:trPr>{mark}</w:trPr>"]
        for place, (cell, text) in enumerate(zip(cells, row, strict=True)):
            side = "left" if number > 0 and place in at_left else "center"
            line = f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{keep}<w:jc w:val="{side}"/></w:pPr>'
            lines = text if isinstance(text, list) else [text]
            pieces += [cell, *(f"{line}{_run(words)}</w:p>" for words in lines or [""]), "</w:tc>"]
        pieces.append("</w:tr>")
        yield "".join(pieces)
    yield "</w:tbl>"


def _run(text: str) -> str:
    if not text:
        return "<w:r/>"
    if not text.isprintable():
        # Tabs and line ends are elements of their own, and what no file may hold is refused.
        run = OxmlElement("w:r")
        run.text = text
        found = etree.tostring(run, encoding="unicode")
        return "<w:r" + found[found.index(">") :]
    space = ' xml:space="preserve"' if text.strip() != text else ""
    return f"<w:r><w:t{space}>{escape(text)}</w:t></w:r>"
