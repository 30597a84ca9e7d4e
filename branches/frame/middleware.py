"""What each request passes: clean input, a known source, and sessions that end."""

import logging
import uuid
from contextlib import nullcontext
from urllib.parse import unquote_to_bytes

from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpResponseNotAllowed, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import urlencode
from django_htmx.http import HttpResponseClientRedirect

from branches import audit
from branches.access import ended, factor, password_age
from branches.access.models import User
from branches.access.services.sessions import seen_now
from branches.frame.errors import bad_request, conflict, not_allowed, too_many
from branches.reach import access
from branches.reach.reach import Reach, Seat
from branches.settings import dated
from common import clock
from common.errors import Conflict, TooMany

log = logging.getLogger("tongbu.request")


def client_address(request):
    """Return the client's address; X-Forwarded-For counts only from a trusted proxy (control C27)."""
    peer = request.META.get("REMOTE_ADDR", "")
    if peer in settings.TRUSTED_PROXIES:
        for hop in reversed([part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]):
            if hop and hop not in settings.TRUSTED_PROXIES:
                return hop[:45]
    return peer


class CleanInput:
    """Refuse what no honest browser sends: NUL and broken UTF-8 in address or form, TRACE."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.incident = uuid.uuid4().hex
        if request.method == "TRACE":
            return HttpResponseNotAllowed(["GET", "POST", "HEAD", "OPTIONS"])
        raw = (request.META.get("PATH_INFO", "") or "").encode("latin-1", "replace")
        query = unquote_to_bytes(request.META.get("QUERY_STRING", ""))
        if b"\0" in raw or "\0" in request.path or b"\0" in query or not _utf8(query) or "�" in request.path:
            return bad_request(request)
        content = request.content_type or ""
        form = request.method == "POST" and content == "application/x-www-form-urlencoded"
        if form and not _utf8(unquote_to_bytes(request.body.replace(b"+", b" "))):
            return bad_request(request)
        return self.get_response(request)

    def process_exception(self, request, exception):
        if isinstance(exception, Conflict):
            return conflict(request, exception.message, **exception.context)
        if isinstance(exception, TooMany):
            return too_many(request, exception.message, exception.wait)
        if isinstance(exception, Http404 | PermissionDenied | SuspiciousOperation):
            return None
        log.error("incident %s %s", request.incident, type(exception).__name__)


def _utf8(data):
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


class RequestContext:
    """Give the request its appointments and scope, and the audit trail its source."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.appointments, request.scope = [], None
        if request.user.is_authenticated:
            request.appointments = access.current_appointments(request.user)
            request.user.reach = Reach(
                Seat(
                    row.organisation_id,
                    row.role,
                    row.starts,
                    row.ends,
                    row.principal.user_id if row.principal else None,
                    top=row.organisation is not None and row.organisation.parent_id is None,
                )
                for row in request.appointments
                if row.organisation_id is not None
            )
            wanted = request.session.get("scope")
            request.scope = next((row for row in request.appointments if row.pk == wanted), None) or next(
                iter(request.appointments), None
            )
        token = audit.source.set(
            audit.Source(client_address(request), request.incident, request.scope.pk if request.scope else None)
        )
        try:
            # One page asks once for the agency's settings, however many subjects judge by them; whoever writes asks each time.
            with dated.read_once() if request.method in ("GET", "HEAD") else nullcontext():
                response = self.get_response(request)
        finally:
            audit.source.reset(token)
        if response.status_code == 405 and not response.content:
            response = not_allowed(request, response)
        if request.user.is_authenticated and "Cache-Control" not in response:
            # A shared desk: nothing behind the login stays in the browser (control C07).
            response["Cache-Control"] = "no-store"
        return response


class SessionLimits:
    """Sessions end: after 8 hours, after idling, when the account's epoch moves on (controls C04, C05).

    Whoever has a second factor and did not give it has none; whoever must have one is led to it first (control C09).
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if not request.user.is_authenticated:
            kept = request.COOKIES.get(settings.SESSION_COOKIE_NAME)
            # Its row is gone, or it is that of an account which may not enter any more.
            over = kept and (request.session.is_empty() or SESSION_KEY in request.session)
            if over:
                self._tell_of_locked(request.session)
                request.session.flush()
            response = self.get_response(request)
            return ended.tell(response, reverse("login"), kept) if over else response
        moment = int(clock.real_now().timestamp())
        session = request.session
        if ending := self._ending(request, moment):
            audit.record(by=request.user, verb="login.end", obj=request.user, note=ended.ENDINGS[ending].trail)
            logout(request)
            return _to_login(request, ending)
        if moment - session["seen"] >= 60:
            session["seen"] = moment
            seen_now(request.user)
        if (first := self._owed(request)) and request.path not in {reverse(name) for name in (*first, "logout")}:
            return _to(request, reverse(first[0]) + _way_on(request))
        return self.get_response(request)

    @staticmethod
    def _tell_of_locked(session):
        """Note the end of a session whose account was locked meanwhile: nobody is signed in by it any more."""
        user = User.objects.filter(pk=session.get(SESSION_KEY) or 0, is_active=False).first()
        if user is not None:
            audit.record(by=user, verb="login.end", obj=user, note=ended.ENDINGS[ended.LOCKED].trail)

    @staticmethod
    def _owed(request):
        """Return the names of the only pages that are open until the owner has done what they ask; the first leads to it."""
        if request.user.must_change_password or request.session.get(password_age.OVER):
            return ("first_login",)
        if not factor.has_device(request.user) and factor.is_demanded(request.appointments):
            return ("factor_begin", "factor_confirm", "confirm_password")
        return ()

    @staticmethod
    def _ending(request, moment):
        """Return why the session ends (a key of ENDINGS), or an empty text."""
        session, user = request.session, request.user
        if session.get("epoch") != user.session_epoch:
            return ended.CHANGED
        if moment - session.get("entered", 0) > settings.SESSION_COOKIE_AGE:
            return ended.HOURS
        if moment - session.get("seen", 0) > settings.SESSION_IDLE_SECONDS:
            return ended.IDLE
        if factor.has_device(user) and not session.get(factor.GIVEN):
            return ended.FACTOR
        return ""


def _way_on(request):
    """Return `?next=…` for whoever changes a password that became too old and wanted to be at this page; "" for others."""
    aged = request.session.get(password_age.OVER) and request.method == "GET" and not request.headers.get("HX-Request")
    return f"?{urlencode({'next': request.get_full_path()})}" if aged else ""


def _to_login(request, why):
    login = reverse("login")
    if not request.headers.get("HX-Request") and request.method == "GET":
        login = f"{login}?{urlencode({'next': request.get_full_path()})}"
    return _to(request, ended.saying(login, why))


def _to(request, address):
    """Lead the whole page there, also where htmx asked for a part of it."""
    return HttpResponseClientRedirect(address) if request.headers.get("HX-Request") else HttpResponseRedirect(address)
