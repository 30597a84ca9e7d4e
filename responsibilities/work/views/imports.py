"""Import of a year plan: upload, preview, apply or give up, as the ledgers of members are. Its author alone sees it."""

import io
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from branches.audit import exports
from common.requests import Request
from common.tabular.blank import write_blank
from common.uploads.sniffing import CONTENT_TYPES
from members.imports.blanks import LINES
from members.imports.forms import UploadForm
from members.imports.selectors import own_batch, own_batches, running_batch
from members.imports.services import batch_upload
from members.imports.views import (
    batch_applied,
    batch_cancelled,
    batch_columns,
    batch_discarded,
    batch_page,
    batch_progress,
    errors_file,
)
from responsibilities.work.import_jobs import PLAN_WORK
from responsibilities.work.imports import KEY, blank_choices
from responsibilities.work.ledger import WORK_LEDGER
from responsibilities.work.rights import arranges_anywhere


def _require(request: Request) -> None:
    if not arranges_anywhere(request.user):
        raise Http404


def _batch(request: Request, uid: UUID) -> Any:
    _require(request)
    return own_batch(request.user, uid, (KEY,))


@login_required
@require_http_methods(["GET", "POST"])
def start(request: Request) -> HttpResponse:
    _require(request)
    form = UploadForm(ledgers=(WORK_LEDGER,), modes=False)
    if request.method == "POST":
        form = UploadForm(request.POST, request.FILES, ledgers=(WORK_LEDGER,), modes=False)
        if form.is_valid():
            try:
                batch = batch_upload(by=request.user, uploads=form.uploads, work=PLAN_WORK)
            except ValidationError as error:
                form.add_error(None, error)
            else:
                return redirect("work_import_preview", batch.uid)
    context = {
        "title": "导入年度重点业务计划",
        "sub": "先核对，后导入；有一处错误就一行也不写入",
        "form": form,
        "recent": own_batches(request.user, ledgers=(KEY,)),
        "running": running_batch(request.user, (KEY,)),
    }
    return render(request, "responsibilities/work/import.html", context)


@login_required
@require_GET
def sheet(request: Request) -> HttpResponse:
    """An empty year plan with the headings that the import knows, and the departments and branches to choose from."""
    _require(request)
    file = io.BytesIO()
    write_blank(WORK_LEDGER, blank_choices(), file, lines=LINES)
    return exports.attachment(file.getvalue(), "重点业务年度计划（空表）.xlsx", CONTENT_TYPES["xlsx"])


@login_required
@require_GET
def preview(request: Request, uid: UUID) -> HttpResponse:
    return batch_page(request, _batch(request, uid), names="work_import")


@login_required
@require_POST
def columns(request: Request, uid: UUID) -> HttpResponse:
    return batch_columns(request, _batch(request, uid), "work_import", PLAN_WORK)


@login_required
@require_POST
def apply(request: Request, uid: UUID) -> HttpResponse:
    return batch_applied(request, _batch(request, uid), "work_import", PLAN_WORK)


@login_required
@require_GET
def progress(request: Request, uid: UUID) -> HttpResponse:
    return batch_progress(request, _batch(request, uid), "work_import")


@login_required
@require_POST
def cancel(request: Request, uid: UUID) -> HttpResponse:
    return batch_cancelled(request, _batch(request, uid), "work_import")


@login_required
@require_POST
def discard(request: Request, uid: UUID) -> HttpResponse:
    return batch_discarded(request, _batch(request, uid), "work_import")


@login_required
@require_POST
def errors(request: Request, uid: UUID) -> HttpResponse:
    return errors_file(request, _batch(request, uid))
