"""Uploaded files: which kinds are taken, under which name they are kept (security controls C30–C33).

`check_upload` looks at extension and content, `safe_name` cleans the name that people see, `store` writes
the bytes under a random name that owes nothing to the user.
"""

import contextlib
import hashlib
import logging
import os
import re
import secrets
import zlib
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import puremagic
from django.conf import settings

from common import agencies, clock
from common.numbers import holds_identity_number
from common.text import clean_text
from common.uploads import scanning
from common.uploads.archives import RefusedFile, check_limits, check_office, check_workbook, open_archive
from common.uploads.pictures import INCOMPLETE, check_picture

__all__ = [
    "CONTENT_TYPES",
    "FileKind",
    "RefusedFile",
    "check_upload",
    "check_workbook",
    "kept_bytes",
    "remove",
    "safe_name",
    "store",
]

log = logging.getLogger("tongbu.files")
CONTENT_TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "png": "image/png",
    "txt": "text/plain; charset=utf-8",
    "csv": "text/csv; charset=utf-8",
    "ofd": "application/ofd",
}
DEFAULT_KINDS = ("docx", "xlsx", "pdf", "jpg", "png", "txt", "csv")
# What puremagic calls the beginning of each kind; office files and OFD are ZIP archives to it.
_BEGINS_AS = {"docx": ".zip", "xlsx": ".zip", "ofd": ".zip", "pdf": ".pdf", "jpg": ".jpg", "png": ".png"}
# Its names for what is no text, however it reads; what it knows by two letters only (BM, MZ) may begin a sentence.
_NO_TEXT = frozenset({".pdf", ".zip", ".doc", ".rar", ".7z", ".gif", ".AppImage", ".rtf", ".html", ".svg", ".xml"})
# Extensions that must not stand before the last one: a program or page may hide behind it.
_BAD_INNER = frozenset(
    (  # noqa: SIM905 — a plain list of words
        "exe com scr bat cmd ps1 vbs js jse wsf hta msi jar sh php py pl htm html xhtml svg xml swf lnk url "
        "docm xlsm pptm doc xls zip rar 7z iso"
    ).split()
)
_HINTS = {
    "doc": "请用办公软件另存为 .docx 后再上传。",
    "xls": "请用办公软件另存为 .xlsx 后再上传。",
    "et": "请用办公软件另存为 .xlsx 后再上传。",
    "wps": "请用办公软件另存为 .docx 后再上传。",
    "docm": "含宏的文件不予接收，请另存为 .docx。",
    "xlsm": "含宏的文件不予接收，请另存为 .xlsx。",
}
_MARKUP = re.compile(rb"<(!doctype\s+html|html|head|body|script|svg|iframe|object|embed|\?php|meta|img)\b", re.I)
_PNG_END = b"\0\0\0\0IEND\xaeB`\x82"
_MISMATCH = "文件内容与扩展名不符。"
# What a PDF does by itself, runs or carries; an action that opens it at a page is an array and harmless.
_ACTIVE = re.compile(rb"/(JavaScript|Launch|EmbeddedFiles?|RichMedia|OpenAction(?!\s*\[))(?![A-Za-z])")
_OBJECTS = re.compile(rb"/ObjStm\b[^\0]{0,400}?stream\r?\n")
# So much of a stream of objects is looked through; real ones hold some hundred kilobytes.
_OBJECTS_MAX = 8_000_000
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_IS_ACTIVE = "PDF 带有自动执行的动作、脚本或内嵌文件，不予接收，请重新打印为 PDF 后上传。"
_SMUGGLED = "文件夹带了其他格式的内容，不予接收。"
_NOT_DECODED = "不是 UTF-8 或 GB18030 编码的文本，请另存后再上传。"


class FileKind(NamedTuple):
    """What a checked upload is: kind (`pdf`…), fixed content type, size in bytes, sha256 in hex, what the scanner said."""

    kind: str
    content_type: str
    size: int
    sha256: str
    scan: str = scanning.UNKNOWN


