"""Lists that go out are safe to open, and come back equal."""

import datetime
import io
import zipfile

import openpyxl
import pytest

from common.tabular import Field, read_table, safe_cell, write_csv, write_xlsx

HOSTILE = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "  =cmd|'/c calc'!A1",
    "＝1",
    "＋1",
    "'=1",
    "''+1",
    "'quoted'",
    '=HYPERLINK("x")',
    "{=1}",
    "http://x",
    "-",
    "a=b",
]
FIELDS = [Field("name", "姓名", required=True), Field("note", "说明")]
COLUMNS = [("name", "姓名"), ("note", "说明")]


def rows():
    return [{"name": f"张{n}", "note": text} for n, text in enumerate(HOSTILE)]


@pytest.mark.parametrize(("writer", "name"), [(write_csv, "a.csv"), (write_xlsx, "a.xlsx")])
def test_hostile_text_comes_back_equal(writer, name):
    out = io.BytesIO()
    writer(rows(), COLUMNS, out)
    table = read_table(out.getvalue(), name, FIELDS)
    assert [r.values["note"] for r in table.rows] == HOSTILE


def test_no_cell_of_the_csv_begins_a_formula():
    out = io.BytesIO()
    write_csv(rows(), COLUMNS, out)
    assert out.getvalue().startswith(b"\xef\xbb\xbf")
    for text in HOSTILE:
        assert str(safe_cell(text)).lstrip()[0] not in "=+-@＝＋－＠"
    assert safe_cell(-5) == -5


def test_no_cell_of_the_workbook_is_a_formula_or_a_link():
    out = io.BytesIO()
    write_xlsx(rows(), COLUMNS, out, title="名册[1]:*?/\\" + "长" * 40, notes=["=导出人"])
    sheet = openpyxl.load_workbook(io.BytesIO(out.getvalue())).active
    kinds = {cell.data_type for line in sheet.iter_rows() for cell in line}
    assert "f" not in kinds
    assert sheet.freeze_panes == "A3"
    parts = zipfile.ZipFile(out).namelist()
    assert not [p for p in parts if "_rels/sheet" in p]


def test_characters_that_xml_cannot_hold_are_left_out():
    out = io.BytesIO()
    write_xlsx(
        [["a\0b\x07\ufffe\ud800c", None, datetime.date(2026, 1, 8), 3, True, float("nan"), 10**18]],
        list("甲乙丙丁戊己庚"),
        out,
    )
    line = next(openpyxl.load_workbook(io.BytesIO(out.getvalue())).active.iter_rows(min_row=2, values_only=True))
    assert line[:5] == ("abc", None, datetime.datetime(2026, 1, 8), 3, "是")
    assert line[6] == str(10**18)
    out = io.BytesIO()
    write_csv([["a\0\ud800", None]], ["甲", "乙"], out)
    assert out.getvalue().decode("utf-8-sig") == "甲,乙\r\na?,\r\n"


def test_many_rows_are_written_in_pieces():
    class Counting(io.BytesIO):
        largest = 0

        def write(self, data):
            self.largest = max(self.largest, len(data))
            return super().write(data)

    out = Counting()
    write_csv(([n, "字" * 50] for n in range(5000)), ["甲", "乙"], out)
    assert out.largest < 100_000
    assert out.getvalue().count(b"\r\n") == 5001
