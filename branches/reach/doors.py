"""Decorators of views: the right they need, and the password again before grave acts."""

from collections.abc import Callable
from functools import wraps
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from branches.reach import access
from branches.reach.rights import ACCOUNTS, AUDIT
from common import clock
from common.requests import Request

View = Callable[..., HttpResponseBase]


def needs(right: str) -> Callable[[View], View]:
    """Let in whoever holds `right` anywhere; for others the page does not exist (control C10).

    What he may see or change there is decided by the loaders and the filter.
    """

    def decorate(view):
        @login_required
        @wraps(view)
        def guarded(request, *args, **kwargs):
            if right in (ACCOUNTS, AUDIT):
                if not request.user.has_perm(f"branches.{right}"):
                    raise Http404
            else:
                access.require_anywhere(request.user, right)
            return view(request, *args, **kwargs)

        guarded.right = right
        return guarded

    return decorate


def recent_login(view: View) -> View:
    """Ask for the password again unless it was given within ten minutes (control C06)."""

    @wraps(view)
    def guarded(request, *args, **kwargs):
        age = clock.real_now().timestamp() - request.session.get("confirmed", 0)
        if 0 <= age <= settings.RECENT_LOGIN_SECONDS:
            return view(request, *args, **kwargs)
        # A posted form cannot be repeated for the user, so he returns to the page it came from.
        back = request.get_full_path() if request.method == "GET" else request.headers.get("Referer", "/")
        return HttpResponseRedirect(f"{reverse('confirm_password')}?{urlencode({'next': back})}")

    guarded.grave = True  # type: ignore[attr-defined]  # read by the tests of doors
    return guarded


def safe_next(request: Request, default: str = "home") -> str:
    """Return the address asked for by `next` if it lies on this host, else the page named `default` (control C25)."""
    target = request.POST.get("next") or request.GET.get("next") or ""
    allowed = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return target if allowed else reverse(default)
