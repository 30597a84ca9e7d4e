"""Import of ledgers: upload, progress, preview, apply or give up. A batch is seen by its author only."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from branches.audit import exports
from branches.jobs.following import led_to
from branches.reach import access
from branches.reach.doors import recent_login
from branches.reach.rights import IMPORT
from common.uploads.sniffing import CONTENT_TYPES
from members.imports import pages
from members.imports.agency import LEDGERS
from members.imports.blanks import blank_workbook
from members.imports.forms import ColumnsForm, UploadForm
from members.imports.models import LineKind
from members.imports.selectors import lines_of, own_batch, own_batches, running_batch
from members.imports.services import LEDGERS_WORK, batch_apply, batch_assign, batch_cancel, batch_discard, batch_upload

MOST_LINES = 60_000  # every cell of the largest ledger may be wrong


def _batch(request, uid):
    access.require_anywhere(request.user, IMPORT)
    return own_batch(request.user, uid)


@login_required
def start(request):
    access.require_anywhere(request.user, IMPORT)
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if request.method == "POST" and form.is_valid():
        try:
            batch = batch_upload(by=request.user, uploads=form.uploads, mode=form.cleaned_data["mode"])
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
        "running": running_batch(request.user),
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


def batch_page(request, batch, columns=None, names="import"):
    """Answer with the page of a batch. names: what the names of the urls of its subject begin with."""
    if columns is None and batch.state == "ready" and not batch.overdue:
        columns = ColumnsForm(batch.preview.get("ledgers", ()))
    context = pages.context(batch, request.GET.get("page"), names)
    context["columns"] = columns if columns and columns.fields else None
    return render(request, "members/imports/preview.html", context)


@login_required
@require_GET
def preview(request, uid):
    return batch_page(request, _batch(request, uid))


@login_required
@require_GET
def progress(request, uid):
    return batch_progress(request, _batch(request, uid))


def batch_progress(request, batch, names="import"):
    """Answer with how far the worker is; once it has ended, let the page load anew. names: as for `batch_page`."""
    if batch.running:
        return render(request, "members/imports/progress.html", pages.context_of_progress(batch, names))
    address = reverse(f"{names}_preview", args=[batch.uid])
    return led_to(address) if request.htmx else redirect(address)


@login_required
@require_POST
def columns(request, uid):
    return batch_columns(request, _batch(request, uid))


def batch_columns(request, batch, names="import", work=LEDGERS_WORK):
    """Take headings named by hand, or another mode, and check anew. names: as for `batch_page`; work: as for `batch_assign`."""
    form = ColumnsForm(batch.preview.get("ledgers", ()), request.POST, modes=bool(batch.mode))
    if not form.is_valid():
        return batch_page(request, batch, form, names=names)
    if form.columns or form.mode:
        try:
            batch_assign(by=request.user, batch=batch, columns=form.columns, mode=form.mode, work=work)
        except ValidationError as error:
            messages.error(request, "；".join(error.messages))
    return redirect(f"{names}_preview", batch.uid)


@login_required
@require_POST
def apply(request, uid):
    return batch_applied(request, _batch(request, uid))


def batch_applied(request, batch, names="import", work=LEDGERS_WORK):
    """Let a batch be written. names: as for `batch_page`; work: as for `batch_apply`."""
    try:
        batch_apply(by=request.user, batch=batch, work=work)
    except ValidationError as error:
        messages.error(request, "；".join(error.messages))
    return redirect(f"{names}_preview", batch.uid)


@login_required
@require_POST
def cancel(request, uid):
    return batch_cancelled(request, _batch(request, uid))


def batch_cancelled(request, batch, names="import"):
    """Call off what the worker is at. names: as for `batch_page`."""
    batch_cancel(by=request.user, batch=batch)
    messages.success(request, "已取消，未写入任何内容。")
    return redirect(f"{names}_preview", batch.uid)


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
    """Answer with every error of a batch as a workbook."""
    rows = ((pages.name_of(batch, line.ledger), line.row, *line.data) for line in lines_of(batch, LineKind.ERROR))
    columns = ["台账", "行", "列", "原因", "建议"]
    return _file(request, batch, rows, columns, name="导入错误", verb="import.errors_export")


@login_required
@require_POST
@recent_login
def changes(request, uid):
    """Answer with old and new value of every cell that the batch changes as a workbook."""
    batch = _batch(request, uid)
    rows = (
        (pages.name_of(batch, line.ledger), line.row, line.data["thing"], *cell[:3], line.data["by_hand"])
        for line in lines_of(batch, LineKind.CHANGE)
        for cell in line.data["cells"]
    )
    columns = ["台账", "行", "记录", "列", "原值", "新值", "人工登记或改过"]
    return _file(request, batch, rows, columns, name="导入更改对照", verb="import.changes_export")


@login_required
@require_POST
@recent_login
def missing(request, uid):
    """Answer with what is recorded and does not stand in the file as a workbook."""
    batch = _batch(request, uid)
    rows = (
        (pages.name_of(batch, line.ledger), line.data["thing"], line.data["where"])
        for line in lines_of(batch, LineKind.MISSING)
    )
    columns = ["台账", "记录", "所在党组织"]
    return _file(request, batch, rows, columns, name="表中没有的记录", verb="import.missing_export")


def _file(request, batch, rows, columns, *, name, verb):
    return exports.send(request, rows=rows, columns=columns, name=name, verb=verb, obj=batch, most=MOST_LINES)
