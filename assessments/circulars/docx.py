"""A circular as a Word document in the form of an official document, from the same parts as the page."""

import datetime

from assessments.circulars.wording import Section, correction_words, day, sections
from assessments.reports.wording import tight
from common.documents import gbt9704
from common.documents.gbt9704 import Fonts
from responsibilities.circulars.models import Circular, CircularState

DRAFT_MARK = "（草稿，未印发）"


def render(circular: Circular, fonts: Fonts | None = None) -> bytes:
    """Return the bytes of the .docx file; the same circular gives the same bytes."""
    fonts = fonts or Fonts()
    content = circular.content
    document = gbt9704.new_document(fonts)
    _properties(document, circular)
    if circular.number:
        gbt9704.red_head(document, content["agency"], circular.number, fonts)
    document.add_paragraph(circular.title, style="Title")
    if circular.state == CircularState.DRAFT:
        gbt9704.paragraph(document, [(DRAFT_MARK, fonts.second)], indent=False)
    gbt9704.paragraph(document, "", indent=False)
    if circular.recipient:
        gbt9704.paragraph(document, f"{circular.recipient}：", indent=False, keep=True)
    gbt9704.paragraph(document, tight(circular.opening))
    if words := correction_words(circular):
        gbt9704.paragraph(document, f"{tight(words).rstrip('。')}。")
    for section in sections(circular):
        document.add_heading(section.heading, 1)
        _section(document, section)
    gbt9704.paragraph(document, "", indent=False, keep=True)
    gbt9704.signature(document, content["agency"], day(_dated(circular).isoformat()))
    return document.content()


def _dated(circular: Circular) -> datetime.date:
    return circular.issued_on or datetime.date.fromisoformat(circular.content["as_of"])


def _properties(document, circular: Circular) -> None:
    properties, signed = document.core_properties, _dated(circular)
    properties.author = properties.last_modified_by = circular.content["agency"]
    properties.title, properties.comments, properties.language = circular.title, "", "zh-CN"
    properties.created = properties.modified = datetime.datetime(signed.year, signed.month, signed.day)
    properties.revision = 1


def _section(document, section: Section) -> None:
    for text in section.sentences:
        for line in text.splitlines():
            if line.strip():
                gbt9704.paragraph(document, tight(line), keep=bool(section.rows))
    if section.rows:
        rows = [[name, tight(lack["name"]), tight(lack["text"])] for _, name, lack in section.rows]
        gbt9704.table(document, ["党组织", section.what, "情况"], rows, [42, 62, 52], left=(0, 1, 2))
