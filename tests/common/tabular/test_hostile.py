"""Files that attack whoever opens them, and text in other encodings."""

import resource
import subprocess
import sys
import time

import pytest

from common.tabular import Field, UnreadableFile, read_table, reader
from members.roster.ledger import MEMBERS
from tests.common.tabular import workbooks as w

NAME = [Field("name", "姓名", required=True)]


def read(sheet, more=None):
    return read_table(w.archive(w.parts_of(sheet, more)), "a.xlsx", NAME)


def row(number, *cells):
    return f'<row r="{number}">{"".join(cells)}</row>'


HEAD = row(1, w.text_cell("A1", "姓名"))


def test_two_far_corners_cost_nothing():
    sheet = w.sheet_xml(HEAD + row(1048576, w.text_cell("XFD1048576", "x")))
    began, before = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(UnreadableFile, match="1048576"):
        read(sheet)
    assert time.monotonic() - began < 10
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 64 * 1024
    far_column = read(w.sheet_xml(HEAD + row(2, w.text_cell("A2", "张三"), w.text_cell("XFD2", "x"))))
    assert [r.values for r in far_column.rows] == [{"name": "张三"}]


@pytest.mark.parametrize(
    "sheet",
    [
        # Made in the test: every process of the suite reads these lines, and few of them need a gigabyte.
        lambda: w.sheet_xml("".join(row(n, w.text_cell(f"A{n}", "姓名" * 20)) for n in range(1, 400_001))),
        lambda: w.sheet_xml(HEAD + row(2, w.text_cell("A2", "x" * 300_000_000))),
    ],
    ids=["400,000 rows", "one cell of 300 MB"],
)
def test_large_when_unpacked_is_refused_before_unpacking(sheet):
    data = w.archive(w.parts_of(sheet()))
    began = time.monotonic()
    with pytest.raises(UnreadableFile, match="展开后过大"):
        read_table(data, "a.xlsx", NAME)
    assert time.monotonic() - began < 1


def test_shared_strings_of_300_mb_are_refused():
    with pytest.raises(UnreadableFile, match="展开后过大"):
        read(
            w.sheet_xml(HEAD),
            {"xl/sharedStrings.xml": b"<sst>" + b"<si><t>x</t></si>" * 18_000_000 + b"</sst>"},
        )


def test_one_long_text_referred_to_ten_thousand_times_is_refused():
    cells = "".join(row(n, f'<c r="A{n}" t="s"><v>0</v></c>') for n in range(2, 9000))
    strings = f'<sst xmlns="{w.MAIN}"><si><t>{"字" * 30_000}</t></si></sst>'
    with pytest.raises(UnreadableFile, match="展开后过大"):
        read(w.sheet_xml(HEAD + cells), {"xl/sharedStrings.xml": strings})


def test_a_cell_longer_than_any_program_writes_is_refused():
    with pytest.raises(UnreadableFile, match="32767"):
        read(w.sheet_xml(HEAD + row(2, w.text_cell("A2", "字" * 40_000))))


def test_more_than_ten_thousand_rows_are_refused_and_ten_thousand_are_read():
    rows = "".join(row(n, w.text_cell(f"A{n}", f"张{n}")) for n in range(2, 10_002))
    assert len(read(w.sheet_xml(HEAD + rows)).rows) == 10_000
    with pytest.raises(UnreadableFile, match="10000 行"):
        read(w.sheet_xml(HEAD + rows + row(10_002, w.text_cell("A10002", "x"))))
    with pytest.raises(UnreadableFile, match="第 20000 行仍有内容"):
        read(w.sheet_xml(HEAD + row(20_000, w.text_cell("A20000", "x"))))


def test_what_stands_right_of_sixty_columns_is_said_and_too_many_cells_are_refused():
    assert read_table(b"\xe5\xa7\x93\xe5\x90\x8d" + b"," * 60 + b"x\r\nA\r\n", "a.csv", NAME).cut
    assert read(w.sheet_xml(HEAD + row(2, w.text_cell("A2", "张三"), w.text_cell("BI2", "x")))).cut
    assert not read(w.sheet_xml(HEAD + row(2, w.text_cell("A2", "张三"), w.text_cell("BH2", "x")))).cut
    with pytest.raises(UnreadableFile, match="填写的单元格超过 300000 个"):
        read_table(("x," * 59 + "x\r\n").encode() * 5001, "a.csv", NAME)


def test_a_forged_size_is_damage():
    data = bytearray(w.archive(w.parts_of(w.sheet_xml(HEAD + row(2, w.text_cell("A2", "张三" * 2000))))))
    at = data.find(b"xl/worksheets/sheet1.xml", data.find(b"PK\x01\x02")) - 46
    data[at + 24 : at + 28] = (1000).to_bytes(4, "little")
    with pytest.raises(UnreadableFile, match="已损坏"):
        read_table(bytes(data), "a.xlsx", NAME)


LAUGHS = "<!DOCTYPE a [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;&a;&a;'><!ENTITY c '&b;&b;&b;&b;&b;&b;'>]>"


