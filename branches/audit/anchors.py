"""Heads of the chain kept where a change of the trail does not reach them (control C54).

A chain cannot notice that its end was cut off, that all of it is gone, or that a whole old database was put back. Heads
are therefore kept twice: in a table, from published reports and from each day, and in a file outside the database
(AUDIT_ANCHOR_FILE), one line `DATE POS:HASH` a day and one more after each MANY entries. The file is only ever appended to; `verify` asks for every line.
"""

import fcntl
import logging
import os
import re
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple, TextIO

from branches.audit import seal
from branches.audit.models import AuditAnchor, AuditSeal
from common import agencies, clock

log = logging.getLogger("tongbu.audit")
# A position and the hash of the chain there, as `seal.head` prints them.
ANCHOR = re.compile(r"[0-9]{1,18}:[0-9a-f]{64}")
_LINE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}) ([0-9]{1,18}:[0-9a-f]{64})")
# So many entries since the last head are worth a line of their own: on the first day of an installation, after an import.
MANY = 200
# After how many days without a new line the file counts as forgotten.
_OLDEST = timedelta(days=3)


class Anchor(NamedTuple):
    """A head of the chain and, in words, where it was kept."""

    head: str
    place: str


class AnchorFileError(Exception):
    """The file of anchors cannot be read, or not be written; the message says why, in a sentence."""


def keep(*, head: str, source: str) -> None:
    """Keep a head (`pos:hash`) in the table, in the caller's transaction; one at which nothing was sealed says nothing."""
    if ANCHOR.fullmatch(head) and not head.startswith("0:"):
        pos, _, value = head.partition(":")
        AuditAnchor.objects.create(pos=int(pos), hash=value, source=source, at=clock.real_now())


def file_lines(file: Path | None = None) -> list[tuple[date, str]]:
    """Return (day, head) of each line of the file outside (default AUDIT_ANCHOR_FILE).

    Raises AnchorFileError; FileNotFoundError when there is none.
    """
    path = file or Path(agencies.setting("AUDIT_ANCHOR_FILE"))
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        raise
    except (OSError, UnicodeDecodeError) as error:
        raise AnchorFileError(f"锚点文件 {path} 无法读取（{type(error).__name__}）") from None
    found = []
    for number, line in enumerate(lines, 1):
        parts = _LINE.fullmatch(line)
        try:
            found.append((date.fromisoformat(parts[1]), parts[2]))  # type: ignore[index]
        except (TypeError, ValueError):
            raise AnchorFileError(f"锚点文件 {path} 第 {number} 行无法识别") from None
    return found


def write_daily() -> None:
    """Seal, and append the head to the file outside, once a day and after MANY entries; makes the file (mode 0600) where there
    is none.

    Raises AnchorFileError where it cannot be written. A head that is not in the table yet is kept there too, so that a
    file that lost lines is noticed.
    """
    head, today = seal.seal_all(), clock.day_of(clock.real_now())
    path = Path(agencies.setting("AUDIT_ANCHOR_FILE"))
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "r+", encoding="utf-8") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            last = (file.read().splitlines() or [""])[-1]
            if head.startswith("0:") or (last.startswith(f"{today} ") and _position(head) - _position(last) < MANY):
                return
            _append(file, f"{today} {head}\n")
    except (OSError, UnicodeDecodeError) as error:
        raise AnchorFileError(f"锚点文件 {path} 无法写入（{type(error).__name__}）") from None
    keep(head=head, source=AuditAnchor.Source.FILE)
    log.info("anchor %s", head)


def _position(line: str) -> int:
    """Return the position that a head, or a line of the file, names."""
    return int(line.rpartition(" ")[2].partition(":")[0])


def _append(file: TextIO, line: str) -> None:
    """Append a line whole or not at all: half a line, left by a full disk, could never be taken away again."""
    size = os.fstat(file.fileno()).st_size
    try:
        file.write(line)
        file.flush()
        os.fsync(file.fileno())
    except OSError:
        os.ftruncate(file.fileno(), size)
        raise


def file_problem() -> str:
    """Return why the file outside does not serve, in a sentence, or "": missing, unreadable, unwritable or forgotten."""
    path = Path(agencies.setting("AUDIT_ANCHOR_FILE"))
    try:
        lines = file_lines()
    except FileNotFoundError:
        return f"锚点文件 {path} 不存在"
    except AnchorFileError as error:
        return str(error)
    if not os.access(path, os.W_OK):
        return f"锚点文件 {path} 无法写入"
    if lines and clock.day_of(clock.real_now()) - lines[-1][0] > _OLDEST:
        return f"锚点文件 {path} 最近一行是 {lines[-1][0]}"
    return ""


def kept(file: Path | None = None) -> Iterator[Anchor]:
    """Yield every head that was kept, outside and in the table. Raises AnchorFileError: also where the file lost lines.

    file: another file outside than AUDIT_ANCHOR_FILE, for a database that is being restored.
    """
    rows = list(AuditAnchor.objects.order_by("pk"))
    path = file or agencies.setting("AUDIT_ANCHOR_FILE")
    try:
        outside = [head for _, head in file_lines(file)]
    except FileNotFoundError:
        if any(row.source == AuditAnchor.Source.FILE for row in rows):
            raise AnchorFileError(f"锚点文件 {path} 不存在，而它曾经写有锚点") from None
        outside = []
    for number, head in enumerate(outside, 1):
        yield Anchor(head, f"锚点文件第 {number} 行")
    for row in rows:
        if row.source == AuditAnchor.Source.FILE and str(row) not in outside:
            raise AnchorFileError(f"锚点文件 {path} 缺少 {clock.day_of(row.at)} 写入的一行")
        yield Anchor(str(row), f"{row.get_source_display()}（{clock.day_of(row.at)}）的锚点")


def first_not_in_chain(anchors: Iterable[Anchor]) -> Anchor | None:
    """Return the first of the anchors that the chain does not hold, None when it holds them all."""
    wanted = [anchor for anchor in anchors if not anchor.head.startswith("0:")]
    for begin in range(0, len(wanted), 500):
        part = wanted[begin : begin + 500]
        positions = {int(anchor.head.partition(":")[0]) for anchor in part}
        found = {str(row) for row in AuditSeal.objects.filter(pos__in=positions)}
        for anchor in part:
            pos, _, value = anchor.head.partition(":")
            if f"{int(pos)}:{value}" not in found:
                return anchor
    return None
