"""A form that is sent twice, one after the other or at once, is done once (fault F13).

The page's own token tells two forms apart that say the same: every page draws it anew, so whoever opens a form again and
types the same means it, and whoever presses twice, or sends again because the answer was lost, does not. Scripts keep the
button from a second press (shell/send_once.js); this holds without them, and for every form of tomorrow.
"""

import time
from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.messages import get_messages
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.http import HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse

from branches.frame.errors import conflict
from branches.frame.models import SentForm
from common import clock
from common.requests import Request

TOKEN = "csrfmiddlewaretoken"  # nosec B105
# So long the second waits for the answer of the first, in seconds.
WAIT, _PAUSE = 3.0, 0.1
# A first without an answer has died with its process by then; later the same again is meant.
DEAD, KEPT = timedelta(minutes=1), timedelta(minutes=15)


class SentOnce:
    def __init__(self, get_response: Callable[[Request], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Request) -> HttpResponse:
        response = self.get_response(request)
        if (claimed := getattr(request, "sent_form", None)) is not None:
            _answered(claimed, request, response)
        return response

    def process_view(self, request: Request, view: Any, args: Any, kwargs: Any) -> HttpResponseBase | None:
        """Claim the form, or answer as the first was answered; after the check of its token."""
        guarded = request.method == "POST" and request.user.is_authenticated and TOKEN in request.POST
        if not guarded or request.headers.get("HX-Request"):
            return None
        digest, until = digest_of(request), time.monotonic() + WAIT
        while True:
            claimed, location = _claim(request.user.pk, digest)
            if claimed is not None:
                request.sent_form = claimed
                return None
            if location:
                messages.info(request, "这份表单刚才已经提交过，没有重复办理。")
                return HttpResponseRedirect(location)
            if time.monotonic() > until:
                return conflict(request, "这份表单刚才已经提交，正在处理，请稍候打开列表查看，不要重复提交。")
            time.sleep(_PAUSE)


def digest_of(request: Request) -> str:
    """Return what the form said and where it went, in 64 hexadecimal digits; of files the name and size."""
    files = [(name, [(file.name, file.size) for file in files]) for name, files in sorted(request.FILES.lists())]
    return sha256(repr((request.get_full_path(), sorted(request.POST.lists()), files)).encode()).hexdigest()


def _claim(account: int, digest: str) -> tuple[int | None, str]:
    """Return (id of the row, "") for the first, else (None, where the first led, "" as long as it is not answered)."""
    try:
        with transaction.atomic():
            return SentForm.objects.create(account=account, digest=digest).pk, ""
    except IntegrityError:
        pass
    row = SentForm.objects.filter(account=account, digest=digest).first()
    if row is None:
        # It was refused meanwhile, and may be sent again.
        return _claim(account, digest)
    now = clock.real_now()
    over = SentForm.objects.filter(Q(sent__lt=now - KEPT) | Q(location="", sent__lt=now - DEAD), pk=row.pk)
    if over.update(sent=now, location=""):
        return row.pk, ""
    return None, row.location


def _answered(claimed: int, request: Request, response: HttpResponse) -> None:
    """Keep where the answer led; a form that was refused, or answered with a page or file, may be sent again as it is.

    A refusal may lead elsewhere too: to the question for the password, or to a page that says what was wrong. Whoever
    goes back and sends the form again has not done it yet, and must not read that he has.
    """
    row = SentForm.objects.filter(pk=claimed)
    if response.status_code in (302, 303) and not _refused(request, response):
        row.update(location=response["Location"])
    else:
        row.delete()


def _refused(request: Request, response: HttpResponse) -> bool:
    if urlsplit(response["Location"]).path == reverse("confirm_password"):
        return True
    said = getattr(get_messages(request), "_queued_messages", ())
    return any(message.level >= messages.ERROR for message in said)


def clear() -> None:
    """Forget what was sent long ago; by the worker, each night."""
    SentForm.objects.filter(sent__lt=clock.real_now() - KEPT).delete()
