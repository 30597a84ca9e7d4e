"""Make a backup: as of one moment while people write, whole or not at all."""

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from django.apps import apps as installed
from django.apps.registry import Apps
from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder

from branches import audit
from branches.audit import anchors, seal
from branches.backups import manifest as manifests
from branches.backups import rows
from branches.backups.errors import BackupError
from branches.backups.manifest import ANCHORS, FILES, KEYS, Manifest, sha256_of
from branches.jobs import services as jobs
from branches.places.models.organisations import Organisation
from common import agencies, clock, passphrase
from common.operator import Actor

# What opens, signs and seals; a new host needs all of it.
SECRETS = ("SECRET_KEY", "AUDIT_KEY", "AUDIT_KEY_FALLBACKS", "FIELD_KEYS", "FIELD_INDEX_KEY", "OIDC_CLIENT_SECRET")
# Of many agencies these are the installation's: what one agency takes along opens nothing of another.
_OF_ALL = frozenset({"SECRET_KEY", "OIDC_CLIENT_SECRET"})


def backup_make(
    *,
    by: Actor,
    target: Path,
    secret: str | None,
    leave_out: frozenset[str] = frozenset(),
    apps: Apps = installed,
) -> Manifest:
    """Write database, attachments, anchors and (under the passphrase `secret`; None: not at all) the keys into `target`.

    target: a folder that is new or empty; it appears when the backup is whole. leave_out: folders of MEDIA_ROOT that are
    not kept. apps: the models as the database has them, the installed ones unless it is of an earlier version. Leaves an
    entry in the trail. Raises BackupError with a sentence; then nothing is left behind.
    """
    partial = _place(target)
    if secret is not None and len(secret) < passphrase.SHORTEST:
        raise BackupError(f"口令至少 {passphrase.SHORTEST} 个字符。")
    seal.seal_all()
    lines = anchor_lines()
    try:
        partial.mkdir(mode=0o700, parents=True)
        try:
            made = _fill(partial, lines, secret, leave_out, apps)
            if target.exists():
                target.rmdir()
            partial.rename(target)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise BackupError(f"{target.parent} 的存储空间不足，备份没有做成。") from None
        raise BackupError(f"{target} 无法写入（{error.strerror}），备份没有做成。") from None
    with transaction.atomic():
        note = f"{target.name}：{made.rows} 行，{made.files} 个附件，链头 {made.head}"
        audit.record(by=by, verb="backup", obj=target.name, note=note)
        jobs.beat("backup")
    return made


def _place(target: Path) -> Path:
    """Return the folder to write in, beside the target; raises BackupError where the target is taken or has no room."""
    partial = target.with_name(f"{target.name}.partial")
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise BackupError(f"{target} 已存在且不是空目录；请换一个名称。")
    if partial.exists():
        raise BackupError(f"{partial} 已存在：另一次备份正在进行，或上一次中断了；确认后请删除它。")
    needed = rows.size_in_bytes() + sum(path.stat().st_size for path in _attached(frozenset()))
    there = next(path for path in (partial, *partial.parents) if path.exists())
    if (free := shutil.disk_usage(there).free) < needed:
        raise BackupError(f"{there} 的存储空间不足：约需 {needed // 2**20 + 1} MB，现有 {free // 2**20} MB。")
    return partial


def anchor_lines() -> list[str]:
    """Return the lines of AUDIT_ANCHOR_FILE, none where there is no file. Raises BackupError where it cannot be read."""
    try:
        return [f"{day} {head}" for day, head in anchors.file_lines()]
    except FileNotFoundError:
        return []
    except anchors.AnchorFileError as error:
        raise BackupError(f"{error}。") from None


def _fill(folder: Path, lines: list[str], secret: str | None, leave_out: frozenset[str], apps: Apps) -> Manifest:
    tables = folder / "tables"
    tables.mkdir(mode=0o700)
    with rows.snapshot():
        made = Manifest(
            made=clock.real_now().isoformat(timespec="seconds"),
            database=connection.vendor,
            agency=Organisation.objects.filter(parent=None).order_by("pk").values_list("name", flat=True).first() or "",
            head=seal.head(),
            migrations=sorted(map(list, MigrationRecorder(connection).applied_migrations())),
        )
        for number, model in enumerate(rows.tables(apps), 1):
            path = tables / f"{number:03d}-{model._meta.label_lower}.jsonl.gz"
            written = rows.dump(model, path)
            entry = {"file": f"tables/{path.name}", "rows": written, "sha256": sha256_of(path)}
            made.tables[model._meta.label_lower] = entry
        known = _known(apps)
    _copy_attached(folder, made, known, leave_out)
    (folder / ANCHORS).write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    if secret is not None:
        (folder / KEYS).write_text(passphrase.seal(_secrets(), secret), encoding="utf-8")
    for name in (FILES, ANCHORS, *([KEYS] if secret is not None else [])):
        made.parts[name] = sha256_of(folder / name)
    manifests.write(folder, made)
    return made


def _secrets() -> bytes:
    wanted = [name for name in SECRETS if not (agencies.many() and name in _OF_ALL)]
    values = {name: getattr(settings, name) if name in _OF_ALL else agencies.setting(name) for name in wanted}
    plain = {name: "\n".join(value) if isinstance(value, list) else value for name, value in values.items()}
    return json.dumps({name: value for name, value in plain.items() if value}).encode()


def _known(apps: Apps) -> dict[str, str]:
    """Return {path: sha256} of the attachments that rows name."""
    found: dict[str, str] = {}
    for model in rows.tables(apps):
        if {"path", "sha256"} <= {field.name for field in model._meta.concrete_fields}:
            found.update(model._base_manager.exclude(path="").values_list("path", "sha256"))
    return found


def _attached(leave_out: frozenset[str]) -> Iterator[Path]:
    root = Path(agencies.setting("MEDIA_ROOT"))
    for path in sorted(root.rglob("*")) if root.is_dir() else ():
        inside = path.relative_to(root)
        if (
            path.is_file()
            and not path.is_symlink()
            and not path.name.startswith(".")
            and inside.parts[0] not in leave_out
        ):
            yield path


def _copy_attached(folder: Path, made: Manifest, known: dict[str, str], leave_out: frozenset[str]) -> None:
    """Copy what people attached, after the rows: a file is there before its row. One deleted meanwhile is named as missing."""
    root, copied = Path(agencies.setting("MEDIA_ROOT")), {}
    with (folder / FILES).open("w", encoding="utf-8") as index:
        for source in _attached(leave_out):
            name = source.relative_to(root).as_posix()
            target = folder / "files" / name
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            try:
                size, digest = copy(source, target)
            except FileNotFoundError:
                continue
            index.write(json.dumps([name, size, digest]) + "\n")
            copied[name] = digest
            made.files, made.bytes = made.files + 1, made.bytes + size
    made.missing = sorted(name for name, digest in known.items() if copied.get(name) != digest)


def copy(source: Path, target: Path) -> tuple[int, str]:
    """Copy a file (mode 0600) and have it on the disk; returns its size and hash."""
    digest, size = hashlib.sha256(), 0
    with (
        source.open("rb") as read,
        os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out,
    ):
        while block := read.read(1024 * 1024):
            digest.update(block)
            out.write(block)
            size += len(block)
        out.flush()
        os.fsync(out.fileno())
    return size, digest.hexdigest()
