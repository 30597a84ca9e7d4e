import io
import time
import zipfile

import docx
import pytest
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.shared import Pt

from assessments.reports.docx import render
from assessments.reports.reading import level_table
from assessments.reports.shape import WrongShape
from common.documents.gbt9704 import Fonts
from tests.assessments.reports.sample import report, trial


def opened(data, fonts=None):
    return docx.Document(io.BytesIO(render(data, fonts)))


@pytest.fixture(scope="module")
def document():
    return opened(report())


def texts(document):
    return [paragraph.text for paragraph in document.paragraphs]


def find(document, start):
    return next(paragraph for paragraph in document.paragraphs if paragraph.text.startswith(start))


def east_asian(element):
    return element.find(qn("w:rPr")).find(qn("w:rFonts")).get(qn("w:eastAsia"))


def test_the_page_is_a4_with_the_margins_of_an_official_document(document):
    section = document.sections[0]
    assert (section.page_width.mm, section.page_height.mm) == (
        pytest.approx(210, abs=0.1),
        pytest.approx(297, abs=0.1),
    )
    margins = (section.top_margin, section.left_margin, section.right_margin, section.bottom_margin)
    assert [round(margin.mm) for margin in margins] == [37, 28, 26, 35]


def test_styles_have_the_fonts_sizes_and_exact_line_spacing(document):
    expected = {
        "Normal": ("仿宋_GB2312", 16, 28),
        "Heading 1": ("黑体", 16, 28),
        "Heading 2": ("楷体_GB2312", 16, 28),
        "Heading 3": ("仿宋_GB2312", 16, 28),
        "Title": ("方正小标宋简体", 22, 35),
        "Report Table": ("仿宋_GB2312", 12, 18),
    }
    for name, (font, size, line) in expected.items():
        style = document.styles[name]
        assert east_asian(style.element) == font
        assert (style.font.size, style.font.bold) == (Pt(size), False)
        assert style.paragraph_format.line_spacing == Pt(line)
        assert style.element.pPr.find(qn("w:spacing")).get(qn("w:lineRule")) == "exact"
        assert style.element.rPr.find(qn("w:rFonts")).get(qn("w:asciiTheme")) is None


def test_body_paragraphs_are_indented_by_two_characters(document):
    body = find(document, "按照《党支部年度考核方案》")
    indent = body._p.pPr.find(qn("w:ind"))
    assert indent.get(qn("w:firstLineChars")) == "200"
    assert find(document, "委党组：")._p.pPr.find(qn("w:ind")) is None


def test_paragraph_properties_stand_in_the_order_of_the_format(document):
    order = ["pStyle", "keepNext", "keepLines", "pageBreakBefore", "widowControl", "pBdr", "spacing", "ind"]
    order += ["contextualSpacing", "jc", "outlineLvl", "rPr"]
    parts = [document.element.body, document.styles.element]
    found = [props for part in parts for props in part.iter(qn("w:pPr"))]
    assert len(found) > 100
    for props in found:
        names = [child.tag.split("}")[1] for child in props]
        known = [order.index(name) for name in names if name in order]
        assert known == sorted(known), names


def test_headings_are_numbered_without_gaps(document):
    heads = [p.text for p in document.paragraphs if p.style.name == "Heading 1"]
    assert heads == [
        "一、总体情况",
        "二、各党支部得分",
        "三、与上期比较",
        "四、支部分析",
        "五、业务融合与责任落实",
        "六、工作建议",
        "七、有关说明",
    ]
    second = [p.text for p in document.paragraphs if p.style.name == "Heading 2"]
    assert second == ["（一）投资处党支部", "（二）能源处党支部"]
    assert "1. 请分管领导约谈能源处党支部书记。（责任：分管领导；时限：2026年10月31日）" in texts(document)


def test_sections_without_content_leave_no_heading():
    short = opened(report(comparison=None, chapters=[], actions=[], work=None))
    heads = [p.text for p in short.paragraphs if p.style.name == "Heading 1"]
    assert heads == ["一、总体情况", "二、各党支部得分", "三、有关说明"]


def test_figures_stand_without_spaces_and_findings_are_set_off(document):
    finding = find(document, "各党支部平均88.6分，比上季度提高0.5分")
    strong = [run for run in finding.runs if run._r.find(qn("w:rPr")) is not None]
    assert [(run.text, east_asian(run._r)) for run in strong] == [("连续三个季度上升", "黑体")]


def test_page_numbers_differ_on_odd_and_even_pages(document):
    assert document.settings.odd_and_even_pages_header_footer is True
    section = document.sections[0]
    for footer, align in (
        (section.footer, WD_ALIGN_PARAGRAPH.RIGHT),
        (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT),
    ):
        line = footer.paragraphs[0]
        assert line.text == "— 1 —" and line.alignment == align
        assert "PAGE" in line._p.xml
        assert {run.font.size for run in line.runs} == {Pt(14)}
        assert {east_asian(run._r) for run in line.runs} == {"宋体"}
        inset = line.paragraph_format.right_indent or line.paragraph_format.left_indent
        assert inset == Pt(14)


def test_tables_repeat_their_head_and_never_split_a_row(document):
    assert len(document.tables) == 11
    for table in document.tables:
        rows = table._tbl.tr_lst
        assert rows[0].trPr.find(qn("w:tblHeader")) is not None
        assert all(row.trPr.find(qn("w:cantSplit")) is not None for row in rows)
        assert all(row.trPr.find(qn("w:tblHeader")) is None for row in rows[1:])
        styles = {p.style.name for row in table.rows for cell in row.cells for p in cell.paragraphs}
        assert styles == {"Report Table"}
        width = sum(cell.width for cell in table.rows[0].cells)
        assert width / 36000 == pytest.approx(156, abs=0.5)