@pytest.mark.parametrize(
    "head",
    [
        LAUGHS,
        "<!DOCTYPE a [<!ENTITY a SYSTEM 'file:///etc/passwd'>]>",
        "<!DOCTYPE a [<!ENTITY a '" + "x" * 5000 + "'>]>",
    ],
)
@pytest.mark.parametrize("part", ["xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "[Content_Types].xml"])
def test_entities_are_refused_in_every_part(head, part):
    good = w.parts_of(w.sheet_xml(HEAD))[part].split("?>", 1)[-1]
    with pytest.raises(UnreadableFile, match="文档类型声明"):
        read(w.sheet_xml(HEAD), {part: head + good})


def test_a_parser_that_fails_gives_one_sentence():
    for sheet in ("<worksheet", "<a/>", w.sheet_xml("<row r='x'><c r='?'/></row>")):
        with pytest.raises(UnreadableFile, match="。$"):
            read(sheet)


def test_error_cells_and_formulas_without_a_value_are_named():
    table = read(
        w.sheet_xml(
            HEAD
            + row(2, '<c r="A2" t="e"><v>#N/A</v></c>')
            + row(3, '<c r="A3"><f>B1&amp;"x"</f></c>')
            + row(4, '<c r="A4" t="str"><f>B1</f><v>张三</v></c>')
        )
    )
    assert [r.values["name"] for r in table.rows] == [None, None, "张三"]
    assert "#N/A" in table.rows[0].problems["name"]
    assert "公式未计算" in table.rows[1].problems["name"]
    assert table.rows[2].problems == {}


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.xls", b"\xd0\xcf\x11\xe0"),
        ("a.xlsm", b"PK"),
        ("a", b"x"),
        ("a.csv", b""),
        ("a.csv", b"PK\x03\x04"),
        ("a.xlsx", b"<html>"),
        ("a.txt", b"x"),
    ],
)
def test_other_files_are_refused(name, data):
    with pytest.raises(UnreadableFile, match="。$"):
        read_table(data, name, NAME)


def test_a_missing_file_is_a_sentence(tmp_path):
    with pytest.raises(UnreadableFile, match="打不开"):
        read_table(tmp_path / "none.csv", "none.csv", NAME)


TEXT = '姓名,备注\r\n雷　佳,无\r\n𠮷野,"两行\r\n文字，含逗号,和引号"""\r\n\r\n李四,㐀\r\n'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_text_in_each_accepted_encoding_reads_the_same(encoding):
    table = read_table(TEXT.encode(encoding), "a.csv", [*NAME, Field("remark", "备注")])
    assert [(r.number, r.values["name"]) for r in table.rows] == [(2, "雷　佳"), (3, "𠮷野"), (5, "李四")]
    assert table.rows[1].values["remark"] == '两行\r\n文字，含逗号,和引号"'
    assert table.rows[2].values["remark"] == "㐀"


@pytest.mark.parametrize(
    "data",
    [
        TEXT.encode("utf-16"),
        TEXT.encode("utf-16-le"),
        "姓名\n".encode("gbk") + "张三丰正在学习\n".encode(),
        "姓名\n".encode() + "张三丰\n".encode("gbk") + b"\xff\n",
        "姓名\n張".encode("gbk") + b"\x81",
        b"\xff\xfe\xfa",
    ],
)
def test_other_and_mixed_encodings_are_refused(data):
    with pytest.raises(UnreadableFile, match="编码"):
        read_table(data, "a.csv", NAME)


def test_tabs_and_semicolons_are_understood():
    for mark in "\t;":
        table = read_table(f"姓名{mark}性别\n张三{mark}男\n".encode(), "a.CSV", MEMBERS, strict=False)
        assert table.rows[0].values == {"name": "张三", "sex": "男"}


def test_the_child_sees_none_of_our_secrets(monkeypatch):
    seen = {}
    real = reader.subprocess.Popen

    def spy(*args, **options):
        seen.update(options["env"])
        return real(*args, **options)

    monkeypatch.setenv("SECRET_KEY", "s" * 40)
    monkeypatch.setenv("FIELD_KEYS", "1:x")
    monkeypatch.setattr(reader.subprocess, "Popen", spy)
    read_table("姓名\n张三\n".encode(), "a.csv", NAME)
    assert seen
    assert not {"SECRET_KEY", "FIELD_KEYS"} & set(seen)


@pytest.mark.parametrize(
    "program", ["import os; os.abort()", "print('not json')", "while True: pass", "import sys; sys.exit(3)"]
)
def test_a_child_that_dies_or_hangs_costs_one_sentence(program, tmp_path, monkeypatch):
    script = tmp_path / "child.py"
    script.write_text(program)
    monkeypatch.setattr(reader, "CHILD", script)
    monkeypatch.setattr(reader, "WALL_SECONDS", 1)
    with pytest.raises(UnreadableFile, match="未能读取"):
        read_table("姓名\n张三\n".encode(), "a.csv", NAME)


def test_the_child_is_held_to_its_memory_and_time():
    program = (
        f"import resource, runpy; child = runpy.run_path({str(reader.CHILD)!r}); child['limit_process']();"
        "print(resource.getrlimit(resource.RLIMIT_AS)[0], resource.getrlimit(resource.RLIMIT_CPU)[0]);"
        "bytearray(1 << 31)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stdout.split() == [str(1 << 30), "60"]
    assert "MemoryError" in done.stderr
