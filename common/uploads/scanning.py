"""Looking for malware in uploads (control C41): clamd behind a unix socket, where one is configured.

The protocol is clamd's INSTREAM: the command, pieces of the file each after its length, a length of zero, one line of
answer. Without a scanner, or when it does not answer, a file is `unknown`: it is kept and served, and scanned later.
"""

import logging
import socket
import struct
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

log = logging.getLogger("tongbu.files")
CLEAN, UNKNOWN, INFECTED = "clean", "unknown", "infected"
_PIECE = 64 * 1024
_LONGEST_ANSWER = 4096


class Verdict(NamedTuple):
    """state: CLEAN, UNKNOWN or INFECTED; found: the scanner's name of what it found, "" otherwise."""

    state: str
    found: str = ""


class ScannerError(Exception):
    """The scanner answers, but not with a verdict."""


def configured() -> bool:
    return bool(settings.CLAMD_SOCKET)


def scan(path: Path | str) -> Verdict:
    """Return the Verdict on a file; OSError where it cannot be read."""
    return scan_bytes(Path(path).read_bytes())


def scan_bytes(data: bytes) -> Verdict:
    """Return the Verdict on these bytes; a scanner that is not there, or fails, makes it UNKNOWN and leaves a line in the log."""
    if not configured():
        return Verdict(UNKNOWN)
    try:
        return _verdict(_ask(b"zINSTREAM\0", data))
    except (OSError, ScannerError) as error:
        log.error("the scanner failed (%s); the file is kept and scanned later", type(error).__name__)
        return Verdict(UNKNOWN)


def answers() -> bool:
    """Whether the configured scanner is there."""
    try:
        return configured() and _ask(b"zPING\0") == "PONG"
    except OSError:
        return False


def _ask(command: bytes, data: bytes | None = None) -> str:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as link:
        link.settimeout(settings.CLAMD_SECONDS)
        link.connect(settings.CLAMD_SOCKET)
        link.sendall(command)
        if data is not None:
            for start in range(0, len(data), _PIECE):
                piece = data[start : start + _PIECE]
                link.sendall(struct.pack(">I", len(piece)) + piece)
            link.sendall(struct.pack(">I", 0))
        answer = b""
        while not answer.endswith(b"\0") and len(answer) < _LONGEST_ANSWER:
            if not (more := link.recv(_LONGEST_ANSWER)):
                break
            answer += more
    return answer.rstrip(b"\0\n").decode("utf-8", "replace")


def _verdict(answer: str) -> Verdict:
    words = answer.removeprefix("stream: ")
    if words == "OK":
        return Verdict(CLEAN)
    if words.endswith(" FOUND"):
        return Verdict(INFECTED, words.removesuffix(" FOUND")[:80])
    raise ScannerError(answer[:200])