def test_the_table_of_branches_carries_scores_changes_and_no_rank(document):
    table = document.tables[2]
    assert [cell.text for cell in table.rows[0].cells][:5] == [
        "党支部",
        "得分",
        "比上期",
        "等次",
        "组织生活\n30分",
    ]
    energy = [cell.text for cell in table.rows[-1].cells]
    assert energy == ["能源处党支部", "71.5", "−5.5", "合格", "20.0", "15.5", "17.0", "12.0", "7.0"]


def test_ranks_are_shown_where_the_report_has_them():
    data = report()
    for place, row in enumerate(data["branches"], 1):
        row["rank"] = place
    table = opened(data).tables[2]
    assert [row.cells[0].text for row in table.rows] == ["名次", *map(str, range(1, 9))]
    assert sum(cell.width for cell in table.rows[0].cells) / 36000 == pytest.approx(156, abs=0.5)


def test_every_reason_and_its_evidence_are_in_the_chapter(document):
    rows = [[cell.text for cell in row.cells] for row in document.tables[5].rows]
    assert rows[1] == [
        "组织生活",
        "27.0/30.0",
        "26.6",
        "9月支委会补办完成，扣1分\n第二党小组8月党小组会未见记录，扣2分",
        "支委会09-30\n党小组会台账",
    ]
    assert rows[4][1:4] == ["未知", "—", "—"]


def test_the_chapter_on_work_names_stages_problems_and_levels(document):
    assert find(document, "2项重点业务应同步6个环节，同步4个，缺失1个。")
    tables = [[[cell.text for cell in row.cells] for row in table.rows] for table in document.tables]
    assert ["同步安排", "2", "0", "1", "1", "0"] in next(rows for rows in tables if rows[0][0] == "环节")
    problems = next(rows for rows in tables if rows[0][0] == "重点业务")
    assert problems[1] == ["能源保供与迎峰度冬", "安排", "缺失，业务8月16日", "能源处党支部", "顾海平"]
    assert ["党支部", "96", "90", "6"] in next(rows for rows in tables if rows[0][0] == "层级")


def test_duties_and_holders_stand_before_occurrences_and_an_older_report_reads_as_before():
    counted = {"holders": 17, "duties": 40, "on_time": 30, "late": 4, "behind": 6}
    newer = report()
    newer["work"]["levels"] = [{"name": "党支部", "owed": 96, "done": 90, "overdue": 6} | counted]
    tables = [[[cell.text for cell in row.cells] for row in table.rows] for table in opened(newer).tables]
    rows = next(rows for rows in tables if rows[0][0] == "层级")
    assert rows == [
        ["层级", "责任主体", "到期责任", "按期", "补录或补办", "逾期", "应落实项次", "已落实项次"],
        ["党支部", "17", "40", "30", "4", "6", "96", "90"],
    ]
    assert level_table(report()["work"])[0] == ["层级", "到期项次", "已落实", "逾期"]


def test_a_number_brings_the_red_head_and_its_absence_takes_it_away():
    document = opened(report())
    head = document.paragraphs[0]
    assert head.text == "某市发展和改革委员会机关党委"
    assert str(head.runs[0].font.color.rgb) == "C00000" and east_asian(head.runs[0]._r) == "方正小标宋简体"
    assert find(document, "发改党考〔2026〕3号")._p.pPr.find(qn("w:pBdr")) is not None
    without = opened(trial())
    assert without.paragraphs[0].text == "2026年第三季度机关党建考核报告"
    assert "w:pBdr" not in without.element.body.xml and "C00000" not in without.element.body.xml


def test_a_trial_is_marked_and_a_published_report_carries_its_anchor():
    draft, final = texts(opened(trial())), texts(opened(report()))
    assert "（试算稿，未发布）" in draft and "（试算稿，未发布）" not in final
    assert any("数据尚未冻结" in text for text in draft)
    assert any("审计校验码：18342:9f2c4e7ab1d0335c8e6f4471" in text for text in final)


def test_the_date_stands_four_characters_in_and_the_office_above_it():
    short = opened(report(signature={"name": "机关党委", "on": "2026-10-12"}, adjustments=[]))
    name, date = short.paragraphs[-2:]
    assert (name.text, date.text) == ("机关党委", "2026年10月12日")
    assert date.paragraph_format.right_indent == Pt(64)
    assert name.paragraph_format.right_indent == Pt(16 * 5.5)
    assert name.paragraph_format.keep_with_next


def test_adjustments_come_on_a_page_of_their_own(document):
    assert "附件：人工调整情况" in texts(document)
    assert find(document, "附件") is not None
    head = next(p for p in document.paragraphs if p.text == "附件")
    assert head.paragraph_format.page_break_before
    row = [cell.text for cell in document.tables[-1].rows[1].cells]
    assert row[:5] == ["社会处党支部", "责任落实", "12.5", "−0.5", "12.0"]
    assert not any(text.startswith("附件") for text in texts(opened(report(adjustments=[]))))


def test_an_office_may_name_its_own_fonts():
    document = opened(report(), Fonts(body="仿宋", title="宋体"))
    assert east_asian(document.styles["Normal"].element) == "仿宋"
    assert east_asian(document.styles["Title"].element) == "宋体"


def test_the_same_report_gives_the_same_bytes_at_any_hour(monkeypatch):
    first = render(report())
    monkeypatch.setattr(time, "time", lambda: 4102444800.0)
    monkeypatch.setattr(time, "localtime", lambda *_: time.gmtime(4102444800))
    assert render(report()) == first
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = archive.read("docProps/core.xml").decode()
    assert "2026-10-12T00:00:00Z" in core and "python-docx" not in core


def test_a_report_of_another_shape_is_refused():
    with pytest.raises(WrongShape):
        render(report(title=""))
