"""What may stand inside an office file before anything parses it (security controls C35–C37, bombs of
section 6b).

Works on the directory of the ZIP archive and the first bytes of each part; nothing is unpacked as a whole.
"""

import io
import re
import zipfile
import zlib

MAX_FILE = 10 * 1024 * 1024
MAX_PARTS = 400
MAX_UNPACKED = 64 * 1024 * 1024
MAX_PART = 48 * 1024 * 1024
MAX_RATIO = 100
RATIO_COUNTS_ABOVE = 8 * 1024 * 1024  # small honest sheets of equal rows reach 200
_PROLOG = 64 * 1024

MAIN_PARTS = {
    "xlsx": b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml",
    "docx": b"application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml",
}
_ACTIVE = re.compile(
    r"(vbaproject|vbadata|/externallinks/|/embeddings/|/activex/|/ctrlprops/|/macrosheets/|/dialogsheets/)"
)
_ROOT = re.compile(rb"<[A-Za-z_]")
_ENCODING = re.compile(rb"""<\?xml[^>]*encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""", re.I)


class RefusedFile(ValueError):
    """A file that is not taken; the text is one Chinese sentence for the page."""


DAMAGED = "文件已损坏，无法打开，请重新另存后再上传。"
TOO_LARGE_INSIDE = "文件展开后过大，可能含有大量空白或重复内容，请只保留需要的行后另存。"


def open_archive(data: bytes) -> zipfile.ZipFile:
    """Return the ZipFile of `data` (bytes), which must be one whole archive and nothing else.

    Raises RefusedFile for damage and for bytes before or after the archive (a file that is two kinds at
    once).
    """
    if not data.startswith(b"PK\x03\x04"):
        raise RefusedFile("文件内容与扩展名不符。")
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OverflowError, EOFError):
        raise RefusedFile(DAMAGED) from None
    if not parts or data[-22:-18] != b"PK\x05\x06" or min(p.header_offset for p in parts) != 0:
        raise RefusedFile("文件前后附有其他内容，请重新另存后再上传。")
    return archive


def check_limits(archive: zipfile.ZipFile, size: int) -> None:
    """Raise RefusedFile when the directory of the archive breaks a limit; `size`: bytes of the file."""
    parts = archive.infolist()
    if len(parts) > MAX_PARTS:
        raise RefusedFile(f"文件内部的部件过多（{len(parts)} 个），请复制内容到新文件后再上传。")
    if any(p.flag_bits & 0x1 for p in parts):
        raise RefusedFile("文件已加密，请取消密码后再上传。")
    if any(p.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for p in parts):
        raise RefusedFile(DAMAGED)
    names = [p.filename.lower() for p in parts]
    if len(set(names)) != len(names) or any(_unsafe(name) for name in names):
        raise RefusedFile("文件内部结构异常，请重新另存后再上传。")
    total = sum(p.file_size for p in parts)
    if total > MAX_UNPACKED or any(p.file_size > MAX_PART for p in parts):
        raise RefusedFile(TOO_LARGE_INSIDE)
    if total > RATIO_COUNTS_ABOVE and total / max(size, 1) > MAX_RATIO:
        raise RefusedFile(TOO_LARGE_INSIDE)


def _unsafe(name: str) -> bool:
    return name.startswith("/") or "\\" in name or ":" in name or ".." in name.split("/") or "\0" in name


def check_office(data: bytes, kind: str) -> None:
    """Raise RefusedFile unless `data` is a harmless `xlsx` or `docx` within the limits."""
    archive = open_archive(data)
    check_limits(archive, len(data))
    names = {p.filename for p in archive.infolist()}
    if "[Content_Types].xml" not in names:
        raise RefusedFile("文件内容与扩展名不符。")
    for info in archive.infolist():
        if _ACTIVE.search("/" + info.filename.lower()):
            raise RefusedFile("文件含有宏、外部链接或嵌入对象，请另存为不含这些内容的文件。")
        if not info.is_dir():
            _check_head(_read(archive, info, _PROLOG), info.filename.lower())
    types = _read(archive, archive.getinfo("[Content_Types].xml"), 1024 * 1024)
    lower = types.lower()
    if b"macroenabled" in lower:
        raise RefusedFile("文件含有宏，请另存为不含宏的文件。")
    if MAIN_PARTS[kind] not in types:
        raise RefusedFile("文件内容与扩展名不符。")


def _read(archive: zipfile.ZipFile, info: zipfile.ZipInfo, most: int) -> bytes:
    try:
        with archive.open(info) as part:
            return part.read(most)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, ValueError):
        raise RefusedFile(DAMAGED) from None


def _check_head(head: bytes, name: str) -> None:
    """Refuse a document type, or any way to hide one (wide encodings, a prolog without end)."""
    is_markup = name.endswith((".xml", ".rels", ".vml"))
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    wide = head.startswith((b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<"))
    if not is_markup and not wide and not text.startswith(b"<"):
        return
    if not text and is_markup:
        return
    root = _ROOT.search(text)
    prolog = text[: root.start()] if root else text
    encoding = _ENCODING.search(prolog)
    odd = encoding and encoding[1].lower() not in (b"utf-8", b"utf8", b"us-ascii", b"ascii")
    if wide or odd or b"\0" in prolog or (is_markup and not text.startswith(b"<")):
        raise RefusedFile("文件内部的编码不受支持，请用办公软件重新另存为标准格式。")
    if b"<!doctype" in prolog.lower() or b"<!entity" in prolog.lower():
        raise RefusedFile("文件内部含有文档类型声明，出于安全不予接收。")
    if root is None:
        raise RefusedFile("文件内部结构异常，请重新另存后再上传。")


def check_workbook(data: bytes) -> None:
    """Raise RefusedFile unless `data` (bytes of a .xlsx) may be given to the reader (section 6b)."""
    if not data:
        raise RefusedFile("文件是空的。")
    if len(data) > MAX_FILE:
        raise RefusedFile("工作簿不应大于 10 MB，请拆分或删去图片后再上传。")
    check_office(data, "xlsx")
