"""Uploaded ledgers between preview and apply: encrypted, for one day, within a quota (controls C31, C32, C43)."""

import io
import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError

from common import agencies, crypto, database
from common.errors import Conflict
from common.uploads import scanning
from common.uploads import sniffing as files
from members.imports.models import KEPT, UNFINISHED, ImportBatch

FOLDER = "imports"
GONE = "上传的文件已删除或不能读取，请重新上传。"
EXPIRED = f"上传的文件只保留 {int(KEPT.total_seconds() // 3600)} 小时，这次导入已过期，请重新上传。"
INFECTED = "扫描发现上传的文件带有恶意程序，没有读取其中任何一行，请告知系统管理员。"
_QUOTA_LOCK = 7_302_051
_MB = 1024 * 1024
# A file that no row names may belong to an upload that is just being planned.
_YOUNG = timedelta(hours=1)


def _aad(batch: ImportBatch, ledger: str) -> str:
    return f"importbatch.{ledger}.{batch.uid}"


def keep(batch: ImportBatch, ledger: str, upload: Any) -> str:
    """Encrypt an upload, bound to its batch and ledger, and return the path of what is kept; OSError when the disk is full."""
    upload.seek(0)
    return files.store(io.BytesIO(crypto.seal(upload.read(), _aad(batch, ledger))), FOLDER)


def sources(batch: ImportBatch) -> dict[str, tuple[io.BytesIO, str]]:
    """Return the files of a batch in the clear, in memory: {ledger: (binary file, name)}.

    Raises Conflict where one is gone, altered or moved, or where it was not scanned when it came and is found infected
    now (control C41). Files of before they were encrypted (`sealed` is missing) are read as they lie.
    """
    found = {}
    for ledger, entry in batch.files.items():
        try:
            data = (Path(agencies.setting("MEDIA_ROOT")) / entry["path"]).read_bytes()
            data = crypto.unseal(data, _aad(batch, ledger)) if entry.get("sealed") else data
        except (OSError, crypto.CannotBeShown):
            raise Conflict(GONE) from None
        if entry.get("scan") != scanning.CLEAN and scanning.scan_bytes(data).state == scanning.INFECTED:
            raise Conflict(INFECTED)
        found[ledger] = (io.BytesIO(data), entry["name"])
    return found


def remove(batch: ImportBatch) -> None:
    """Delete the files of a batch; those that are gone already are no error."""
    for entry in batch.files.values():
        files.remove(entry["path"])


def waiting() -> Any:
    """Return the ImportBatches whose files are still kept."""
    return ImportBatch.objects.filter(state__in=UNFINISHED).order_by()


def check_quota(batch: ImportBatch, by_ledger: Mapping[str, int]) -> None:
    """Raise ValidationError where files of these sizes ({ledger: bytes}) would exceed the quota of the account or of all.

    What waits to be applied counts (settings.IMPORT_BYTES_PER_ACCOUNT, IMPORT_BYTES_IN_ALL). Inside the transaction that
    saves the batch, so that of two uploads the second counts the first.
    """
    database.advisory_lock(_QUOTA_LOCK)
    size, mine, all_of_them = sum(by_ledger.values()), 0, 0
    for author, held in waiting().exclude(pk=batch.pk).values_list("author_id", "files"):
        used = sum(int(entry["size"]) for entry in held.values())
        all_of_them += used
        mine += used if author == batch.author_id else 0
    first = next(iter(by_ledger))
    if mine + size > settings.IMPORT_BYTES_PER_ACCOUNT:
        limit = settings.IMPORT_BYTES_PER_ACCOUNT // _MB
        raise ValidationError({first: f"您待导入的文件合计不能超过 {limit} MB，请先导入或放弃以前上传的。"})
    if all_of_them + size > settings.IMPORT_BYTES_IN_ALL:
        raise ValidationError({first: "待导入的文件已占满空间，请稍后再上传，或联系系统管理员。"})


def remove_orphans(moment: datetime) -> int:
    """Delete what lies in the folder of uploads and belongs to no batch that waits; returns how many files.

    moment: of now; files younger than an hour stay, their upload may be under way.
    """
    root = Path(agencies.setting("MEDIA_ROOT"))
    known = {entry["path"] for held in waiting().values_list("files", flat=True) for entry in held.values()}
    oldest = min(moment.timestamp(), time.time()) - _YOUNG.total_seconds()
    number = 0
    for path in (root / FOLDER).rglob("*"):
        if path.is_file() and path.relative_to(root).as_posix() not in known and path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
            number += 1
    return number
