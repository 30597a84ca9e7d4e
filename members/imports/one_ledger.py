"""The pages of one ledger that a room above takes in: empty workbook, upload, preview, confirm. Its author alone sees a batch."""

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from branches.audit import exports
from common.operator import Actor
from common.requests import Request
from common.tabular.blank import write_blank
from common.tabular.ledger import Ledger
from common.uploads.sniffing import CONTENT_TYPES
from members.imports.blanks import LINES
from members.imports.forms import UploadForm
from members.imports.models import ImportBatch
from members.imports.selectors import own_batch, own_batches, running_batch
from members.imports.services import Work, batch_upload
from members.imports.views import (
    batch_applied,
    batch_cancelled,
    batch_columns,
    batch_discarded,
    batch_page,
    batch_progress,
    errors_file,
)


@dataclass(frozen=True)
class LedgerPages:
    """names: of the page that takes the file, with which the names of the others begin; work: the jobs that plan and write.

    may: whether somebody imports this ledger at all (the pages do not exist for others); choices: {field: words} that the
    database adds to the drop-downs of the empty workbook. home, home_label: name of the url of the page above, and what it is
    called; page, help: of the page that takes the file, its name and how its rows are written.
    """

    names: str
    ledger: Ledger
    work: Work
    may: Callable[[Actor], bool]
    choices: Callable[[Actor], Mapping[str, Sequence[str]]]
    home: str
    home_label: str
    page: str
    help: str

    def _require(self, request: Request) -> None:
        if not self.may(request.user):
            raise Http404

    def _batch(self, request: Request, uid: UUID) -> ImportBatch:
        self._require(request)
        return own_batch(request.user, uid, (self.ledger.key,))

    def start(self, request: Request) -> HttpResponse:
        self._require(request)
        form = UploadForm(ledgers=(self.ledger,), modes=False)
        if request.method == "POST":
            form = UploadForm(request.POST, request.FILES, ledgers=(self.ledger,), modes=False)
            if form.is_valid():
                try:
                    batch = batch_upload(by=request.user, uploads=form.uploads, work=self.work)
                except ValidationError as error:
                    form.add_error(None, error)
                else:
                    return redirect(f"{self.names}_preview", batch.uid)
        context = {
            "title": f"导入{self.ledger.title}",
            "sub": "先核对，后导入；有一处错误就一行也不写入",
            "form": form,
            "recent": own_batches(request.user, ledgers=(self.ledger.key,)),
            "running": running_batch(request.user, (self.ledger.key,)),
            "pages": self,
            "preview": f"{self.names}_preview",
            "sheet_url": reverse(f"{self.names}_sheet"),
            "home_url": reverse(self.home),
        }
        return render(request, "members/imports/one_ledger.html", context)

    def sheet(self, request: Request) -> HttpResponse:
        """An empty workbook with the headings that the import knows, and what the database has to choose from."""
        self._require(request)
        file = io.BytesIO()
        write_blank(self.ledger, self.choices(request.user), file, lines=LINES)
        return exports.attachment(file.getvalue(), f"{self.ledger.title}（空表）.xlsx", CONTENT_TYPES["xlsx"])

    def preview(self, request: Request, uid: UUID) -> HttpResponse:
        return batch_page(request, self._batch(request, uid), names=self.names)

    def progress(self, request: Request, uid: UUID) -> HttpResponse:
        return batch_progress(request, self._batch(request, uid), self.names)

    def columns(self, request: Request, uid: UUID) -> HttpResponse:
        return batch_columns(request, self._batch(request, uid), self.names, self.work)

    def apply(self, request: Request, uid: UUID) -> HttpResponse:
        return batch_applied(request, self._batch(request, uid), self.names, self.work)

    def cancel(self, request: Request, uid: UUID) -> HttpResponse:
        return batch_cancelled(request, self._batch(request, uid), self.names)

    def discard(self, request: Request, uid: UUID) -> HttpResponse:
        return batch_discarded(request, self._batch(request, uid), self.names)

    def errors(self, request: Request, uid: UUID) -> HttpResponse:
        return errors_file(request, self._batch(request, uid))

    def urls(self, address: str) -> list[URLPattern]:
        """Return the routes below `address`, which ends in a slash."""

        def route(name: str, allowed: Callable[[Any], Any], of_batch: bool = True) -> URLPattern:
            where = (
                f"{address}<uuid:uid>/{'' if name == 'preview' else f'{name}/'}" if of_batch else f"{address}{name}/"
            )
            return path(where, login_required(allowed(getattr(self, name))), name=f"{self.names}_{name}")

        both = require_http_methods(["GET", "POST"])
        return [
            path(address, login_required(both(self.start)), name=self.names),
            route("sheet", require_GET, of_batch=False),
            *(route(name, require_GET) for name in ("preview", "progress")),
            *(route(name, require_POST) for name in ("columns", "apply", "cancel", "discard", "errors")),
        ]
