"""A report of chapters as a Word document in the layout of GB/T 9704, from its frozen JSON alone."""

from collections.abc import Callable, Mapping
from typing import Any

from docx.enum.text import WD_ALIGN_PARAGRAPH

from assessments.reports import annexes
from assessments.reports import docx as parts
from assessments.reports.paper import cell_text
from assessments.reports.shape import PUBLISHED, check
from assessments.reports.wording import numeral, tight
from common.documents import gbt9704
from common.documents.gbt9704 import Fonts

DRAFT_MARK = "（试算稿，未发布）"


def render(report: Mapping[str, Any], fonts: Fonts | None = None) -> bytes:
    """The bytes of the .docx file; the same report gives the same bytes. Raises WrongShape."""
    check(dict(report))
    fonts = fonts or Fonts()
    document = gbt9704.new_document(fonts)
    parts.properties_of(document, report)
    _head(document, report, fonts)
    _blocks(document, report["opening"])
    for number, section in enumerate(report["sections"], 1):
        document.add_heading(f"{numeral(number)}、{section['title']}", 1)
        _blocks(document, section["blocks"], last=number == len(report["sections"]))
    _closing(document, report)
    for annex in annexes.annexes_of(report):
        parts.annex_head(document, f"附件{annex.number}", annex.title, fonts)
        _ANNEXES[annex.key](document, report)
    return document.content()


def _head(document: Any, report: Mapping[str, Any], fonts: Fonts) -> None:
    """Red head by the kind of document where it has a number, title, to whom."""
    signer = report["signer"]
    if report["number"]:
        gbt9704.red_head(document, report["agency"], report["number"], fonts, signer)
    elif signer:
        gbt9704.signer_line(document, signer, fonts)
    gbt9704.title(document, report["title"], ("考核情况",))
    if report["state"] != PUBLISHED:
        gbt9704.paragraph(document, [(DRAFT_MARK, fonts.second)], indent=False, align=WD_ALIGN_PARAGRAPH.CENTER)
    gbt9704.paragraph(document, "", indent=False)
    if report["recipient"]:
        gbt9704.paragraph(document, f"{report['recipient']}：", indent=False, keep=True)


def _blocks(document: Any, blocks: list[dict[str, Any]], *, last: bool = False) -> None:
    """Write paragraphs and tables. last: the last paragraph stays with the signature, so that no page carries that alone."""
    for place, block in enumerate(blocks):
        if block["kind"] == "paragraph":
            gbt9704.paragraph(document, tight(block["text"]), keep=last and place == len(blocks) - 1)
        elif block["kind"] == "heading":
            document.add_heading(block["text"], 2)
        else:
            _table(document, block)


def _table(document: Any, block: Mapping[str, Any]) -> None:
    gbt9704.caption(document, tight(block["caption"]), centred=True)
    rows = [[tight(cell_text(cell)) for cell in row] for row in block["rows"]]
    gbt9704.table(document, block["heads"], rows, block["widths"], left=tuple(block["left"]), small=True)
    gbt9704.note(document, f"注：{tight(block['note'])}" if block["note"] else "")


def _closing(document: Any, report: Mapping[str, Any]) -> None:
    """Attachments, the office and the day of completion, kept together with the end of the text."""
    found = annexes.annexes_of(report)
    if found:
        gbt9704.paragraph(document, "", indent=False, keep=True)
    for annex in found:
        first = "附件：" if annex.number == 1 else "　　　"
        line = gbt9704.paragraph(document, f"{first}{annex.number}.{annex.title}", keep=True)
        line.alignment = WD_ALIGN_PARAGRAPH.LEFT
    gbt9704.paragraph(document, "", indent=False, keep=True)
    day = report["signature"]["on"] or report["as_of"]
    gbt9704.signature(document, report["signature"]["name"], parts.chinese_date(day))


def _stages(document: Any, report: Mapping[str, Any]) -> None:
    rows = [
        [tight(row["work"]), row["stage"], tight(row["state"]), row["who"] or parts.NONE, row["leader"] or parts.NONE]
        for row in report["work"]["problems"]
    ]
    heads = ["重点业务", "环节", "情况", "承办党支部", "分管领导"]
    gbt9704.table(document, heads, rows, [42, 20, 36, 36, 22], left=(0, 2, 3))


def _moves(document: Any, report: Mapping[str, Any]) -> None:
    """What moved the mean: every indicator, then every branch; each list adds up to its sum."""
    for heads, rows, widths in annexes.moves_tables(report):
        gbt9704.table(document, heads, [[cell or parts.NONE for cell in row] for row in rows], widths, left=(0,))
        gbt9704.note(document, "")


def _corrections(document: Any, report: Mapping[str, Any]) -> None:
    rows = [[row["what"], tight(row["before"]), tight(row["after"])] for row in report["correction"]["rows"]]
    gbt9704.table(document, ["事项", "更正前", "更正后"], rows, [44, 56, 56], left=(0, 1, 2))


def _scores(document: Any, report: Mapping[str, Any]) -> None:
    """The table of branches, and how it was counted."""
    parts.scores_tables(document, report)
    gbt9704.note(document, "")
    texts = [*report["notes"]]
    if report["anchor"]:
        texts.append(
            f"本{'通报' if report['kind'] == 'circular' else '报告'}数据已冻结，审计校验码：{report['anchor']}。"
        )
    for number, text in enumerate(texts, 1):
        gbt9704.note(document, f"{number}. {tight(text)}")


_ANNEXES: dict[str, Callable[[Any, Mapping[str, Any]], None]] = {
    annexes.SCORES: _scores,
    annexes.CORRECTIONS: _corrections,
    annexes.MOVES: _moves,
    annexes.STAGES: _stages,
    annexes.BY_HAND: parts.adjustments_table,
    annexes.SHEETS: parts.chapter_sheets,
}
