"""Import of ledgers: upload, preview, apply or give up. A batch is seen by its author only."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from branches.audit import exports
from branches.jobs.models import JobRun
from branches.reach import access
from branches.reach.rights import IMPORT
from common.uploads.sniffing import CONTENT_TYPES
from members.imports.agency import LEDGERS
from members.imports.blanks import blank_workbook
from members.imports.forms import ColumnsForm, UploadForm
from members.imports.models import BatchState
from members.imports.selectors import own_batch, own_batches
from members.imports.services import batch_apply, batch_assign, batch_discard, batch_upload

SHOWN = 200
_HOW = {"exact": "标题", "alike": "相近标题", "by hand": "人工指定", "by content": "按内容"}


def _batch(request, uid):
    access.require_anywhere(request.user, IMPORT)
    return own_batch(request.user, uid)


@login_required
def start(request):
    access.require_anywhere(request.user, IMPORT)
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if request.method == "POST" and form.is_valid():
        try:
            batch = batch_upload(by=request.user, uploads=form.uploads)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            return redirect("import_preview", batch.uid)
    context = {
        "title": "导入台账",
        "sub": "先核对，后导入；有一处错误就一行也不写入",
        "form": form,
        "blanks": LEDGERS.values(),
        "recent": own_batches(request.user),
    }
    return render(request, "members/imports/start.html", context)


@login_required
@require_GET
def blank(request, ledger):
    """An empty workbook to be filled in. It holds names of organisations for its drop-downs and nothing of people."""
    access.require_anywhere(request.user, IMPORT)
    if ledger not in LEDGERS:
        raise Http404
    known = LEDGERS[ledger]
    return exports.attachment(blank_workbook(request.user, known), f"{known.title}（空表）.xlsx", CONTENT_TYPES["xlsx"])


def _finding(batch):
    """Return the headline of a batch: what was found or done."""
    found = batch.preview
    if batch.state == BatchState.APPLIED:
        return "台账已导入"
    if batch.overdue:
        return "这次导入已过期，请重新上传"
    if batch.state == BatchState.APPLYING:
        failed = batch.job and batch.job.state == JobRun.State.FAILED
        return "导入没有完成，可以重新导入" if failed else f"正在导入 {found.get('rows', 0)} 行"
    if batch.state != BatchState.READY:
        return f"这次导入{batch.get_state_display()}"
    likes = found.get("likes", ())
    if likes and len(likes) == found["fault_count"]:
        return f"这份文件像是{likes[0][2]}" if len(likes) == 1 else f"{len(likes)} 份文件放错了地方"
    if found["fault_count"]:
        return f"{found['fault_count']} 处有误，改正后重新上传"
    counts = [entry["counts"] for entry in found["ledgers"]]
    if not found["writes"]:
        return "台账与系统一致，没有需要导入的内容"
    return f"新增 {sum(c['new'] for c in counts)} 条，更改 {sum(c['changed'] for c in counts)} 条，可以导入"


def _named(preview, what):
    """Return the rows of a preview's errors or notices with the name of the ledger in place of its key."""
    names = {entry["ledger"]: entry.get("name", entry["ledger"]) for entry in preview.get("ledgers", ())}
    return [(names.get(key, key), *rest) for key, *rest in preview.get(what, ())]


def batch_page(request, batch, columns=None, pages="import"):
    """Answer with the preview of a batch. pages: what the names of the urls of its subject begin with."""
    found = {} if batch.overdue else batch.preview
    ready = batch.state == BatchState.READY and not batch.overdue
    failed = batch.state == BatchState.APPLYING and batch.job and batch.job.state == JobRun.State.FAILED
    failed = failed and not batch.overdue
    chip = "import_expired" if batch.overdue else f"import_{batch.state}"
    ledgers = [
        {
            **entry,
            "file": batch.files[entry["ledger"]]["name"],
            "matched": [(heading, label, _HOW[how]) for heading, label, how in entry["matched"]],
        }
        for entry in found.get("ledgers", ())
    ]
    if columns is None and ready:
        columns = ColumnsForm(found.get("ledgers", ()))
    errors = _named(found, "faults")[:SHOWN]
    likes = [
        {"file": batch.files[ledger]["name"], "title": title, "url": f"{reverse(page)}#id_{key}"}
        for ledger, key, title, page in found.get("likes", ())
    ]
    context = {
        "likes": likes,
        "title": _finding(batch),
        "sub": "、".join(entry["name"] for entry in batch.files.values()),
        "batch": batch,
        "chip": chip,
        "ledgers": ledgers,
        "faults": errors,
        "suggests": any(suggestion for *_, suggestion in errors),
        "fault_count": found.get("fault_count", 0),
        "notices": _named(found, "notices")[:SHOWN],
        "notice_count": found.get("notice_count", 0),
        "shown": SHOWN,
        "columns": columns if columns and columns.fields else None,
        "ready": ready or failed,
        "may_apply": (ready or failed) and found.get("writes") and not found.get("fault_count"),
        "pages": {name: f"{pages}_{name}" for name in ("preview", "columns", "apply", "discard", "errors")}
        | {"start": "import_start" if pages == "import" else pages},
        "running": batch.state == BatchState.APPLYING and not failed and not batch.overdue,
    }
    return render(request, "members/imports/preview.html", context)


@login_required
def preview(request, uid):
    return batch_page(request, _batch(request, uid))


@login_required
@require_POST
def columns(request, uid):
    return batch_columns(request, _batch(request, uid))


def batch_columns(request, batch, pages="import", **plan):
    """Take the headings that were named by hand and plan anew. pages: as for `batch_page`; plan: as for `batch_assign`."""
    form = ColumnsForm(batch.preview.get("ledgers", ()), request.POST)
    if not form.is_valid():
        return batch_page(request, batch, form, pages=pages)
    if form.columns:
        batch_assign(by=request.user, batch=batch, columns=form.columns, **plan)
    return redirect(f"{pages}_preview", batch.uid)


@login_required
@require_POST
def apply(request, uid):
    return batch_applied(request, _batch(request, uid))


def batch_applied(request, batch, pages="import", **write):
    """Apply a batch and say what came of it. pages: as for `batch_page`; write: as for `batch_apply`."""
    try:
        batch = batch_apply(by=request.user, batch=batch, **write)
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
        return redirect(f"{pages}_preview", batch.uid)
    if batch.state == BatchState.APPLIED:
        messages.success(request, batch.outcome)
    elif batch.state == BatchState.READY:
        messages.error(request, batch.outcome)
    return redirect(f"{pages}_preview", batch.uid)


@login_required
@require_POST
def discard(request, uid):
    return batch_discarded(request, _batch(request, uid), "import_start")


def batch_discarded(request, batch, start):
    """Give a batch up and go back to the page named `start`."""
    batch_discard(by=request.user, batch=batch)
    messages.success(request, "已放弃这次导入，上传的文件已删除。")
    return redirect(start)


@login_required
@require_POST
def errors(request, uid):
    return errors_file(request, _batch(request, uid))


def errors_file(request, batch):
    """Answer with the errors of a batch as a workbook."""
    rows = _named(batch.preview, "faults")
    return exports.send(
        request,
        rows=rows,
        columns=["台账", "行", "列", "原因", "建议"],
        name="导入错误",
        verb="import.errors_export",
        obj=batch,
    )
