"""Uploaded ledgers: kept privately, planned, shown, then written or given up (security controls C30–C39).

A request stores the file and queues a job; the worker reads, checks and writes (worker.py).
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from branches import audit
from branches.audit.limits import done_since
from branches.jobs import services as jobs
from branches.reach import access
from common import clock
from common.database import one_transaction
from common.errors import Conflict, TooMany
from common.numbers import masked
from common.operator import OPERATOR, Actor, account_of
from common.uploads import sniffing as files
from common.uploads.archives import MAX_FILE
from members.imports import kept
from members.imports.models import KEPT, ONE_RUNNING, RUNNING, BatchState, ImportBatch, ImportLine
from members.imports.worker import PLAN, WRITE, Work

BUSY = "您有一次导入正在进行，请等它结束，或先取消它。"


LEDGERS_WORK = Work(PLAN, WRITE)


class Busy(ValidationError):
    """The account has an import that the worker is at; one at a time."""

    def __init__(self) -> None:
        super().__init__(BUSY)


def batch_upload(*, by: Actor, uploads: Mapping[str, Any], mode: str = "", work: Work = LEDGERS_WORK) -> ImportBatch:
    """Store the files {ledger: upload}, queue their checking and return the ImportBatch.

    mode: what becomes of rows that are recorded already (report.ADD, UPDATE; "" where the ledger has no choice).
    Raises ValidationError keyed by ledger for a file that is refused (C30, C31) or beyond the quota, Busy while another
    import of the account is under way; a file that can be opened but not understood is an error of the preview, because
    its headings may still be assigned by hand.
    """
    access.require_anywhere(by, work.right)
    checked, errors = {}, {}
    for ledger, upload in uploads.items():
        try:
            checked[ledger] = files.check_upload(upload, ("xlsx", "csv"), max_bytes=MAX_FILE)
        except files.RefusedFile as refusal:
            errors[ledger] = str(refusal)
    if errors:
        raise ValidationError(errors)
    batch = ImportBatch(author=account_of(by), mode=mode)
    _check_free(batch)
    sizes = {ledger: kind.size for ledger, kind in checked.items()}
    try:
        with transaction.atomic():
            kept.check_quota(batch, sizes)
        for ledger, upload in uploads.items():
            batch.files[ledger] = {
                # A name may hold what a page must not show: 名册110105….xlsx.
                "name": masked(files.safe_name(upload.name)),
                "path": kept.keep(batch, ledger, upload),
                "size": checked[ledger].size,
                "sha256": checked[ledger].sha256,
                "sealed": True,
                "scan": checked[ledger].scan,
            }
        with _one_at_a_time(), transaction.atomic():
            _check_hour(by)
            kept.check_quota(batch, sizes)
            batch.save()
            _queue(by, batch, work.plan)
            names = "、".join(str(entry["name"]) for entry in batch.files.values())
            audit.record(by=by, verb="import.upload", obj=batch, note=names)
    except BaseException:
        kept.remove(batch)  # no row knows them
        raise
    return batch


def _queue(by: Actor, batch: ImportBatch, kind: str) -> None:
    batch.job = jobs.enqueue(by=by, kind=kind, batch=batch.pk)
    batch.save(update_fields=["job"])


def _check_hour(by: Actor) -> None:
    """Raise TooMany when the account has uploaded as often within the hour as it may: each upload is read as a whole (C64)."""
    account, limit = account_of(by), settings.IMPORTS_PER_HOUR
    since = clock.now() - timedelta(hours=1)
    if account is not None and done_since(account.pk, since, "import.upload") >= limit:
        raise TooMany(
            f"一小时内最多上传 {limit} 次台账，请稍后再试；上一次的可以改列、改方式重新核对，不必再上传。", 3600
        )


def _check_free(batch: ImportBatch) -> None:
    """Raise Busy while another import of the author is under way; the constraint decides between two at once."""
    if ImportBatch.objects.filter(author=batch.author_id, state__in=RUNNING).exclude(pk=batch.pk).exists():
        raise Busy


class _one_at_a_time:
    """Turn the refusal of the constraint into Busy; stands outside the transaction."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, trace: Any) -> None:
        # SQLite names the column, PostgreSQL the constraint.
        if isinstance(error, IntegrityError) and any(name in str(error) for name in (ONE_RUNNING, "author_id")):
            raise Busy from None


def _ready(batch: ImportBatch) -> ImportBatch:
    fresh = ImportBatch.objects.select_related("job").get(pk=batch.pk)
    if fresh.state != BatchState.READY:
        raise Conflict(f"这次导入现在的状态是“{fresh.get_state_display()}”。")
    if fresh.uploaded < clock.now() - KEPT:
        raise Conflict(kept.EXPIRED)
    return fresh