def check_upload(file: Any, allowed: Collection[str] = DEFAULT_KINDS, *, max_bytes: int | None = None) -> FileKind:
    """Return the FileKind of an upload, or raise RefusedFile with one sentence.

    file: has `name`, `read`, `seek` (an UploadedFile or any binary file); it is left at its beginning. allowed: kinds
    out of CONTENT_TYPES. max_bytes: default settings.ATTACHMENT_MAX_BYTES.
    """
    if max_bytes is None:
        max_bytes = settings.ATTACHMENT_MAX_BYTES
    kind = _kind_of_name(file.name or "", allowed)
    file.seek(0)
    data = file.read(max_bytes + 1)
    file.seek(0)
    if not data:
        raise RefusedFile("文件是空的。")
    if len(data) > max_bytes:
        raise RefusedFile(f"文件不应大于 {max_bytes // (1024 * 1024) or 1} MB。")
    _check_content(data, kind)
    return FileKind(kind, CONTENT_TYPES[kind], len(data), hashlib.sha256(data).hexdigest(), _scanned(data))


def _scanned(data: bytes) -> str:
    """Return what the scanner says; RefusedFile for what it knows as malware (control C41)."""
    verdict = scanning.scan_bytes(data)
    if verdict.state == scanning.INFECTED:
        log.error("an upload is refused: the scanner found %s", verdict.found)
        raise RefusedFile(
            f"扫描发现这个文件带有恶意程序（{verdict.found}），没有保存。请告知系统管理员，并检查您的电脑。"
        )
    return verdict.state


def _kind_of_name(name: str, allowed: Collection[str]) -> str:
    words = safe_name(name).lower().split(".")
    extension = {"jpeg": "jpg"}.get(words[-1], words[-1]) if len(words) > 1 else ""
    if extension not in allowed or extension not in CONTENT_TYPES:
        taken = "、".join(k for k in CONTENT_TYPES if k in allowed)
        shown = f"不接收 .{extension[:10]} 文件。" if extension else "文件名没有扩展名。"
        raise RefusedFile(_HINTS.get(extension) or f"{shown}可上传：{taken}。")
    if len(words) > 2 and words[-2].strip() in _BAD_INNER:
        raise RefusedFile("文件名含有两个扩展名，请改名后再上传。")
    if holds_identity_number(name):
        # It would stand in clear beside the record, and in whatever is downloaded (control C46).
        raise RefusedFile("文件名中有公民身份号码，请改名后再上传。")
    return extension


def _begins_as(data: bytes) -> set[str]:
    """Return the extensions whose signature the bytes begin with; empty for plain text."""
    try:
        return {match.extension for match in puremagic.magic_string(data)}
    except puremagic.PureError:
        return set()


def _check_content(data: bytes, kind: str) -> None:
    """Raise RefusedFile unless the bytes are of the kind and of no other.

    puremagic says what a file begins as. That is not enough here: a file of two kinds begins as the harmless one, any
    ZIP archive passes for an office file, and text has no signature. So each kind is looked through to its end as well.
    """
    begins_as = _begins_as(data)
    if kind in _BEGINS_AS and _BEGINS_AS[kind] not in begins_as:
        raise RefusedFile(_MISMATCH)
    if kind not in _BEGINS_AS and begins_as & _NO_TEXT:
        raise RefusedFile(_MISMATCH)
    _CHECKS[kind](data)


def _check_pdf(data: bytes) -> None:
    end = data.rfind(b"%%EOF")
    if not data.startswith((b"%PDF-1.", b"%PDF-2.")):
        raise RefusedFile(_MISMATCH)
    if end < 0:
        raise RefusedFile("文件不完整，请重新上传。")
    if data[end + 5 :].strip(b"\r\n\t \0") or _MARKUP.search(data[:4096]) or _holds_archive(data):
        raise RefusedFile(_SMUGGLED)
    if any(_ACTIVE.search(_ESCAPED.sub(_plain, part)) for part in (data, *_objects(data))):
        raise RefusedFile(_IS_ACTIVE)


def _plain(escaped: re.Match[bytes]) -> bytes:
    """Return the character of a name that a PDF may write by its number."""
    return bytes([int(escaped[1], 16)])


def _objects(data: bytes) -> Iterator[bytes]:
    """Yield the streams that hold objects, unpacked: names are not to be seen in the file itself."""
    for found in _OBJECTS.finditer(data):
        with contextlib.suppress(zlib.error):
            yield zlib.decompressobj().decompress(data[found.end() :], _OBJECTS_MAX)


def _check_png(data: bytes) -> None:
    check_picture(data, "png")
    end = data.find(_PNG_END)
    if end < 0:
        raise RefusedFile(INCOMPLETE)
    if end + len(_PNG_END) != len(data):
        raise RefusedFile("图片后面附有其他内容，不予接收。")


