"""Guessing passwords: what is counted, what is slowed, what enters the trail, and who is told (control C01).

One count for all spellings of a name. An address is never closed by itself: it may be the whole agency.
"""

import unicodedata
from datetime import timedelta

from axes.handlers.proxy import AxesProxyHandler
from axes.models import AccessFailureLog, AccessLog
from django.conf import settings
from django.contrib.auth.signals import user_login_failed

from branches import audit
from branches.access.auditors import tell_auditors
from branches.access.models import User
from branches.audit.models import AuditEntry
from branches.notices.models import Notice
from common import clock
from common.operator import Outsider

FAILURES_AN_HOUR = 50
SPRAY_MINUTES = 15
# Between two tries of names that never signed in from an address under suspicion.
SLOWED_SECONDS = 10
KNOWN_DAYS = 30
UNKNOWN_NAME = "（不是账号的名称）"
NO_ACCOUNT = "（单点登录）"
SIGN_ON_FAILURES = 10


def login_name(request, credentials):
    """Return the name under which failures are counted: as the login compares it, without case and width."""
    given = (credentials or {}).get("username") or (request.POST.get("username", "") if request else "")
    return unicodedata.normalize("NFKC", given).strip().lower()[:150]


def sign_on_failed(request, user, reason):
    """Note a single sign-on that came to nothing: of an account, or of somebody who has none here.

    An address leaves ten entries in a quarter of an hour; the rest is in the log, or whoever has a browser could fill the
    trail without ever meeting the provider.
    """
    address, since = audit.source.get().address, clock.real_now() - timedelta(minutes=SPRAY_MINUTES)
    lately = AuditEntry.objects.filter(verb="login.sso_fail", address=address, at__gt=since)
    if lately.count() < SIGN_ON_FAILURES:
        audit.record(by=user or Outsider(NO_ACCOUNT), verb="login.sso_fail", obj=user, note=reason)


def _said_lately(about):
    return Notice.objects.filter(about=about, sent__gt=clock.now() - timedelta(hours=1)).exists()


def on_failure(sender, credentials, request=None, **kwargs):
    """Note a failed sign-in, and tell the security auditors, once an hour, of an account that failed 50 times.

    Unknown names are counted by the lock too, but written neither into the trail nor into notices: they may be passwords
    typed in the wrong place.
    """
    name = login_name(request, credentials)
    user = User.objects.filter(username__iexact=name).first()
    if request is not None:
        _note(request, user, credentials.get("step", ""))
    failures = AccessFailureLog.objects.filter(username=name, attempt_time__gt=clock.now() - timedelta(hours=1)).count()
    about = f"login/{user.pk}" if user else ""
    if failures < FAILURES_AN_HOUR or user is None or _said_lately(about):
        return
    tell_auditors(
        text=f"账号 {user.username} 一小时内登录失败 {failures} 次，请核查是否有人猜测密码。",
        about=about,
    )


def _note(request, user, step):
    """One entry for each failure; what is tried while name and address are closed leaves none.

    So an address leaves at most six entries for a name in a quarter of an hour, and the names are bounded too: from the
    first that is slowed on, one in ten seconds.
    """
    if not getattr(request, "axes_locked_out", False):
        audit.record(by=user or Outsider(UNKNOWN_NAME), verb="login.fail", obj=user, note=step)


def is_closed(request, user):
    """Return whether five failures closed the account for the address of this request."""
    return not AxesProxyHandler.is_allowed(request, {"username": user.username})


def wrong_code(request, user):
    """Count a wrong code of the second factor as a wrong password is counted, and note it."""
    user_login_failed.send(
        sender=__name__, credentials={"username": user.username, "step": "验证码不正确"}, request=request
    )


def on_lock(sender, request, username, **kwargs):
    """Note that the fifth failure closed a name for an address; axes says so again at each try, which leaves no entry."""
    if getattr(request, "axes_failures_since_start", None):
        user = User.objects.filter(username__iexact=username).first()
        audit.record(by=user or Outsider(UNKNOWN_NAME), verb="login.lock", obj=user)


def slowed(name):
    """Return whether a try of the name `name` must wait: many names failed from its address, and this one never signed in from there.

    A name that did within 30 days is not held up by whoever tries others beside it; new ones enter one in ten seconds.
    The auditors are told once an hour.
    """
    address, moment = audit.source.get().address, clock.now()
    failed = AccessFailureLog.objects.filter(ip_address=address)
    lately = failed.filter(attempt_time__gt=moment - timedelta(minutes=SPRAY_MINUTES))
    if lately.order_by().values("username").distinct().count() < settings.LOGIN_SPRAY_NAMES:
        return False
    _tell_of_spraying(address)
    if AccessLog.objects.filter(
        ip_address=address, username__iexact=name, attempt_time__gt=moment - timedelta(days=KNOWN_DAYS)
    ).exists():
        return False
    return failed.filter(attempt_time__gt=moment - timedelta(seconds=SLOWED_SECONDS)).exists()


def _tell_of_spraying(address):
    about = f"spray/{address}"
    if _said_lately(about):
        return
    audit.record(by=Outsider(UNKNOWN_NAME), verb="login.spray")
    tell_auditors(
        text=f"地址 {address} 在 {SPRAY_MINUTES} 分钟内用 {settings.LOGIN_SPRAY_NAMES} 个以上用户名登录失败，"
        "已放慢该地址的登录，请核查是否有人试探密码。",
        about=about,
    )
