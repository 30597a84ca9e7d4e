import io
import time
import zipfile

import openpyxl

from assessments.reports.xlsx import render
from tests.assessments.reports.sample import report, trial


def opened(data):
    return openpyxl.load_workbook(io.BytesIO(render(data)))


def rows(sheet):
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def test_every_part_of_the_report_has_its_sheet():
    work = ["四同步", "滞后和缺失", "责任落实"]
    names = ["说明", "支部得分", "失分明细", *work, "各期平均", "与上期比较", "人工调整"]
    book = opened(report())
    assert book.sheetnames == names
    assert rows(book["四同步"])[2] == ["同步安排", 2, 0, 1, 1, 0]
    assert rows(book["滞后和缺失"])[1][:3] == ["能源保供与迎峰度冬", "安排", "缺失，业务 8月16日"]
    assert opened(trial() | {"comparison": None, "work": None}).sheetnames == [*names[:3], names[6]]


def test_figures_are_numbers_and_unknown_is_blank_not_zero():
    book = opened(report())
    table = rows(book["支部得分"])
    assert table[0][:5] == ["党支部", "得分", "比上期", "等次", "组织生活（30）"]
    assert table[8][:8] == ["能源处党支部", 71.5, -5.5, "合格", 20, 15.5, 17, 12]
    unknown = next(row for row in rows(book["失分明细"]) if row[1] == "党费收缴")
    assert unknown[2:5] == ["未知", None, None]


def test_each_lost_point_is_one_row():
    detail = [row for row in rows(opened(report())["失分明细"])[1:] if row[0] == "投资处党支部" and row[6]]
    assert [(row[1], row[5], row[6]) for row in detail] == [
        ("组织生活", "9月支委会补办完成", 1),
        ("组织生活", "第二党小组8月党小组会未见记录", 2),
        ("四同步", "“政府投资计划中期调整”缺同步研究", 3.5),
        ("四同步", "同步实施滞后 18 天", 1),
    ]


def test_text_is_never_a_formula_whatever_it_begins_with():
    data = report()
    hostile = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "http://example.org", "00012", "\t=1"]
    data["branches"][0]["name"], data["branches"][1]["name"] = hostile[0], hostile[1]
    data["notes"] = hostile[2:]
    data["chapters"][0]["indicators"][0]["reasons"][0]["text"] = '=HYPERLINK("http://example.org")'
    content = render(data)
    book = openpyxl.load_workbook(io.BytesIO(content))
    for sheet in book:
        for row in sheet.iter_rows():
            assert all(cell.data_type != "f" and cell.hyperlink is None for cell in row)
    assert rows(book["支部得分"])[1][0] == "=1+1"
    assert [row[1] for row in rows(book["说明"])][-6:-1] == hostile[2:]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheets = [archive.read(name).decode() for name in archive.namelist() if "worksheets/sheet" in name]
    assert not any("<f>" in sheet for sheet in sheets)


def test_the_first_sheet_says_what_it_is_and_where_it_comes_from():
    about = dict(rows(opened(report())["说明"])[1:9])
    assert about["考核期"] == "2026年第三季度（2026年7月1日至9月30日）"
    assert about["状态"] == "已发布（2026-10-12）" and about["审计校验码"].startswith("18342:")
    assert dict(rows(opened(trial())["说明"])[1:9])["状态"] == "试算"


def test_the_same_report_gives_the_same_bytes_at_any_hour(monkeypatch):
    first = render(report())
    monkeypatch.setattr(time, "time", lambda: 4102444800.0)
    assert render(report()) == first
