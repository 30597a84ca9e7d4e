"""The one way into a session: by password or by single sign-on, past the second factor where there is one (C05, C09)."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.auth import login as auth_login
from django.contrib.auth.backends import ModelBackend
from django.utils.module_loading import import_string

from branches import audit
from branches.access import factor, password_age
from branches.access.browsers import browser_in_words
from branches.access.models import User
from branches.access.services.accounts import code_expired
from branches.access.services.sessions import tell_of_new_device
from branches.access.services.slips import is_spent
from common import clock
from common.requests import Request

BACKEND = "branches.backends.AppointmentBackend"
PASSWORD, SIGN_ON = "口令", "单点登录"
# How the trail calls a password that was handed over and is good once.
ONE_TIME = "一次性口令"
_PENDING = "pending"
# Between the password and the code.
PENDING_SECONDS = 300
# What a session keeps when its owner changes his password.
_KEPT = (factor.GIVEN, "scope", "confirmed")


@dataclass(frozen=True)
class Pending:
    """Somebody showed his password, or came from the provider, and has still to give a code. how: PASSWORD or SIGN_ON."""

    user: User
    how: str
    next: str


def why_not(user: User) -> str:
    """Return why an account may not enter now, whichever way it comes, or an empty text."""
    if not (said := _closed(user)) and is_spent(user):
        return "一次性口令已用过，请向发给您口令的同志重新申领。"
    return said


def _closed(user: User) -> str:
    backend: ModelBackend = import_string(BACKEND)()
    if not backend.user_can_authenticate(user):
        # As for a wrong password: nobody learns from it that the account is there (control C02).
        return "用户名或密码不正确，请重新输入。"
    if code_expired(user):
        return "一次性口令已过期，请向发给您口令的同志重新申领。"
    return ""


def wait_for_code(request: Request, user: User, *, how: str, next: str) -> None:
    """Remember who has still to give a code; the session knows no account until then."""
    request.session.cycle_key()
    request.session[_PENDING] = {
        "user": user.pk,
        "epoch": user.session_epoch,
        "at": clock.real_now().timestamp(),
        "how": how,
        "next": next,
    }


def pending(request: Request) -> Pending | None:
    """Return who has still to give a code; None after five minutes, or where the account has changed meanwhile."""
    kept = request.session.get(_PENDING)
    if not kept or not 0 <= clock.real_now().timestamp() - kept["at"] <= PENDING_SECONDS:
        return None
    user = User.objects.filter(pk=kept["user"], session_epoch=kept["epoch"]).first()
    return None if user is None or why_not(user) else Pending(user, kept["how"], kept["next"])


def enter(request: Request, user: User, *, how: str, by_code: str = "") -> None:
    """Begin a session of `user`. how: PASSWORD or SIGN_ON; by_code: how the second factor was given, in words, or "".

    The trail notes browser and ways; a browser that was not seen before is told to the owner.
    """
    browser = browser_in_words(request.headers.get("User-Agent", ""))
    tell_of_new_device(user, browser, audit.source.get().address)
    request.session.pop(_PENDING, None)
    auth_login(request, user, backend=BACKEND)
    if by_code:
        request.session[factor.GIVEN] = True
    if how == PASSWORD:
        request.session["confirmed"] = clock.real_now().timestamp()
        if password_age.is_over(user):
            request.session[password_age.OVER] = True
        elif said := password_age.warning(user):
            messages.warning(request, said)
    shown = ONE_TIME if how == PASSWORD and user.must_change_password else how
    audit.record(by=user, verb="login.enter", obj=user, note="，".join(filter(None, [browser, shown, by_code])))


def stay(request: Request, user: User) -> None:
    """Go on after the own password changed: a new session, with the proofs that the old one held."""
    kept: dict[str, Any] = {key: request.session[key] for key in _KEPT if key in request.session}
    auth_login(request, user, backend=BACKEND)
    request.session.update(kept)
