"""Guessing passwords: one count for all spellings of a name, and a notice when many addresses try one account."""

import unicodedata
from datetime import timedelta

from axes.models import AccessFailureLog

from branches.access.models import User
from branches.notices.models import Notice
from branches.notices.services import notice_send
from branches.reach.models import Appointment
from common import clock
from common.operator import OPERATOR

FAILURES_AN_HOUR = 50


def login_name(request, credentials):
    """Return the name under which failures are counted: as the login compares it, without case and width."""
    given = (credentials or {}).get("username") or (request.POST.get("username", "") if request else "")
    return unicodedata.normalize("NFKC", given).strip().lower()[:150]


def on_failure(sender, credentials, request=None, **kwargs):
    """Tell the security auditors, once an hour, of an account that failed 50 times from all addresses (control C01).

    Unknown names are counted by the lock too, but not written into notices: they may be passwords typed in the wrong
    place.
    """
    name = login_name(request, credentials)
    moment = clock.now()
    failures = AccessFailureLog.objects.filter(username=name, attempt_time__gt=moment - timedelta(hours=1)).count()
    if failures < FAILURES_AN_HOUR:
        return
    user = User.objects.filter(username__iexact=name).first()
    about = f"login/{user.pk}" if user else ""
    if user is None or Notice.objects.filter(about=about, sent__gt=moment - timedelta(hours=1)).exists():
        return
    auditors = Appointment.objects.filter(role="security_auditor", user__is_active=True).in_force(clock.today())
    for row in auditors.select_related("user"):
        notice_send(
            by=OPERATOR,
            to=row.user,
            kind="security",
            text=f"账号 {user.username} 一小时内登录失败 {failures} 次，请核查是否有人猜测密码。",
            about=about,
        )
