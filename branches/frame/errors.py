"""Error pages: what happened, who can help, and an incident id that is in the log (control C29)."""

import errno
import logging
import shutil
import sys

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.db import DatabaseError, InterfaceError, OperationalError
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse

from branches.reach.access import Forbidden, who_can

log = logging.getLogger("tongbu.request")


def _page(request, template, status, context=None):
    return render(request, template, {"incident": getattr(request, "incident", ""), **(context or {})}, status=status)


def _bare(request, template, status, **context):
    """Render without context processors: what failed may be the database they ask."""
    words = {"incident": getattr(request, "incident", ""), **context}
    return HttpResponse(render_to_string(template, words), status=status)


def bad_request(request, exception=None):
    if isinstance(exception, RequestDataTooBig):
        reason = f"一次提交的文字合计不超过 {settings.DATA_UPLOAD_MAX_MEMORY_SIZE / 1e6:.1f} MB，请分开保存。"
        return _bare(request, "413.html", 413, reason=reason)
    return _bare(request, "400.html", 400)


def not_found(request, exception=None):
    return _page(request, "404.html", 404)


def forbidden(request, exception=None):
    context = {}
    if isinstance(exception, Forbidden):
        holders = who_can(exception.right, exception.organisation)
        context = {
            "right": str(exception),
            "reason": exception.reason,
            "holders": [row for row in holders if row.user_id != request.user.pk],
        }
    return _page(request, "403.html", 403, context)


def server_error(request):
    """Answer what no view caught: 503 with its reason where the machine is at its end, not the program; else 500."""
    reason = _passing(sys.exception())
    status = 503 if reason else 500
    log.error("incident %s answered with %s", getattr(request, "incident", ""), status)
    return _bare(request, f"{status}.html", status, reason=reason)


def _passing(error):
    """Return in words what will pass or can be mended on the server (faults F07, F08, F29), "" for anything else.

    A database that went away under a request, one that is busy for longer than its writers wait, a disk that is full; of
    two who wait for each other the one that the database undid (F30).
    """
    while error is not None:
        words = str(error).lower()
        if (
            getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT)
            or isinstance(error, DatabaseError)
            and any(said in words for said in ("disk is full", "no space left", "could not extend file"))
            or ("disk i/o error" in words and _is_full(settings.VAR_DIR))
        ):
            return "服务器存储空间不足，这次操作没有保存，请告知管理员。"
        if isinstance(error, OperationalError) and "deadlock" in words:
            return "这次操作与别人的操作同时进行，没有保存，请再试一次。"
        if isinstance(error, OperationalError) and "statement timeout" in words:
            return "这次操作用时过长，已经停止，没有保存，请缩小范围或稍后再试。"
        if isinstance(error, OperationalError) and "locked" in words:
            return "数据库正忙，这次操作没有保存，请稍后再试。"
        # SQLite calls a statement about a table that is not there by the same name: that is the program's fault.
        if isinstance(error, OperationalError | InterfaceError) and not words.startswith(("no such", "near ")):
            return "数据库暂时不可用，这次操作没有保存，请稍后再试。"
        error = error.__cause__
    return ""


def _is_full(folder):
    """Return whether there is no room left beside SQLite's file: it cannot even make the files it works with."""
    return shutil.disk_usage(folder).free < 256 * 1024


def csrf_failure(request, reason=""):
    return _page(request, "403_csrf.html", 403)


def not_allowed(request, response):
    """Answer a method that an address does not know with a page, keeping the list of those it knows."""
    page = _bare(request, "405.html", 405)
    page["Allow"] = response.get("Allow", "")
    return page


def conflict(request, message, **context):
    """Answer 409: the action does not fit the record's present state or version; sentences that were typed stay readable."""
    page = {"message": message, "typed": _typed(request), "next": _page_of(context.get("record")), **context}
    return _page(request, "409.html", 409, page)


def too_many(request, message, wait):
    """Answer 429: a limit of the account is reached; `wait` seconds until it opens again.

    Where htmx asked for a part of a page, the sentence alone, which the page shows as it shows what went wrong.
    """
    if request.headers.get("HX-Request"):
        page = HttpResponse(message, content_type="text/plain; charset=utf-8", status=429)
    else:
        page = _page(request, "429.html", 429, {"reason": message})
    page["Retry-After"] = str(wait)
    return page


def _page_of(record):
    """Return the address at which a record stands now, or "" where it has no page of its own.

    The name of its page is that of its model, unless the model says another (page_name).
    """
    if record is None:
        return ""
    try:
        return reverse(getattr(record, "page_name", f"{record._meta.model_name}_detail"), args=[record.pk])
    except NoReverseMatch:
        return ""


def _typed(request):
    """Return the texts of the form that was sent: whatever is not a choice, a number or a mark of the page."""
    texts = [
        text.strip() for name in request.POST for text in request.POST.getlist(name) if not name.startswith("csrf")
    ]
    return [text for text in texts if len(text) > 4 and not text.isascii()]
