"""Uploaded ledgers: kept privately, planned, shown, then written or given up (security controls C30–C39)."""

from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from branches import audit
from branches.imports.report import CHANGED, NEW, UNCHANGED, WRONG, Plan
from branches.imports.run import summary, worth_writing
from branches.jobs import services as jobs
from branches.jobs.models import JobRun
from branches.reach import access
from branches.reach.rights import IMPORT
from common import clock
from common.errors import Conflict, TooMany
from common.numbers import masked
from common.operator import OPERATOR, Actor, account_of
from common.uploads import sniffing as files
from common.uploads.archives import MAX_FILE
from members.imports import kept
from members.imports.agency import import_files, plan_files
from members.imports.models import KEPT, BatchState, ImportBatch

# What makes Plans of uploaded files, or writes them; arguments as for plan_files and import_files.
Planner = Callable[..., list[Plan]]
BIG = 2000  # rows; beyond that the worker writes
SHOWN_NOTICES = 500
_NUMBERING = ("序号", "编号", "序")  # columns that no field wants
SHOWN_ERRORS = 5000


def batch_upload(*, by: Actor, uploads: Mapping[str, Any], plan: Planner | None = None) -> ImportBatch:
    """Store the files {ledger: upload}, plan them and return the ImportBatch.

    plan: what makes Plans of the files (default and arguments: plan_files); a room above gives its own for its ledgers.

    Raises ValidationError keyed by ledger for a file that is refused (C30, C31) or beyond the quota; a file that can be
    opened but not understood is an error of the preview, because its headings may still be assigned by hand.
    """
    access.require_anywhere(by, IMPORT)
    checked, errors = {}, {}
    for ledger, upload in uploads.items():
        try:
            checked[ledger] = files.check_upload(upload, ("xlsx", "csv"), max_bytes=MAX_FILE)
        except files.RefusedFile as refusal:
            errors[ledger] = str(refusal)
    if errors:
        raise ValidationError(errors)
    batch = ImportBatch(author=account_of(by))
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
            }
        batch.preview = _preview(_plan(by, batch, plan))
        with transaction.atomic():
            kept.check_quota(batch, sizes)
            batch.save()
            names = "、".join(str(entry["name"]) for entry in batch.files.values())
            audit.record(by=by, verb="import.upload", obj=batch, note=names)
    except BaseException:
        kept.remove(batch)  # no row knows them
        raise
    return batch


def _plan(by: Actor, batch: ImportBatch, plan: Planner | None = None) -> list[Plan]:
    return (plan or plan_files)(by, kept.sources(batch), columns=batch.columns, strict=False)


def _preview(plans: list[Plan]) -> dict[str, Any]:
    """Return what the page shows of the plans, as plain JSON."""
    errors = [
        [f.ledger, f.row, f.heading, f.sentence, f.suggestion] for plan in plans if not plan.like for f in plan.errors
    ]
    likes = [[plan.ledger.key, plan.like.key, plan.like.title, plan.like.page] for plan in plans if plan.like]
    notices = [[n.ledger, n.row, n.heading, n.sentence] for plan in plans for n in plan.notices]
    return {
        "ledgers": [_ledger(plan) for plan in plans],
        # Kept previews hold these two keys.
        "faults": errors[:SHOWN_ERRORS],
        "fault_count": len(errors) + len(likes),
        "likes": likes,
        "notices": notices[:SHOWN_NOTICES],
        "notice_count": len(notices),
        "rows": sum(plan.rows for plan in plans),
        "writes": worth_writing(plans),
    }


def _ledger(plan: Plan) -> dict[str, Any]:
    table = plan.table
    found = {
        "ledger": plan.ledger.key,
        "name": plan.ledger.name,
        "rows": plan.rows,
        "counts": {action: plan.counts[action] for action in (NEW, CHANGED, UNCHANGED, WRONG)},
    }
    if table is None or plan.like:
        return found | {"sheet": "", "matched": [], "unknown": [], "free": []}
    labels = {column.name: column.label for column in plan.ledger.fields}
    return found | {
        "sheet": masked(table.sheet),
        "matched": [[masked(table.matched[name]), labels[name], table.how[name]] for name in table.matched],
        # What holds a number of a person is no heading but a row without one.
        "unknown": [text for text in table.unknown if text not in _NUMBERING and masked(text) == text],
        "free": [[name, label] for name, label in labels.items() if name not in table.matched],
    }


def _ready(batch: ImportBatch) -> ImportBatch:
    fresh = ImportBatch.objects.select_related("job").get(pk=batch.pk)
    interrupted = fresh.state == BatchState.APPLYING and fresh.job and fresh.job.state == JobRun.State.FAILED
    if fresh.state != BatchState.READY and not interrupted:
        raise Conflict(f"这次导入现在的状态是“{fresh.get_state_display()}”。")
    if fresh.uploaded < clock.now() - KEPT:
        raise Conflict(kept.EXPIRED)
    return fresh


