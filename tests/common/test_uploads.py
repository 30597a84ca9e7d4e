"""Which uploads are taken, and how they are kept."""

import io
import os
import re
import stat
import zipfile
import zlib

import pytest

from common.uploads.sniffing import RefusedFile, check_upload, check_workbook, safe_name, store
from tests.common.tabular import workbooks as w

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360606060000000050001a5f64540"
    "0000000049454e44ae426082"
)
JPG = bytes.fromhex("ffd8ffe000104a46494600010100000100010000ffc0000b080001000101011100ffda0008010100003f00d2cf20ffd9")
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\nstartxref\n9\n%%EOF\n"
XLSX = w.archive(w.parts_of(w.sheet_xml("")))
SAMPLES = {
    "pdf": PDF,
    "png": PNG,
    "jpg": JPG,
    "xlsx": XLSX,
    "docx": w.docx(),
    "txt": "会议记录".encode(),
    "csv": "姓名,性别\n".encode("gbk"),
}
LIMIT = 20 * 1024 * 1024


def upload(name, data):
    file = io.BytesIO(data)
    file.name = name
    return file


def check(name, data, limit=LIMIT):
    return check_upload(upload(name, data), max_bytes=limit)


@pytest.mark.parametrize("kind", SAMPLES)
def test_each_kind_is_taken_under_its_own_extension_in_any_case(kind):
    found = check(f"材料.{kind.upper()}", SAMPLES[kind])
    assert (found.kind, found.size) == (kind, len(SAMPLES[kind]))
    assert len(found.sha256) == 64
    assert check("a.jpeg", JPG).content_type == "image/jpeg"


@pytest.mark.parametrize("kind", ["pdf", "png", "jpg", "xlsx", "docx"])
@pytest.mark.parametrize("other", SAMPLES)
def test_each_kind_under_anothers_extension_is_refused(kind, other):
    if kind != other:
        with pytest.raises(RefusedFile, match="。$"):
            check(f"a.{kind}", SAMPLES[other])


@pytest.mark.parametrize("kind", ["txt", "csv"])
@pytest.mark.parametrize("other", ["pdf", "png", "jpg", "xlsx", "docx"])
def test_binary_content_is_no_text(kind, other):
    with pytest.raises(RefusedFile):
        check(f"a.{kind}", SAMPLES[other])


@pytest.mark.parametrize(
    "name",
    [
        "a.doc",
        "a.xls",
        "a.docm",
        "a.xlsm",
        "a.svg",
        "a.html",
        "a.zip",
        "a.exe",
        "a",
        "a.",
        ".pdf",
        "a.pdf.exe",
        "a.pdf\u202eexe",
    ],
)
def test_other_extensions_are_refused(name):
    with pytest.raises(RefusedFile):
        check(name, PDF)


def test_a_second_dangerous_extension_is_refused_and_a_harmless_dot_is_not():
    with pytest.raises(RefusedFile):
        check("a.exe.pdf", PDF)
    assert check("2026.1.8会议.pdf", PDF).kind == "pdf"


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.pdf", b"%PDF-1.4\n<html><script>1</script>\n%%EOF"),
        ("a.pdf", PDF + b"<html>"),
        ("a.pdf", b"<html>" + PDF),
        ("a.pdf", PDF[:-7]),
        ("a.pdf", b"%PDF-1.4\n" + XLSX + b"\n%%EOF"),
        ("a.png", PNG + XLSX),
        ("a.png", PNG[:40]),
        ("a.jpg", JPG + b"<script>"),
        ("a.jpg", JPG[:30]),
        ("a.xlsx", PDF + XLSX),
        ("a.xlsx", XLSX + b"tail"),
        ("a.xlsx", XLSX[: len(XLSX) // 2]),
        ("a.docx", XLSX),
        ("a.txt", b"  <!DOCTYPE html><html>"),
        ("a.txt", b"\xef\xbb\xbf<svg onload=1>"),
        ("a.csv", b"<?xml version='1.0'?>"),
        ("a.csv", "姓名".encode("utf-16")),
        ("a.csv", b"\xff\xff\xff"),
    ],
)
def test_files_of_two_kinds_and_torn_files_are_refused(name, data):
    with pytest.raises(RefusedFile, match="。$"):
        check(name, data)


def pdf_with(catalogue):
    return b"%PDF-1.4\n1 0 obj<</Type/Catalog" + catalogue + b">>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"


PACKED = b" 5 0 obj<</Type/ObjStm/N 1/First 4/Filter/FlateDecode>>stream\r\n" + zlib.compress(
    b"9 0 <</S/JavaScript/JS(x)>>"
)


@pytest.mark.parametrize(
    "active",
    [
        b"/OpenAction<</S/JavaScript/JS(app.alert(1))>>",
        b"/OpenAction 5 0 R",
        b"/AA<</O<</S/Java#53cript/JS 6 0 R>>>>",
        b"/A<</S/Launch/F(cmd.exe)>>",
        b"/Names<</EmbeddedFiles 7 0 R>>",
        b">>endobj 3 0 obj<</Type/EmbeddedFile",
        b">>endobj" + PACKED + b"\nendstream endobj<<",
    ],
)
def test_a_pdf_that_acts_by_itself_or_carries_files_is_refused(active):
    with pytest.raises(RefusedFile, match="自动执行的动作、脚本或内嵌文件"):
        check("a.pdf", pdf_with(active))
    # To open at a page is no action.
    assert check("a.pdf", pdf_with(b"/OpenAction [3 0 R/XYZ null null 0]")).kind == "pdf"