def _start(by: Actor, batch: ImportBatch, state: str, kind: str, **values: Any) -> None:
    """Move a ready batch on and queue its job, inside the caller's transaction; Conflict when somebody was first."""
    _check_free(batch)
    if ImportBatch.objects.filter(pk=batch.pk, state=BatchState.READY).update(state=state, outcome="", **values) != 1:
        raise Conflict("这次导入的状态刚有变化，请刷新后再试。")
    batch.refresh_from_db()
    _queue(by, batch, kind)


def batch_assign(
    *,
    by: Actor,
    batch: ImportBatch,
    columns: Mapping[str, Mapping[str, str]],
    mode: str = "",
    work: Work = LEDGERS_WORK,
) -> ImportBatch:
    """Assign headings by hand, {ledger: {heading: field}} beside those assigned before, or another mode; check again."""
    batch = _ready(batch)
    merged = {
        ledger: {**batch.columns.get(ledger, {}), **columns.get(ledger, {})} for ledger in {*batch.columns, *columns}
    }
    with _one_at_a_time(), transaction.atomic():
        _start(by, batch, BatchState.PLANNING, work.plan, columns=merged, mode=mode or batch.mode)
        after = {"columns": masked(str(merged)), "mode": batch.mode}
        audit.record(by=by, verb="import.assign", obj=batch, after=after)
    return batch


def batch_apply(*, by: Actor, batch: ImportBatch, work: Work = LEDGERS_WORK) -> ImportBatch:
    """Queue the writing of a batch; returns it as it stands.

    Everything is planned again under the importer's present reach. Raises Conflict when the batch is past that or has
    nothing that may be written, Busy while another import of the account is under way.
    """
    batch = _ready(batch)
    if batch.preview.get("fault_count"):
        raise Conflict("这次导入有误，请改正后重新上传。")
    with _one_at_a_time(), transaction.atomic():
        _start(by, batch, BatchState.APPLYING, work.write)
        audit.record(by=by, verb="import.confirm", obj=batch, after={"mode": batch.mode})
    return batch


def batch_cancel(*, by: Actor, batch: ImportBatch) -> ImportBatch:
    """Call off what the worker is at. While checking: the batch is given up, its files go. While writing: nothing is
    written and the batch is ready as before; once the write is committed Conflict says so.
    """
    fresh = ImportBatch.objects.get(pk=batch.pk)
    if not fresh.running:
        raise Conflict(f"这次导入现在的状态是“{fresh.get_state_display()}”，不能再取消。")
    with jobs.stopping(fresh.job_id or 0), transaction.atomic():
        if fresh.job_id is not None:
            jobs.call_off(fresh.job_id)
        if fresh.state == BatchState.PLANNING:
            _close(by, fresh, BatchState.DISCARDED, "import.cancel")
            return fresh
        waits = ImportBatch.objects.filter(pk=fresh.pk, state=BatchState.APPLYING)
        if not waits.update(state=BatchState.READY, outcome="已取消，未写入任何内容。"):
            raise Conflict("已经写入完毕，不能再取消。")
        audit.record(by=by, verb="import.cancel", obj=fresh)
    fresh.refresh_from_db()
    return fresh


@one_transaction
def batch_discard(*, by: Actor, batch: ImportBatch) -> ImportBatch:
    """Give a batch up: its files go, the row stays with its state."""
    batch = _ready(batch)
    _close(by, batch, BatchState.DISCARDED, "import.discard")
    return batch


def _close(by: Actor, batch: ImportBatch, state: str, verb: str) -> None:
    """Close a batch that nobody has moved on meanwhile; its files go when that is committed."""
    if ImportBatch.objects.filter(pk=batch.pk, state=batch.state).update(state=state, preview={}) != 1:
        raise Conflict("这次导入的状态刚有变化，请刷新后再试。")
    batch.state, batch.preview = state, {}
    batch.lines.all().delete()
    audit.record(by=by, verb=verb, obj=batch)
    transaction.on_commit(lambda: kept.remove(batch))


def batches_expire() -> int:
    """Close batches that nobody applied within a day, and delete files that belong to none; returns how many closed.

    One that the worker is at just now is left to it for another day. Lines go a day after their upload, too.
    """
    moment = clock.now()
    number = 0
    for batch in ImportBatch.objects.filter(state=BatchState.READY, uploaded__lt=moment - KEPT):
        number += _expired(batch)
    for batch in ImportBatch.objects.filter(state__in=RUNNING, uploaded__lt=moment - 2 * KEPT):
        with jobs.stopping(batch.job_id or 0), transaction.atomic():
            if batch.job_id is not None:
                jobs.call_off(batch.job_id)
            number += _expired(batch)
    ImportLine.objects.filter(batch__uploaded__lt=moment - KEPT).exclude(batch__state__in=RUNNING).delete()
    kept.remove_orphans(moment)
    return number


def _expired(batch: ImportBatch) -> int:
    try:
        with transaction.atomic():
            _close(OPERATOR, batch, BatchState.EXPIRED, "import.expire")
    except Conflict:
        return 0  # applied or given up at this moment
    return 1
