"""The page of an official document: sizes, fonts and paragraphs of GB/T 9704 set in Word.

Values are those of the doc-* rules; those without a verified clause are settings, held here as defaults.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from docx import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor, Twips

from common.documents.long_document import LongDocument, table_text

PAGE = (11906, 16838)
MARGINS = {"top_margin": 2098, "left_margin": 1587, "right_margin": 1474, "bottom_margin": 1984}
TEXT_WIDTH_MM = 156
BODY, TITLE, TABLE_SIZE, SMALL_SIZE, PAGE_NUMBER = Pt(16), Pt(22), Pt(12), Pt(10.5), Pt(14)
LINE, TITLE_LINE, TABLE_LINE, SMALL_LINE = Pt(28), Pt(35), Pt(18), Pt(15)
# The style of tables among the text, and of those that stand in an annex.
SMALL, LARGE = "Report Table Small", "Report Table"
# Characters of a title that fit on one line.
TITLE_CHARS = int(TEXT_WIDTH_MM / 0.3528 / 22)
BLACK, RED = RGBColor(0, 0, 0), RGBColor(0xC0, 0x00, 0x00)
HEAD_OFFSET = Mm(35)
INDENT_CHARS = 2


@dataclass(frozen=True)
class Fonts:
    """Names of the fonts; an office without one of them sets its own (仿宋, FangSong, 宋体)."""

    body: str = "仿宋_GB2312"
    title: str = "方正小标宋简体"
    first: str = "黑体"
    second: str = "楷体_GB2312"
    page: str = "宋体"
    latin: str = "Times New Roman"


def new_document(fonts: Fonts) -> LongDocument:
    """An empty A4 LongDocument with the margins, styles and page numbers of an official document."""
    document = Document()
    section = document.sections[0]
    section.page_width, section.page_height = Twips(PAGE[0]), Twips(PAGE[1])
    for name, twips in MARGINS.items():
        setattr(section, name, Twips(twips))
    # The page number stands 7 mm below the text area.
    section.footer_distance = Mm(35 - 7 - 5)
    section.header_distance = Mm(15)
    document.settings.odd_and_even_pages_header_footer = True
    _styles(document, fonts)
    _page_number(section.footer, WD_ALIGN_PARAGRAPH.RIGHT, fonts)
    _page_number(section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT, fonts)
    return LongDocument(document)


def _styles(document: Any, fonts: Fonts) -> None:
    styles = document.styles
    for element in styles.element.iter(qn("w:docDefaults")):
        for name in ("w:lang",):
            for lang in element.iter(qn(name)):
                lang.set(qn("w:eastAsia"), "zh-CN")
    _style(styles["Normal"], fonts.body, BODY, fonts, LINE)
    for name, font in (("Heading 1", fonts.first), ("Heading 2", fonts.second), ("Heading 3", fonts.body)):
        style = _style(styles[name], font, BODY, fonts, LINE)
        style.paragraph_format.keep_with_next = True
        _first_line(style.element.get_or_add_pPr())
    _style(styles["Title"], fonts.title, TITLE, fonts, TITLE_LINE)
    for border in styles["Title"].element.pPr.findall(qn("w:pBdr")):
        styles["Title"].element.pPr.remove(border)
    styles["Title"].paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    for name, size, line in ((LARGE, TABLE_SIZE, TABLE_LINE), (SMALL, SMALL_SIZE, SMALL_LINE)):
        table = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
        table.base_style = styles["Normal"]
        _style(table, fonts.body, size, fonts, line)


def _style(style: Any, font: str, size: Any, fonts: Fonts, line: Any) -> Any:
    properties = style.element.get_or_add_rPr()
    for name in ("w:rFonts", "w:color", "w:spacing", "w:kern"):
        for old in properties.findall(qn(name)):
            properties.remove(old)
    style.font.name = fonts.latin
    set_east_asian(properties, font)
    style.font.size, style.font.bold, style.font.italic = size, False, False
    style.font.color.rgb = BLACK
    layout = style.paragraph_format
    layout.line_spacing_rule, layout.line_spacing = WD_LINE_SPACING.EXACTLY, line
    layout.space_before = layout.space_after = Pt(0)
    layout.widow_control = False
    return style


def set_east_asian(properties: Any, font: str) -> None:
    """Set the font of Chinese characters in run properties."""
    fonts = properties.find(qn("w:rFonts"))
    if fonts is None:
        fonts = OxmlElement("w:rFonts")
        properties.insert(0, fonts)
    fonts.set(qn("w:eastAsia"), font)


def _first_line(properties: Any, chars: int = INDENT_CHARS) -> None:
    """First line indented by whole characters, which holds at any size of type."""
    # In its place among the properties: Word rejects a file whose elements stand out of order.
    indent = properties.get_or_add_ind()
    indent.set(qn("w:firstLineChars"), str(chars * 100))
    indent.set(qn("w:firstLine"), str(chars * 320))


def paragraph(document: Any, pieces: Any, *, indent: bool = True, align: Any = None, keep: bool = False) -> Any:
    """A body paragraph. `pieces`: text, or pairs (text, font or None) for runs in another font."""
    new = document.add_paragraph()
    if indent:
        _first_line(new._p.get_or_add_pPr())
    new.alignment = WD_ALIGN_PARAGRAPH.JUSTIFY if align is None else align
    new.paragraph_format.keep_with_next = keep
    for text, font in [(pieces, None)] if isinstance(pieces, str) else pieces:
        run = new.add_run(text)
        if font:
            set_east_asian(run._r.get_or_add_rPr(), font)
    return new


def red_head(document: Any, agency: str, number: str, fonts: Fonts, signer: str = "") -> None:
    """The head of a document with a number: agency in red, the number, a red line 4 mm below it.

    signer: of a document to who is above; then the number stands one character in from the left, the signer from the right.
    """
    head = document.add_paragraph()
    head.alignment = WD_ALIGN_PARAGRAPH.CENTER
    head.paragraph_format.space_before = HEAD_OFFSET
    head.paragraph_format.line_spacing = Pt(44)
    run = head.add_run(agency)
    # The widest size at which the name still stands on one line of the text area.
    run.font.size = Pt(max(22, min(36, int(TEXT_WIDTH_MM / 0.3528 / max(len(agency), 1)))))
    run.font.color.rgb = RED
    set_east_asian(run._r.get_or_add_rPr(), fonts.title)
    paragraph(document, "", indent=False)
    if signer:
        line = paragraph(document, _signed(number, signer, fonts), indent=False, align=WD_ALIGN_PARAGRAPH.LEFT)
        layout = line.paragraph_format
        layout.left_indent = layout.right_indent = BODY
        layout.tab_stops.add_tab_stop(Mm(TEXT_WIDTH_MM) - BODY, WD_TAB_ALIGNMENT.RIGHT)
    else:
        line = paragraph(document, number, indent=False, align=WD_ALIGN_PARAGRAPH.CENTER)
    _bottom_line(line, "C00000")
    paragraph(document, "", indent=False)
    paragraph(document, "", indent=False)


def _signed(number: str, signer: str, fonts: Fonts) -> list[tuple[str, str | None]]:
    """The runs 「number → 签发人：name」, the name in the font of second headings."""
    return [(f"{number}\t签发人：", None), (signer, fonts.second)]


def signer_line(document: Any, signer: str, fonts: Fonts) -> None:
    """Who signs a document to who is above, where it has no number and so no red head."""
    line = paragraph(
        document, [("签发人：", None), (signer, fonts.second)], indent=False, align=WD_ALIGN_PARAGRAPH.RIGHT
    )
    line.paragraph_format.right_indent = BODY
    paragraph(document, "", indent=False)


def _bottom_line(target: Any, colour: str) -> None:
    borders = OxmlElement("w:pBdr")
    bottom = OxmlElement("w:bottom")
    # Eighths of a point: 12 is 1.5 pt. The space is in points: 11 pt are 4 mm.
    for name, value in (("val", "single"), ("sz", "12"), ("space", "11"), ("color", colour)):
        bottom.set(qn(f"w:{name}"), value)
    borders.append(bottom)
    target._p.get_or_add_pPr().insert_element_before(borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr")


def title(document: Any, text: str, breaks: Sequence[str] = ()) -> Any:
    """The title, broken before one of these words where it is longer than a line, so that its lines are of a length."""
    at = next((text.index(word) for word in breaks if word in text), 0)
    line = document.add_paragraph(style="Title")
    if len(text) > TITLE_CHARS and at:
        line.add_run(text[:at]).add_break()
        line.add_run(text[at:])
    else:
        line.add_run(text)
    return line


def signature(document: Any, name: str, date: str) -> None:
    """The date four characters from the right edge, the office centred above it.

    An office whose name is too long for that stands at the edge, and the date is centred below it.
    """
    wider = (len(name) - _full_widths(date)) / 2
    name_from_right = max(4 - wider, 0)
    for text, from_right in ((name, name_from_right), (date, name_from_right + wider)):
        line = document.add_paragraph(text)
        line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        line.paragraph_format.right_indent = Pt(16 * from_right)
        line.paragraph_format.keep_with_next = text is name


def _full_widths(text: str) -> float:
    return sum(1 if character > "⺀" else 0.5 for character in text)


def _page_number(footer: Any, align: Any, fonts: Fonts) -> None:
    """— 1 — in 4号 half-width figures, one character in from the outer edge."""
    footer.is_linked_to_previous = False
    line = footer.paragraphs[0]
    line.style = "Normal"
    line.alignment = align
    layout = line.paragraph_format
    layout.line_spacing_rule, layout.line_spacing = WD_LINE_SPACING.SINGLE, 1.0
    if align == WD_ALIGN_PARAGRAPH.RIGHT:
        layout.right_indent = PAGE_NUMBER
    else:
        layout.left_indent = PAGE_NUMBER
    for part in ("— ", None, " —"):
        run = line.add_run(part or "")
        run.font.size, run.font.name = PAGE_NUMBER, fonts.page
        set_east_asian(run._r.get_or_add_rPr(), fonts.page)
        if part is None:
            for kind, text in (
                ("begin", None),
                (None, " PAGE "),
                ("separate", None),
                ("text", "1"),
                ("end", None),
            ):
                run._r.append(_field_part(kind, text))


def _field_part(kind: str | None, text: str | None) -> Any:
    if kind in ("begin", "separate", "end"):
        mark = OxmlElement("w:fldChar")
        mark.set(qn("w:fldCharType"), kind)
        return mark
    element = OxmlElement("w:instrText" if kind is None else "w:t")
    element.set(qn("xml:space"), "preserve")
    element.text = text
    return element


def caption(document: Any, text: str, *, centred: bool = False) -> Any:
    """The line above a table, which stays with it; centred: in the size of the table."""
    if not centred:
        return paragraph(document, text, keep=True)
    line = paragraph(document, text, indent=False, align=WD_ALIGN_PARAGRAPH.CENTER, keep=True)
    line._p.get_or_add_pPr().style = document.styles[SMALL].style_id
    line.paragraph_format.space_before = line.paragraph_format.space_after = Pt(4)
    return line


def note(document: Any, text: str) -> Any:
    """The line below a table, in its size; half a line where there is nothing to say, so that the text does not touch it."""
    line = paragraph(document, text, indent=False, align=WD_ALIGN_PARAGRAPH.LEFT)
    line._p.get_or_add_pPr().style = document.styles[SMALL].style_id
    if not text:
        line.paragraph_format.line_spacing = Pt(8)
    return line


def table(
    document: Any,
    heads: list[Any],
    rows: list[Any],
    widths: Sequence[float],
    *,
    left: Collection[int] = (),
    small: bool = False,
) -> None:
    """A table in 12 pt: the head row repeats on every page, no row is split across pages, the head stays with the first row, and
    the last two rows stay together.

    `heads`: a row of texts; `rows`: more of them; a list in a cell makes one line each; `widths` in mm;
    `left`: columns set at the left edge, the others centred. `small`: 10.5 pt, among the text.
    """
    # By its id: a look for the style by name takes longer than a row.
    style = document.styles[SMALL if small else LARGE].style_id
    document.put(table_text(heads, rows, widths, style, left))
