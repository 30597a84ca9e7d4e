"""Lists as files: limited, signed with who and when, audited with filter and count (control C42)."""

import io
from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import islice
from typing import Any

from django.db.models import QuerySet
from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import content_disposition_header

from branches import audit
from branches.audit.limits import done_since
from common import clock
from common.database import one_transaction
from common.documents.sheet import Sheet, render_word
from common.forms.filters import Filter
from common.requests import Request
from common.tabular.writer import write_csv, write_xlsx
from common.uploads.sniffing import CONTENT_TYPES

MOST_ROWS = 5000
PER_HOUR = 10
# A file is no page of ours, should a browser show it after all.
NO_PAGE = "sandbox; default-src 'none'"
_TYPES = {kind: CONTENT_TYPES[kind] for kind in ("xlsx", "csv")}
# Of what is drawn here, beside what is taken in as well.
_DRAWN = {**CONTENT_TYPES, "json": "application/json"}


def _too_many(request: Request, reason: str) -> HttpResponse:
    response = render(request, "429.html", {"reason": reason}, status=429)
    response["Retry-After"] = "3600"
    return response


def attachment(data: bytes, name: str, content_type: str) -> HttpResponse:
    """Return `data` as a download under a Chinese file name."""
    response = HttpResponse(data, content_type=content_type)
    response.headers["Content-Disposition"] = content_disposition_header(True, name)
    response["Content-Security-Policy"] = NO_PAGE
    return response


def kept_file(data: bytes, name: str, kind: str) -> FileResponse:
    """Return a file that somebody uploaded as a download; a file of a user is never a page of ours."""
    response = FileResponse(io.BytesIO(data), as_attachment=True, filename=name, content_type=CONTENT_TYPES[kind])
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    response["Content-Security-Policy"] = NO_PAGE
    return response


def refusal(request: Request) -> HttpResponse | None:
    """Return the answer 429 when the account has exported ten times within the hour, else None (control C42).

    To be asked inside the transaction that leaves the entry of the export: of two at the tenth exactly one passes.
    """
    if done_since(request.user.pk, clock.now() - timedelta(hours=1), "export") < PER_HOUR:
        return None
    return _too_many(request, f"一小时内最多导出 {PER_HOUR} 次，请稍后再试。")


def beyond(rows: QuerySet[Any, Any]) -> bool:
    """Whether a list has more rows than a file may have: the database counts them before any is read."""
    return rows.order_by()[: MOST_ROWS + 1].count() > MOST_ROWS


def _in_words(request: Request, filters: Filter | str | None) -> str:
    """Return what a list was narrowed to, as whoever reads the audit is told."""
    if isinstance(filters, str):
        return filters
    if filters is not None:
        return filters.said()
    return "；".join(f"{name}：{value}" for name, value in request.GET.items() if value)


@one_transaction
def send(
    request: Request,
    *,
    rows: Iterable[Sequence[Any]],
    columns: Sequence[str],
    name: str,
    verb: str,
    filters: Filter | str | None = None,
    kind: str = "xlsx",
    obj: Any = None,
    most: int | None = None,
    too_many: bool = False,
) -> HttpResponse:
    """Answer with a file of `rows` and leave one audit entry; 429 beyond ten an hour or `most` rows (MOST_ROWS).

    rows: taken one by one up to the limit and not before the hour is checked, so that a generator builds no more than
    is sent; columns: their headings; name: of the file, without extension; verb: ends in `.export`; filters: the filter,
    or words, never content; None for what the address says; kind: xlsx or csv; obj: what the list belongs to, if anything; too_many: it is known already that
    there are more than `most`, and none is taken.
    """
    if (refused := refusal(request)) is not None:
        return refused
    most = MOST_ROWS if most is None else most
    lines = [] if too_many else list(islice(rows, most + 1))
    if too_many or len(lines) > most:
        return _too_many(request, f"一次最多导出 {most} 行，请先缩小范围。")
    kind = kind if kind in _TYPES else "xlsx"
    file = io.BytesIO()
    if kind == "csv":
        write_csv(lines, columns, file)
    else:
        moment = timezone.localtime().strftime("%Y-%m-%d %H:%M")
        write_xlsx(lines, columns, file, title=name, notes=[f"{request.user.name} {moment} 导出，共 {len(lines)} 行"])
    audit.record(
        by=request.user,
        verb=verb,
        obj=obj,
        after={"rows": len(lines), "format": kind},
        note=_in_words(request, filters)[:500],
    )
    return attachment(file.getvalue(), f"{name}-{clock.today():%Y%m%d}.{kind}", _TYPES[kind])


@one_transaction
def send_sheet(request: Request, sheet: Sheet, *, verb: str, obj: Any = None) -> HttpResponse:
    """Answer with a sheet as a Word file and leave one audit entry; 429 beyond ten files an hour. verb: ends in `.export`."""
    if (refused := refusal(request)) is not None:
        return refused
    audit.record(by=request.user, verb=verb, obj=obj, after={"format": "docx"}, note=sheet.title[:500])
    return attachment(render_word(sheet), f"{sheet.title}.docx", CONTENT_TYPES["docx"])


@one_transaction
def send_document(request: Request, data: bytes, name: str, *, limited: bool = True, **entry: Any) -> HttpResponse:
    """Answer with a document that is drawn already and leave one audit entry; 429 beyond ten files an hour.

    name: of the file, with its extension. limited: False where everybody may read what he downloads as often as he likes.
    entry: what `audit.record` takes beside who did it; its verb ends in `.export`.
    """
    if limited and (refused := refusal(request)) is not None:
        return refused
    audit.record(by=request.user, **entry)
    return attachment(data, name, _DRAWN[name.rpartition(".")[2]])
