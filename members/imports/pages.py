"""What the page of an import says: its finding, how far the worker is, errors, old and new values."""

from datetime import timedelta
from typing import Any

from django.core.paginator import Paginator
from django.db import connection
from django.urls import reverse

from branches.imports.report import ADD, UPDATE
from branches.jobs.models import JobRun
from common import clock
from common.progress import WRITING
from members.imports.models import BatchState, ImportBatch, LineKind
from members.imports.preview import SHOWN
from members.imports.selectors import lines_of

MODES = {ADD: "只新增", UPDATE: "更新"}
_HOW = {"exact": "标题", "alike": "相近标题", "by hand": "人工指定", "by content": "按内容"}
_CHANGES_A_PAGE = 25
_MISSING_SHOWN = 50
_NAMES = ("preview", "progress", "columns", "apply", "cancel", "discard", "errors", "changes", "missing")
_QUIET = timedelta(seconds=30)


def name_of(batch: ImportBatch, ledger: str) -> str:
    """Return the name of a ledger as the preview of the batch has it."""
    names = {entry["ledger"]: entry.get("name", ledger) for entry in batch.preview.get("ledgers", ())}
    return names.get(ledger, ledger)


def _urls(names: str) -> dict[str, str]:
    return {name: f"{names}_{name}" for name in _NAMES} | {"start": "import_start" if names == "import" else names}


def finding(batch: ImportBatch) -> str:
    """Return the headline of a batch: what was found or done."""
    found = batch.preview
    if batch.overdue:
        return "这次导入已过期，请重新上传"
    titles = {
        BatchState.PLANNING: "正在读取和核对",
        BatchState.APPLYING: f"正在导入 {found.get('rows', 0)} 行",
        BatchState.APPLIED: "台账已导入",
        BatchState.FAILED: "没有核对完，请重新上传",
    }
    if batch.state != BatchState.READY:
        return titles.get(BatchState(batch.state)) or f"这次导入{batch.get_state_display()}"
    likes = found.get("likes", ())
    if likes and len(likes) == found["fault_count"]:
        return f"这份文件像是{likes[0][2]}" if len(likes) == 1 else f"{len(likes)} 份文件放错了地方"
    if found["fault_count"]:
        return f"{found['fault_count']} 处有误，改正后重新上传"
    if not found["writes"]:
        return "台账与系统一致，没有需要导入的内容" if batch.mode != ADD else "没有可以新增的内容"
    counts = [entry["counts"] for entry in found["ledgers"]]
    return f"新增 {sum(c['new'] for c in counts)} 条，更改 {sum(c['changed'] for c in counts)} 条，可以导入"


def context_of_progress(batch: ImportBatch, names: str) -> dict[str, Any]:
    """Return what progress.html needs."""
    job, moment = batch.job, clock.now()
    step, late = "排队等候", ""
    if job is not None and job.state == JobRun.State.RUNNING:
        step = job.step or "已经开始"
        # Beside SQLite no lease is renewed while the one writer is at it (branches/jobs/watching.py).
        noted = connection.vendor != "sqlite" or step != WRITING
        if noted and job.lease_until is not None and job.lease_until < moment:
            step, late = "处理中断", "不必重新上传，一分钟左右会自动继续。"
    elif job is not None and job.queued < moment - _QUIET:
        late = "后台一次处理一份导入，请稍候；超过 5 分钟仍未开始的，请联系系统管理员。"
    return {"batch": batch, "job": job, "step": step, "late": late, "pages": _urls(names)}


def _named(batch: ImportBatch, what: str) -> list[Any]:
    return [(name_of(batch, key), *rest) for key, *rest in batch.preview.get(what, ())]


def _changes(batch: ImportBatch, page: str | None) -> Any:
    return Paginator(lines_of(batch, LineKind.CHANGE), _CHANGES_A_PAGE).get_page(page)


def _likes(batch: ImportBatch) -> list[dict[str, str]]:
    """Return the files that are another ledger than the one they were given for: what each is, and where it belongs."""
    return [
        {"file": batch.files[ledger]["name"], "title": title, "url": f"{reverse(page)}#id_{key}"}
        for ledger, key, title, page in batch.preview.get("likes", ())
    ]


def context(batch: ImportBatch, page: str | None, names: str) -> dict[str, Any]:
    """Return what preview.html needs but the form of the columns. page: number of the page of changes."""
    found = {} if batch.overdue else batch.preview
    ready = batch.state == BatchState.READY and not batch.overdue
    elsewhere = {ledger for ledger, *_ in found.get("likes", ())}
    ledgers = [
        {
            **entry,
            "file": batch.files[entry["ledger"]]["name"],
            "matched": [(heading, label, _HOW[how]) for heading, label, how in entry["matched"]],
        }
        for entry in found.get("ledgers", ())
        # Of a file that is another ledger nothing was read: there is nothing to count.
        if entry["ledger"] not in elsewhere
    ]
    errors = _named(batch, "faults") if found else []
    other_mode = UPDATE if batch.mode == ADD else ADD
    return {
        "title": finding(batch),
        "sub": "、".join(entry["name"] for entry in batch.files.values()),
        "batch": batch,
        "chip": "import_expired" if batch.overdue else f"import_{batch.state}",
        "ledgers": [] if batch.running else ledgers,
        "likes": _likes(batch) if found else [],
        "faults": errors,
        "suggests": any(suggestion for *_, suggestion in errors),
        "found": found,
        "more_faults": max(0, found.get("fault_groups", 0) - SHOWN),
        "notices": _named(batch, "notices") if found else [],
        "more_notices": max(0, found.get("notice_groups", 0) - SHOWN),
        "mode": MODES.get(batch.mode, "") if ready else "",
        "updates": batch.mode == UPDATE,
        "other_mode": other_mode,
        "other_mode_name": MODES[other_mode],
        "changes": _changes(batch, page) if found.get("change_count") and not batch.running else None,
        "missing": lines_of(batch, LineKind.MISSING)[:_MISSING_SHOWN] if ready and found.get("missing_count") else (),
        "missing_shown": _MISSING_SHOWN,
        "ready": ready,
        "may_apply": ready and found.get("writes") and not found.get("fault_count"),
        "running": batch.running,
        **context_of_progress(batch, names),
    }
