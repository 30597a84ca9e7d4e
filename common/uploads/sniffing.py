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
from pathlib import Path
from typing import NamedTuple

from common import clock
from common.text import clean_text
from common.uploads.archives import RefusedFile, check_limits, check_office, check_workbook, open_archive

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
MAX_PIXELS = 50_000_000
_BAD_INNER = frozenset(
    {
        "exe",
        "com",
        "scr",
        "bat",
        "cmd",
        "ps1",
        "vbs",
        "js",
        "jse",
        "wsf",
        "hta",
        "msi",
        "jar",
        "sh",
        "php",
        "py",
    }
    | {"pl", "htm", "html", "xhtml", "svg", "xml", "swf", "lnk", "url", "docm", "xlsm", "pptm", "doc", "xls"}
    | {"zip", "rar", "7z", "iso"}
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
_MISMATCH = "文件内容与扩展名不符。"


class FileKind(NamedTuple):
    """What a checked upload is: kind (`pdf`…), fixed content type, size in bytes, sha256 in hex."""

    kind: str
    content_type: str
    size: int
    sha256: str


def check_upload(file, allowed=DEFAULT_KINDS, *, max_bytes=None):
    """Return the FileKind of an upload, or raise RefusedFile with one sentence.

    `file` has `name`, `read`, `seek` (an UploadedFile or any binary file); it is left at its beginning.
    `allowed`: kinds out of CONTENT_TYPES. `max_bytes`: default settings.ATTACHMENT_MAX_BYTES.
    """
    if max_bytes is None:
        from django.conf import settings

        max_bytes = settings.ATTACHMENT_MAX_BYTES
    kind = _kind_of_name(file.name or "", allowed)
    file.seek(0)
    data = file.read(max_bytes + 1)
    file.seek(0)
    if not data:
        raise RefusedFile("文件是空的。")
    if len(data) > max_bytes:
        raise RefusedFile(f"文件不应大于 {max_bytes // (1024 * 1024) or 1} MB。")
    _CHECKS[kind](data)
    return FileKind(kind, CONTENT_TYPES[kind], len(data), hashlib.sha256(data).hexdigest())


def _kind_of_name(name, allowed):
    words = safe_name(name).lower().split(".")
    extension = {"jpeg": "jpg"}.get(words[-1], words[-1]) if len(words) > 1 else ""
    if extension not in allowed or extension not in CONTENT_TYPES:
        taken = "、".join(k for k in CONTENT_TYPES if k in allowed)
        shown = f"不接收 .{extension[:10]} 文件。" if extension else "文件名没有扩展名。"
        raise RefusedFile(_HINTS.get(extension) or f"{shown}可上传：{taken}。")
    if len(words) > 2 and words[-2].strip() in _BAD_INNER:
        raise RefusedFile("文件名含有两个扩展名，请改名后再上传。")
    return extension


def _check_pdf(data):
    end = data.rfind(b"%%EOF")
    if not data.startswith(b"%PDF-1.") and not data.startswith(b"%PDF-2."):
        raise RefusedFile(_MISMATCH)
    if end < 0:
        raise RefusedFile("文件不完整，请重新上传。")
    if data[end + 5 :].strip(b"\r\n\t \0") or _MARKUP.search(data[:4096]) or b"PK\x05\x06" in data[-70_000:]:
        raise RefusedFile("文件夹带了其他格式的内容，不予接收。")


def _check_png(data):
    if not data.startswith(b"\x89PNG\r\n\x1a\n") or data[12:16] != b"IHDR":
        raise RefusedFile(_MISMATCH)
    _check_pixels(int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big"))
    position = 8
    while position + 12 <= len(data):
        length = int.from_bytes(data[position : position + 4], "big")
        name = data[position + 4 : position + 8]
        position += 12 + length
        if name == b"IEND":
            break
    else:
        raise RefusedFile("图片不完整，请重新上传。")
    if position != len(data):
        raise RefusedFile("图片后面附有其他内容，不予接收。")


def _check_jpg(data):
    if not data.startswith(b"\xff\xd8\xff"):
        raise RefusedFile(_MISMATCH)
    end = data.rfind(b"\xff\xd9")
    if end < 0:
        raise RefusedFile("图片不完整，请重新上传。")
    if _MARKUP.search(data[:4096]) or _MARKUP.search(data[end:]) or b"PK\x05\x06" in data[-70_000:]:
        raise RefusedFile("文件夹带了其他格式的内容，不予接收。")
    position = 2
    while position + 9 < len(data) and data[position] == 0xFF:
        marker = data[position + 1]
        if marker == 0xFF:
            position += 1
            continue
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = data[position + 5 : position + 7], data[position + 7 : position + 9]
            _check_pixels(int.from_bytes(width, "big"), int.from_bytes(height, "big"))
            return
        position += 2 + max(int.from_bytes(data[position + 2 : position + 4], "big"), 2)
    raise RefusedFile("图片不完整，请重新上传。")


def _check_pixels(width, height):
    if not width or not height:
        raise RefusedFile("图片不完整，请重新上传。")
    if width * height > MAX_PIXELS:
        raise RefusedFile("图片尺寸过大，请缩小到 5000 万像素以内。")


def _check_text(data):
    if data.startswith((b"%PDF", b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"Rar!", b"7z\xbc", b"GIF8", b"\x7fELF")):
        raise RefusedFile(_MISMATCH)
    if b"\0" in data or data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise RefusedFile("不是 UTF-8 或 GB18030 编码的文本，请另存后再上传。")
    for encoding in ("utf-8-sig", "gb18030"):
        with contextlib.suppress(UnicodeDecodeError):
            data.decode(encoding)
            break
    else:
        raise RefusedFile("不是 UTF-8 或 GB18030 编码的文本，请另存后再上传。")
    if _MARKUP.match(data.removeprefix(b"\xef\xbb\xbf").lstrip()) or data.lstrip()[:5].lower() == b"<?xml":
        raise RefusedFile(_MISMATCH)


def _check_ofd(data):
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


def safe_name(name, limit=150):
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


def store(file, folder, *, root=None):
    """Write an upload below `root` (default settings.MEDIA_ROOT) and return its path relative to it.

    The path is `folder/year/month/32 hex characters`; mode 0600, folders 0700. The file appears whole or not
    at all:
    on any error (disk full) the temporary file is removed and the OSError goes on.
    """
    if not re.fullmatch(r"[a-z][a-z0-9_]*(/[a-z][a-z0-9_]*)*", folder):
        raise ValueError("folder must be plain lower-case words")
    if root is None:
        from django.conf import settings

        root = settings.MEDIA_ROOT
    relative = Path(folder) / clock.today().strftime("%Y/%m") / secrets.token_hex(16)
    target = Path(root) / relative
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


def remove(relative, *, root=None):
    """Delete a stored file; one that is gone already is no error."""
    if root is None:
        from django.conf import settings

        root = settings.MEDIA_ROOT
    (Path(root) / relative).unlink(missing_ok=True)


def kept_bytes(relative, sha256, what, *, root=None):
    """Return the content of a kept file, or None when it is gone or no longer what was uploaded (fault F09).

    sha256: hex digest of what was uploaded. what: how the log names it: "attachment 12".
    """
    if root is None:
        from django.conf import settings

        root = settings.MEDIA_ROOT
    try:
        data = (Path(root) / relative).read_bytes()
    except OSError:
        data = b""
    if hashlib.sha256(data).hexdigest() != sha256:
        log.error("%s is missing or altered", what)
        return None
    return data
