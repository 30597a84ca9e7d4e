"""What is written as text is what python-docx would have written, and what is held does not grow with it."""

import io
import tracemalloc
import zipfile

import docx
import pytest
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm

from common.documents import gbt9704
from common.documents.gbt9704 import Fonts

TEXTS = ["", "得分", " 前后 ", "　全角", "A & B <c> \"d\" 'e'", "一\t二", "三\n四", "五  六", "🎏", "x" * 300]


def slow_table(document, heads, rows, widths, left):
    """A table cell by cell, as it was made before it was written as text."""
    new = document.add_table(rows=0, cols=len(heads))
    new.style, new.alignment, new.autofit = "Table Grid", WD_TABLE_ALIGNMENT.CENTER, False
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        element = OxmlElement(f"w:{side}")
        element.set(qn("w:w"), "34")
        element.set(qn("w:type"), "dxa")
        margins.append(element)
    new._tbl.tblPr.insert_element_before(margins, "w:tblLook")
    for place, column in enumerate(new.columns):
        column.width = Mm(widths[place])
    for number, row in enumerate([heads, *rows]):
        line = new.add_row()
        marks = ("w:cantSplit", *(["w:tblHeader"] if number == 0 else []))
        line._tr.get_or_add_trPr().extend(OxmlElement(mark) for mark in marks)
        for place, (cell, text) in enumerate(zip(line.cells, row, strict=True)):
            cell.width, cell.vertical_alignment = Mm(widths[place]), WD_CELL_VERTICAL_ALIGNMENT.CENTER
            for at, words in enumerate((text if isinstance(text, list) else [text]) or [""]):
                part = cell.paragraphs[0] if at == 0 else cell.add_paragraph()
                part._p.get_or_add_pPr().style = document.styles[gbt9704.LARGE].style_id
                at_left = number > 0 and place in left
                part.alignment = WD_ALIGN_PARAGRAPH.LEFT if at_left else WD_ALIGN_PARAGRAPH.CENTER
                if number in {0, len(rows) - 1}:
                    part.paragraph_format.keep_with_next = True
                part.add_run(words)


def text_of(content):
    with zipfile.ZipFile(io.BytesIO(content)) as found:
        return found.read("word/document.xml").decode()


@pytest.mark.parametrize("number", [0, 1, 2, 5])
def test_a_table_is_what_it_was_cell_by_cell(number):
    rows = [[TEXTS[at], [TEXTS[-at], TEXTS[at + 1]], []] for at in range(1, number + 1)]
    heads, widths = ["甲", "乙 ", "丙"], [46, 72 / 7, 14.5]
    made, slow = gbt9704.new_document(Fonts()), gbt9704.new_document(Fonts())
    for document in (made, slow):
        document.add_heading("一、得分", 1)
    gbt9704.table(made, heads, rows, widths, left=(0, 2))
    slow_table(slow, heads, rows, widths, left=(0, 2))
    for document in (made, slow):
        gbt9704.paragraph(document, "完")
    assert text_of(made.content()) == text_of(slow.content())


def test_it_opens_with_everything_in_its_order():
    document = gbt9704.new_document(Fonts())
    for number in range(3):
        document.add_heading(f"标题{number}", 2)
        gbt9704.table(document, ["列"], [[f"格{number}"]], [40])
    gbt9704.paragraph(document, "末段")
    found = docx.Document(io.BytesIO(document.content()))
    assert [row.text for row in found.paragraphs] == ["标题0", "标题1", "标题2", "末段"]
    assert [table.rows[1].cells[0].text for table in found.tables] == ["格0", "格1", "格2"]
    with pytest.raises(ValueError):
        gbt9704.table(document, ["列"], [["\0"]], [40])


def test_what_is_held_does_not_grow_with_it():
    def most(number):
        document = gbt9704.new_document(Fonts())
        tracemalloc.start()
        for place in range(number):
            document.add_heading(f"党支部{place}", 2)
            gbt9704.table(document, ["指标", "得分"], [["主题党日", "6.0"]] * 5, [40, 40])
        held = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        # What stays in memory of a short document, its text, is no tree.
        return held - document._written.tell()

    few, many = most(20), most(200)
    assert many < few + 400_000