def batch_assign(
    *, by: Actor, batch: ImportBatch, columns: Mapping[str, Mapping[str, str]], plan: Planner | None = None
) -> ImportBatch:
    """Assign headings by hand, {ledger: {heading: field}} beside those assigned before, and plan again."""
    batch = _ready(batch)
    batch.columns = {
        ledger: {**batch.columns.get(ledger, {}), **columns.get(ledger, {})} for ledger in {*batch.columns, *columns}
    }
    batch.preview = _preview(_plan(by, batch, plan))
    with transaction.atomic():
        batch.save(update_fields=["columns", "preview"])
        audit.record(by=by, verb="import.assign", obj=batch, after={"columns": masked(str(batch.columns))})
    return batch


def batch_apply(*, by: Actor, batch: ImportBatch, write: Planner | None = None) -> ImportBatch:
    """Write the ledgers of a batch, at once or, when they are big, through the worker; returns the batch as it stands.

    write: what plans and writes the files in one transaction (arguments as of import_files, the default); with one of
    its own a batch is always written at once.

    Everything is planned again under the importer's present reach. Raises Conflict when the batch is past that.
    """
    batch = _ready(batch)
    if write is not None or batch.preview.get("rows", 0) <= BIG:
        _apply(by, batch, write)
    else:
        with transaction.atomic():
            free = Q(state=BatchState.READY) | Q(state=BatchState.APPLYING, job__state=JobRun.State.FAILED)
            if ImportBatch.objects.filter(free, pk=batch.pk).update(state=BatchState.APPLYING, outcome="") == 1:
                batch.job = jobs.enqueue(by=by, kind="import", batch=batch.pk)
                batch.save(update_fields=["job"])
    batch.refresh_from_db()
    return batch


@jobs.job("import")
def _apply_in_worker(by: Actor, *, batch: int) -> str:
    row = ImportBatch.objects.get(pk=batch)
    if row.author_id != by.pk:
        raise jobs.JobFailed("导入只能由上传人进行。")
    if not access.holds_anywhere(by, IMPORT):
        ImportBatch.objects.filter(pk=row.pk).update(state=BatchState.READY)
        raise jobs.JobFailed("导入台账的权限已终止，未写入任何内容。")
    try:
        _apply(by, row)
    except (Conflict, TooMany) as refused:
        raise jobs.JobFailed(refused.message) from None
    row.refresh_from_db()
    if row.state != BatchState.APPLIED:
        raise jobs.JobFailed(row.outcome)
    return row.outcome


def _apply(by: Actor, batch: ImportBatch, write: Planner | None = None) -> None:
    """Plan and write; with errors (somebody wrote meanwhile) the batch is ready again and shows them."""
    if batch.state == BatchState.APPLIED:
        return
    plans = (write or import_files)(
        by, kept.sources(batch), columns=batch.columns, strict=False, what=f"页面导入 {batch.uid}"
    )
    preview = _preview(plans)
    if any(plan.errors for plan in plans):
        outcome = f"共 {preview['fault_count']} 处有误，未写入任何内容。"
        changes: dict[str, Any] = {"state": BatchState.READY}
    else:
        outcome = summary(plans)
        changes = {"state": BatchState.APPLIED, "applied": clock.now()}
    unfinished = ImportBatch.objects.filter(pk=batch.pk, state__in=(BatchState.READY, BatchState.APPLYING))
    if unfinished.update(outcome=outcome, preview=preview, **changes) and changes["state"] == BatchState.APPLIED:
        kept.remove(batch)


@transaction.atomic
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
    audit.record(by=by, verb=verb, obj=batch)
    transaction.on_commit(lambda: kept.remove(batch))


def batches_expire() -> int:
    """Close batches that nobody applied within a day, and delete files that belong to none; returns how many closed.

    One that the worker is writing just now is left to it for another day.
    """
    moment = clock.now()
    written = Q(state=BatchState.APPLYING) & (Q(job__state=JobRun.State.FAILED) | Q(uploaded__lt=moment - 2 * KEPT))
    old = ImportBatch.objects.filter(Q(state=BatchState.READY) | written, uploaded__lt=moment - KEPT)
    number = 0
    for batch in old:
        try:
            with transaction.atomic():
                _close(OPERATOR, batch, BatchState.EXPIRED, "import.expire")
        except Conflict:
            continue  # applied or given up at this moment
        number += 1
    kept.remove_orphans(moment)
    return number
