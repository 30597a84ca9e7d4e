"""The first middleware of an installation with many agencies: from the exact Host header to the agency, or no further."""

import uuid

from csp.middleware import CSPMiddleware
from django.core.exceptions import ImproperlyConfigured
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.security import SecurityMiddleware
from django.template.loader import render_to_string

from branches.agencies import fitness
from common import agencies
from config import health

_READING = ("GET", "HEAD", "OPTIONS")
# Who only reads signs in and out all the same.
_ENTERING = ("/login/", "/logout/", "/account/factor/")
_READ_ONLY = "本机关的系统目前只供查看，不能填写或修改；刚才的内容没有保存。"


class AgencyDoor:
    """400 for a host that is not written so in agencies.toml, 410 for a closed agency, 503 for one that is behind or has no keys, all before
    or beside any statement of another. `X-Forwarded-Host` is not read. /healthz asks no agency.
    """

    sync_capable, async_capable = True, False

    def __init__(self, get_response):
        self.get_response = get_response
        layers = (XFrameOptionsMiddleware, CSPMiddleware, SecurityMiddleware)
        self.layers = [layer(lambda request: HttpResponse()) for layer in layers]

    def __call__(self, request):
        if not isinstance(request, WSGIRequest):
            raise ImproperlyConfigured("多机关只能以 WSGI 方式运行。")
        if request.path_info == "/healthz":
            return health.healthz(request)
        request.incident = uuid.uuid4().hex
        agency = agencies.at_host(request.META.get("HTTP_HOST", ""))
        if agency is None:
            return self._page(request, 400)
        if agency.state == agencies.CLOSED:
            return self._page(request, 410)
        reads = request.method in _READING or request.path_info.startswith(_ENTERING)
        if agency.state == agencies.READ_ONLY and not reads:
            return self._page(request, 503, _READ_ONLY)
        if agency.fault:
            fitness.say_fault(agency)
            if request.path_info == "/readyz":
                return health.unready(request, {"keys": agency.fault})
            return self._page(request, 503, fitness.UNFIT)
        with agencies.entered(agency.key):
            # /readyz says itself what is missing.
            if request.path_info != "/readyz" and (reason := fitness.refusal(agency)):
                return self._page(request, 503, reason)
            response = self.get_response(request)
            if response.streaming:
                response.streaming_content = _inside(agency.key, iter(response.streaming_content))
        return response

    def _page(self, request, status, reason=""):
        """Return a page that asks no database, with the headers that all others have."""
        words = {"incident": request.incident, "reason": reason}
        response = HttpResponse(render_to_string(f"{status}.html", words), status=status)
        for layer in self.layers:
            if isinstance(layer, CSPMiddleware):
                layer.process_request(request)
            response = layer.process_response(request, response)
        response["Cache-Control"] = "no-store"
        return response


def _inside(key, parts):
    """Yield the parts of a streamed answer, each made inside the door; what is sent in between belongs to nobody."""
    try:
        while True:
            with agencies.entered(key):
                part = next(parts, None)
            if part is None:
                return
            yield part
    finally:
        if hasattr(parts, "close"):
            with agencies.entered(key):
                parts.close()
