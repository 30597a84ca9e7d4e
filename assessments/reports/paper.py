"""The parts of the text of a report: numbered sections of paragraphs and tables, as frozen, shown and printed."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

from assessments.reports.basics import Filled, Part, Text, Whole


class Link(Part):
    """A piece of the text and the list behind it."""

    text: Filled
    url: Filled


class Paragraph(Part):
    """key: by which its words are edited; unique in the report. links: pieces of the text, in its order."""

    kind: Literal["paragraph"]
    key: Filled
    text: Filled
    links: list[Link]


class Heading(Part):
    """A heading of the second level, 「（一）党组层面」."""

    kind: Literal["heading"]
    text: Filled


class Table(Part):
    """heads, and rows of as many cells; a cell is text, or a Link. widths in millimetres. left: columns set at the left edge."""

    kind: Literal["table"]
    key: Filled
    caption: Filled
    heads: list[Text]
    rows: list[list[Text | Link]]
    widths: list[Whole]
    left: list[Whole]
    note: Text = ""


Block = Paragraph | Heading | Table


class Section(Part):
    """A chapter; its number comes from its place."""

    key: Filled
    title: Filled
    blocks: list[Block]


def paragraph(key: str, text: str, links: Iterable[tuple[str, str]] = ()) -> dict[str, Any]:
    """Return a paragraph as plain data. links: pairs (piece of the text, address); a piece that is not in it is left out."""
    found = [{"text": piece, "url": url} for piece, url in links if piece and piece in text]
    return {
        "kind": "paragraph",
        "key": key,
        "text": text,
        "links": sorted(found, key=lambda row: text.index(row["text"])),
    }


def table(
    key: str,
    caption: str,
    heads: Sequence[str],
    rows: Iterable[Sequence[Any]],
    widths: Sequence[int],
    *,
    left: Sequence[int] = (0,),
    note: str = "",
) -> dict[str, Any]:
    """Return a table as plain data; cells may be text, whole numbers, None, or pairs (text, address or None)."""
    return {
        "kind": "table",
        "key": key,
        "caption": caption,
        "heads": list(heads),
        "rows": [[_cell(value) for value in row] for row in rows],
        "widths": list(widths),
        "left": list(left),
        "note": note,
    }


def _cell(value: Any) -> str | dict[str, str]:
    if isinstance(value, tuple):
        text, url = value
        return {"text": str(text), "url": url} if url else str(text)
    return "—" if value is None or value == "" else str(value)


def cell_text(cell: str | Mapping[str, str]) -> str:
    """Return the words of a cell."""
    return cell if isinstance(cell, str) else cell["text"]


def blocks_of(report: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield every block of the text in its order: the opening's, then those of each section."""
    yield from report["opening"]
    for section in report["sections"]:
        yield from section["blocks"]


def paragraphs_of(report: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return {key: paragraph} of the text, in its order."""
    return {block["key"]: block for block in blocks_of(report) if block["kind"] == "paragraph"}


def texts_of(blocks: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield all words of blocks, those of tables too."""
    for block in blocks:
        if block["kind"] == "table":
            yield block["caption"]
            yield from block["heads"]
            yield from (cell_text(cell) for row in block["rows"] for cell in row)
            yield block["note"]
        else:
            yield block["text"]