def test_size_is_limited_to_the_byte():
    data = b"a" * 100
    assert check("a.txt", data, 100).size == 100
    assert check("a.txt", data, 101).size == 100
    with pytest.raises(RefusedFile, match="MB"):
        check("a.txt", data, 99)
    with pytest.raises(RefusedFile, match="空"):
        check("a.txt", b"")


def test_an_image_of_too_many_pixels_is_refused_by_its_header():
    head = b"IHDR" + (side := (30_000).to_bytes(4, "big")) + side + PNG[24:29]
    with pytest.raises(RefusedFile, match="像素"):
        check("a.png", PNG[:12] + head + zlib.crc32(head).to_bytes(4, "big") + PNG[33:])
    wide = JPG.replace(b"\xff\xc0\0\x0b\x08\0\x01\0\x01", b"\xff\xc0\0\x0b\x08\x30\0\x30\0")
    with pytest.raises(RefusedFile, match="像素"):
        check("a.jpg", wide)


@pytest.mark.parametrize(
    "part",
    [
        "xl/vbaProject.bin",
        "xl/externalLinks/externalLink1.xml",
        "xl/embeddings/o.bin",
        "xl/activeX/a.xml",
        "XL/VBAPROJECT.BIN",
    ],
)
def test_active_parts_are_refused(part):
    with pytest.raises(RefusedFile, match="宏"):
        check_workbook(w.archive(w.parts_of(w.sheet_xml(""), {part: "<a/>"})))


def test_a_macro_workbook_under_the_plain_extension_is_refused():
    types = w.TYPES.format(part="xl/workbook.xml", kind="x", more="").replace("main+xml", "sheet.macroEnabled.main+xml")
    with pytest.raises(RefusedFile):
        check_workbook(w.archive(w.parts_of(w.sheet_xml(""), {"[Content_Types].xml": types})))


BODY = w.sheet_xml("").split("?>", 1)[1]


@pytest.mark.parametrize(
    "sheet",
    [
        '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]>' + BODY,
        "<!doctype a SYSTEM 'file:///etc/passwd'>" + BODY,
        "<!--" + "x" * 60_000 + "--><!DOCTYPE a>" + BODY,
        "<!--" + "x" * 70_000 + "--><!DOCTYPE a>" + BODY,
        ('<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a>' + BODY).encode("utf-16"),
        ("<!DOCTYPE a>" + BODY).encode("utf-16-le"),
        '<?xml version="1.0" encoding="cp037"?>' + BODY,
    ],
)
def test_document_types_are_refused_however_they_hide(sheet):
    with pytest.raises(RefusedFile):
        check_workbook(w.archive(w.parts_of(sheet)))


def test_limits_of_the_archive():
    with pytest.raises(RefusedFile, match="部件过多"):
        check_workbook(w.archive(w.parts_of("<a/>", {f"x/{n}.xml": "<a/>" for n in range(400)})))
    with pytest.raises(RefusedFile, match="展开后过大"):
        check_workbook(w.archive(w.parts_of(b"<a>" + b" " * 49_000_000)))
    with pytest.raises(RefusedFile, match="展开后过大"):
        check_workbook(w.archive(w.parts_of(b"<a>" + b" " * 9_000_000)))  # ratio above 100, more than 8 MB
    check_workbook(w.archive(w.parts_of(b"<a>" + b" " * 7_000_000)))  # the same ratio below 8 MB is honest
    with pytest.raises(RefusedFile, match="10 MB"):
        check_workbook(b"PK\x03\x04" + b"0" * 10_485_760)


def test_encrypted_and_doubled_parts_are_refused():
    data = bytearray(XLSX)
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = data.find(signature)
        data[at + offset] |= 1
    with pytest.raises(RefusedFile, match="加密"):
        check_workbook(bytes(data))
    out = io.BytesIO(XLSX)
    with pytest.warns(UserWarning), zipfile.ZipFile(out, "a") as target:
        target.writestr("xl/workbook.xml", w.BOOK)
    with pytest.raises(RefusedFile, match="结构异常"):
        check_workbook(out.getvalue())


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../x.pdf", "x.pdf"),
        ("C:\\a\\会议.pdf", "会议.pdf"),
        (".htaccess", "htaccess"),
        ("...", "未命名"),
        ("", "未命名"),
        ("con.txt", "_con.txt"),
        ("a\r\nX: 1.txt", "a_X_ 1.txt"),
        ("gnp\u202e.exe", "gnp.exe"),
        ("a\0.txt", "a.txt"),
        ('a"b<c>.txt', "a_b_c_.txt"),
        ("e\u0301.txt", "\u00e9.txt"),
    ],
)
def test_names_are_cleaned(given, kept):
    assert safe_name(given) == kept


def test_a_long_name_keeps_its_extension():
    assert safe_name("长" * 300 + ".pdf") == "长" * 146 + ".pdf"


def test_a_stored_file_owes_its_name_to_nobody(tmp_path):
    path = store(upload("../../恶意.pdf", PDF), "attachments", root=tmp_path)
    assert re.fullmatch(r"attachments/\d{4}/\d{2}/[0-9a-f]{32}", path)
    assert (tmp_path / path).read_bytes() == PDF
    assert stat.S_IMODE(os.stat(tmp_path / path).st_mode) == 0o600
    assert stat.S_IMODE(os.stat((tmp_path / path).parent).st_mode) == 0o700
    with pytest.raises(ValueError):
        store(upload("a.pdf", PDF), "../x", root=tmp_path)


def test_a_full_disk_leaves_no_part_of_a_file(tmp_path, monkeypatch):
    def full(handle):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        store(upload("a.pdf", PDF), "attachments", root=tmp_path)
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []
