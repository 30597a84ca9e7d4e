"""How much one account may ask of the machine: files an hour, searches a minute (control C64).

Here and not in the views, so that an address of tomorrow that takes files or searches is limited as well. What costs more
has a narrower limit of its own: exports, ledgers, numbers in full.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from django.http.response import HttpResponseBase

from branches.audit.limits import Limit, take
from branches.frame.errors import too_many
from common.database import unless_busy
from common.requests import Request

_HOUR, _MINUTE = 3600, 60
# What a search is called in addresses: of lists and of what is looked up while somebody types.
WORDS = ("q", "find", "words", "word", "name", "who", "object_name")
# Addresses that look something up under another name while somebody types.
LOOKUPS = frozenset({"collect_held"})


class AccountLimits:
    def __init__(self, get_response: Callable[[Request], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Request) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: Request, view: Any, args: Any, kwargs: Any) -> HttpResponseBase | None:
        """Answer 429 beyond a limit; after the check of the token, so that nobody uses up another one's hour."""
        if not request.user.is_authenticated:
            return None
        # A form that looks somebody up by its address (任命) answers what it found however it is asked.
        if refused := self._searches(request):
            return refused
        return self._uploads(request) if request.method == "POST" else None

    @staticmethod
    def _uploads(request: Request) -> HttpResponse | None:
        if request.content_type != "multipart/form-data":
            return None
        if not (number := sum(len(files) for _, files in request.FILES.lists())):
            return None
        most = settings.UPLOADS_PER_HOUR
        wait = take(request.user.pk, Limit("upload", most, _HOUR), number)
        if not wait:
            return None
        words = f"每小时最多上传 {most} 个文件，已到上限，请 {-(-wait // _MINUTE)} 分钟后再上传；这次的文件没有保存。"
        return too_many(request, words, wait)

    @staticmethod
    def _searches(request: Request) -> HttpResponse | None:
        match = request.resolver_match
        named = match is not None and match.url_name in LOOKUPS
        if not named and not any(request.GET.get(word, "").strip() for word in WORDS):
            return None
        most = settings.SEARCHES_PER_MINUTE
        wait = 0
        # Nobody who reads waits for somebody who writes.
        with unless_busy():
            wait = take(request.user.pk, Limit("search", most, _MINUTE))
        return too_many(request, f"一分钟内最多查找 {most} 次，请 {wait} 秒后再试。", wait) if wait else None
