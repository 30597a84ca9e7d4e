"""Error pages: what happened, who can help, and an incident id that is in the log (control C29)."""

import logging

from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import NoReverseMatch, reverse

from branches.reach.access import Forbidden, who_can

log = logging.getLogger("tongbu.request")


def _page(request, template, status, context=None):
    return render(request, template, {"incident": getattr(request, "incident", ""), **(context or {})}, status=status)


def _bare(request, template, status):
    """Render without context processors: what failed may be the database they ask."""
    return HttpResponse(render_to_string(template, {"incident": getattr(request, "incident", "")}), status=status)


def bad_request(request, exception=None):
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
    log.error("incident %s answered with 500", getattr(request, "incident", ""))
    return _bare(request, "500.html", 500)


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


def _page_of(record):
    """Return the address at which a record stands now, or "" where it has no page of its own."""
    if record is None:
        return ""
    try:
        return reverse(f"{record._meta.model_name}_detail", args=[record.pk])
    except NoReverseMatch:
        return ""


def _typed(request):
    """Return the texts of the form that was sent: whatever is not a choice, a number or a mark of the page."""
    texts = [
        text.strip() for name in request.POST for text in request.POST.getlist(name) if not name.startswith("csrf")
    ]
    return [text for text in texts if len(text) > 4 and not text.isascii()]
