"""What a backup says of itself: when, of which version, how many rows, the hash of every part; signed with AUDIT_KEY."""

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from branches.audit import macs
from branches.backups.errors import BackupError
from branches.backups.rows import count

FORM = 1
MANIFEST, MAC, KEYS, ANCHORS, FILES = "manifest.json", "manifest.mac", "keys.sealed", "anchors", "files.jsonl"
_BLOCK = 1024 * 1024


@dataclass
class Manifest:
    """made: ISO moment. head: of the trail. migrations: [app, name] of all that had run.

    tables: {model: {"file", "rows", "sha256"}}. parts: {path: sha256} of what lies beside the tables. files, bytes: of what
    people attached. missing: attachments that were gone or altered when the backup was made.
    """

    made: str
    database: str
    agency: str
    head: str
    migrations: list[list[str]]
    tables: dict[str, dict[str, Any]] = field(default_factory=dict)
    parts: dict[str, str] = field(default_factory=dict)
    files: int = 0
    bytes: int = 0
    missing: list[str] = field(default_factory=list)
    form: int = FORM

    @property
    def rows(self) -> int:
        return sum(int(table["rows"]) for table in self.tables.values())


def sha256_of(path: Path) -> str:
    """Return the hash of a file, read in blocks."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def write(folder: Path, manifest: Manifest) -> None:
    """Write manifest and code, last of all, and have them on the disk before anything is renamed."""
    text = json.dumps(asdict(manifest), ensure_ascii=False, indent=1, sort_keys=True)
    for name, content in ((MANIFEST, text), (MAC, " ".join(macs.sign("backup", text)) + "\n")):
        with (folder / name).open("w", encoding="utf-8") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())


def read(folder: Path) -> Manifest:
    """Return the manifest of a backup. Raises BackupError where there is none, or it was made with another key or altered."""
    if folder.name.endswith(".partial"):
        raise BackupError(f"{folder} 是没有做完的备份。")
    try:
        text = (folder / MANIFEST).read_bytes().decode("utf-8")
        number, _, code = (folder / MAC).read_text(encoding="utf-8").strip().partition(" ")
    except (OSError, UnicodeDecodeError):
        raise BackupError(f"{folder} 不是备份目录，或清单无法读取。") from None
    try:
        sound = macs.is_signed("backup", text, number, code)
    except macs.UnknownKey:
        raise BackupError(
            "备份是用另一把 AUDIT_KEY 做的：请先用 bin/open_keys.py 取出备份的密钥，再按它设置本机。"
        ) from None
    if not sound:
        raise BackupError("备份清单被改动过，不能使用。")
    try:
        data = json.loads(text)
        if data["form"] != FORM:
            raise BackupError(f"备份的格式是 {data['form']}，本版本只认识 {FORM}。")
        return Manifest(**{item.name: data[item.name] for item in fields(Manifest)})
    except (ValueError, KeyError, TypeError):
        raise BackupError("备份清单无法识别。") from None


def attached(folder: Path) -> Iterator[tuple[str, int, str]]:
    """Yield (path, bytes, sha256) of each file that people attached."""
    with (folder / FILES).open(encoding="utf-8") as lines:
        for line in lines:
            path, size, digest = json.loads(line)
            yield path, size, digest


def check(folder: Path, manifest: Manifest) -> None:
    """Read everything in a backup and compare it with the manifest; raises BackupError naming the first part that differs."""
    for path, digest in manifest.parts.items():
        _same(folder / path, digest)
    for label, table in manifest.tables.items():
        path = folder / table["file"]
        _same(path, table["sha256"])
        if (found := count(path)) != table["rows"]:
            raise BackupError(f"{label} 应有 {table['rows']} 行，备份中有 {found} 行。")
    number = 0
    for name, _, digest in attached(folder):
        _same(folder / "files" / name, digest)
        number += 1
    if number != manifest.files:
        raise BackupError(f"附件应有 {manifest.files} 个，备份中有 {number} 个。")


def _same(path: Path, digest: str) -> None:
    try:
        found = sha256_of(path)
    except OSError:
        raise BackupError(f"备份中缺少 {path.name}，或无法读取。") from None
    if found != digest:
        raise BackupError(f"备份中的 {path.name} 与清单不符，已损坏或被改动。")