def _check_jpg(data: bytes) -> None:
    end = data.rfind(b"\xff\xd9")
    if end < 0:
        raise RefusedFile(INCOMPLETE)
    if _MARKUP.search(data[:4096]) or _MARKUP.search(data[end:]) or _holds_archive(data):
        raise RefusedFile(_SMUGGLED)
    check_picture(data, "jpg")


def _holds_archive(data: bytes) -> bool:
    """Whether a ZIP archive ends within the file: programs find one there, whatever stands before it."""
    return b"PK\x05\x06" in data[-70_000:]


def _check_text(data: bytes) -> None:
    if b"\0" in data or data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise RefusedFile(_NOT_DECODED)
    for encoding in ("utf-8-sig", "gb18030"):
        with contextlib.suppress(UnicodeDecodeError):
            data.decode(encoding)
            break
    else:
        raise RefusedFile(_NOT_DECODED)
    if _MARKUP.match(data.removeprefix(b"\xef\xbb\xbf").lstrip()) or data.lstrip()[:5].lower() == b"<?xml":
        raise RefusedFile(_MISMATCH)


def _check_ofd(data: bytes) -> None:
    archive = open_archive(data)
    check_limits(archive, len(data))
    if "OFD.xml" not in archive.namelist():
        raise RefusedFile(_MISMATCH)


_CHECKS = {
    "docx": lambda data: check_office(data, "docx"),
    "xlsx": lambda data: check_office(data, "xlsx"),
    "pdf": _check_pdf,
    "png": _check_png,
    "jpg": _check_jpg,
    "txt": _check_text,
    "csv": _check_text,
    "ofd": _check_ofd,
}

_RESERVED = re.compile(r"^(con|prn|aux|nul|com[0-9]|lpt[0-9])(\.|$)", re.I)


def safe_name(name: str, limit: int = 150) -> str:
    """Return the name to show and to download under: no folder, no controls, at most `limit` characters."""
    text = re.split(r"[/\\]", clean_text(name.replace("\0", "")))[-1]
    text = re.sub(r'[\n\t:*?"<>|]', "_", text).strip(" .")
    if _RESERVED.match(text):
        text = "_" + text
    if len(text) > limit:
        stem, dot, extension = text.rpartition(".")
        if dot and len(extension) <= 10:
            text = stem[: limit - len(extension) - 1].rstrip(" .") + dot + extension
        else:
            text = text[:limit]
    return text or "未命名"


def store(file: Any, folder: str, *, root: Path | None = None) -> str:
    """Write an upload below `root` (default the agency's MEDIA_ROOT) and return its path relative to it.

    The path is `folder/year/month/32 hex characters`; mode 0600, folders 0700. The file appears whole or not at all: on
    any error (disk full) the temporary file is removed and the OSError goes on.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*(/[a-z][a-z0-9_]*)*", folder):
        raise ValueError("folder must be plain lower-case words")
    relative = Path(folder) / clock.today().strftime("%Y/%m") / secrets.token_hex(16)
    target = Path(root or agencies.setting("MEDIA_ROOT")) / relative
    missing = [p for p in (target.parent, *target.parent.parents) if not p.exists()]
    for path in reversed(missing):
        path.mkdir(mode=0o700, exist_ok=True)
    temporary = target.with_name(f".{target.name}.part")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as out:
            file.seek(0)
            while block := file.read(1024 * 1024):
                out.write(block)
            out.flush()
            os.fsync(out.fileno())
        os.replace(temporary, target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    file.seek(0)
    return relative.as_posix()


def remove(relative: str, *, root: Path | None = None) -> None:
    """Delete a stored file; one that is gone already is no error."""
    (Path(root or agencies.setting("MEDIA_ROOT")) / relative).unlink(missing_ok=True)


def kept_bytes(relative: str, sha256: str, what: str, *, root: Path | None = None) -> bytes | None:
    """Return the content of a kept file, or None when it is gone or no longer what was uploaded (fault F09).

    sha256: hex digest of what was uploaded. what: how the log names it: "attachment 12".
    """
    try:
        folder = Path(root or agencies.setting("MEDIA_ROOT"))
        path = folder / relative
        # A link out of the folder would hand one agency's file to another.
        astray = agencies.many() and not path.resolve().is_relative_to(folder.resolve())
        data = b"" if astray else path.read_bytes()
    except OSError:
        data = b""
    if hashlib.sha256(data).hexdigest() != sha256:
        log.error("%s is missing or altered", what)
        return None
    return data
