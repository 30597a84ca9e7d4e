"""What the worker does of an import: read and check an upload, then write it (decisions 31; security controls C61–C63).

A state moves only from where the job found it, and the writing moves it in its own transaction: whatever was called off,
taken over or done by another process meanwhile is given up whole, and nothing is written twice.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404

from branches.imports.report import Plan
from branches.imports.run import summary
from branches.jobs import services as jobs
from branches.jobs.models import JobRun
from branches.reach import access
from branches.reach.rights import IMPORT
from common import clock, crash_points
from common.errors import Conflict, TooMany
from common.operator import Actor
from common.progress import Stopped
from members.imports import kept
from members.imports.agency import import_files, plan_files
from members.imports.models import BatchState, ImportBatch
from members.imports.preview import Changed, check_as_shown, lines_replace, preview

# What makes Plans of uploaded files, or writes them; arguments as for plan_files and import_files.
Planner = Callable[..., list[Plan]]
NOTHING_WRITTEN = "未写入任何内容"
PLAN, WRITE = "import_plan", "import"  # kinds of jobs


def given_up(run: JobRun, reason: str) -> None:
    """Settle the import whose job has failed for good: not read, its files go; not written, it may be tried again."""
    mine = ImportBatch.objects.filter(pk=run.parameters.get("batch"), job=run.pk)
    if mine.filter(state=BatchState.APPLYING).update(state=BatchState.READY, outcome=_said(reason)):
        return
    for batch in mine.filter(state=BatchState.PLANNING):
        ImportBatch.objects.filter(pk=batch.pk).update(state=BatchState.FAILED, outcome=_said(reason))
        transaction.on_commit(partial(kept.remove, batch))


def _said(reason: str) -> str:
    return reason if NOTHING_WRITTEN in reason else f"{reason.rstrip('。')}。{NOTHING_WRITTEN}。"


@jobs.job(PLAN, alone=True, given_up=given_up)
def _plan_ledgers(by: Actor, *, batch: int) -> str:
    return plan_batch(by, batch, plan_files)


@jobs.job(WRITE, alone=True, given_up=given_up)
def _write_ledgers(by: Actor, *, batch: int) -> str:
    return write_batch(by, batch, import_files)


def _batch_of(by: Actor, pk: int, state: str, done: str, right: str) -> ImportBatch:
    """Return the batch in the state that the job expects, under the importer's present rights.

    done: the state of a batch whose job had done its work and died, or was taken over, before it could say so. right: what
    its upload asked for.
    """
    row = ImportBatch.objects.get(pk=pk)
    if row.author_id != by.pk:
        raise jobs.JobFailed("导入只能由上传人进行。")
    if row.state == done:
        return row
    if row.state != state:
        raise Stopped  # called off
    if not access.holds_anywhere(by, right):
        raise jobs.JobFailed(f"导入台账的权限已终止，{NOTHING_WRITTEN}。")
    return row


@contextmanager
def _in_words() -> Iterator[None]:
    """Turn what services refuse into the reason that the importer reads."""
    try:
        yield
    except (Conflict, TooMany) as refused:
        raise jobs.JobFailed(refused.message) from None
    except ValidationError as error:
        raise jobs.JobFailed("；".join(error.messages)) from None
    except (PermissionDenied, Http404):
        raise jobs.JobFailed(f"权限已变动，{NOTHING_WRITTEN}。") from None


def _options(batch: ImportBatch) -> dict[str, Any]:
    mode = {"mode": batch.mode} if batch.mode else {}
    return {"columns": batch.columns, "strict": False} | mode


def plan_batch(by: Actor, pk: int, plan: Planner, right: str = IMPORT) -> str:
    """Read and check the files of a batch that is being planned; returns what came of it. plan: what makes the Plans."""
    batch = _batch_of(by, pk, BatchState.PLANNING, BatchState.READY, right)
    if batch.state == BatchState.READY:
        return batch.outcome
    with _in_words():
        plans = plan(by, kept.sources(batch), **_options(batch))
        crash_points.point("import.plan")
        with transaction.atomic():
            _move(batch, BatchState.PLANNING, BatchState.READY, preview=preview(plans), outcome="")
            lines_replace(batch, plans)
    return summary(plans)


def _move(batch: ImportBatch, old: str, new: str, **values: Any) -> None:
    """Move a batch on from the state the job found it in. Raises Stopped where it is no longer there."""
    if not ImportBatch.objects.filter(pk=batch.pk, state=old, job=batch.job_id).update(state=new, **values):
        raise Stopped


def write_batch(by: Actor, pk: int, write: Planner, right: str = IMPORT) -> str:
    """Write the files of a batch that is being applied, all or nothing; returns the summary.

    write: what plans and writes them in one transaction (arguments as of import_files). Everything is planned again under
    the importer's present reach; the batch becomes applied in the transaction that writes. Raises JobFailed where
    something is wrong by now, with the batch ready again and showing what.
    """
    batch = _batch_of(by, pk, BatchState.APPLYING, BatchState.APPLIED, right)
    if batch.state == BatchState.APPLIED:
        return batch.outcome

    @contextmanager
    def around(plans: list[Plan]) -> Iterator[None]:
        check_as_shown(batch, plans)
        yield
        _applied(batch, plans)

    try:
        with _in_words():
            what = f"页面导入 {batch.uid}"
            plans = write(by, kept.sources(batch), what=what, around=around, **_options(batch))
    except Changed as changed:
        _ready_again(batch, changed.plans, changed.sentence)
        raise jobs.JobFailed(changed.sentence) from None
    if any(plan.errors for plan in plans):
        outcome = f"共 {sum(len(plan.errors) for plan in plans)} 处有误，{NOTHING_WRITTEN}。"
        _ready_again(batch, plans, outcome)
        raise jobs.JobFailed(outcome)
    if not any(plan.items for plan in plans):
        with transaction.atomic():
            _applied(batch, plans)
    kept.remove(batch)
    return summary(plans)


def _applied(batch: ImportBatch, plans: list[Plan]) -> None:
    values = {"outcome": summary(plans), "preview": preview(plans), "applied": clock.now()}
    _move(batch, BatchState.APPLYING, BatchState.APPLIED, **values)


def _ready_again(batch: ImportBatch, plans: list[Plan], outcome: str) -> None:
    with transaction.atomic():
        _move(batch, BatchState.APPLYING, BatchState.READY, outcome=outcome, preview=preview(plans))
        lines_replace(batch, plans)


@dataclass(frozen=True)
class Work:
    """Which kinds of jobs plan and write an import; a room above registers its own for its ledgers.

    right: what whoever uploads holds somewhere; of what only those who keep it may read, their right in place of IMPORT.
    """

    plan: str
    write: str
    right: str = IMPORT


def jobs_of(work: Work, planned: Planner, written: Planner, *, may: Callable[[Actor], bool], lost: str) -> Work:
    """Register the jobs that read and write the uploads of a room's own table, and return their `work`.

    planned, written: as plan_files and import_files. may: whether somebody may still write such a thing anywhere; lost: what of the
    right is named to who may not (「{lost}的权限已终止」).
    """

    def checked(by: Actor) -> None:
        if not may(by):
            raise jobs.JobFailed(f"{lost}的权限已终止，{NOTHING_WRITTEN}。")

    @jobs.job(work.plan, alone=True, given_up=given_up)
    def _plan(by: Actor, *, batch: int) -> str:
        checked(by)
        return plan_batch(by, batch, planned, work.right)

    @jobs.job(work.write, alone=True, given_up=given_up)
    def _write(by: Actor, *, batch: int) -> str:
        checked(by)
        return write_batch(by, batch, written, work.right)

    return work
