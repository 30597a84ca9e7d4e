"""Passwords that age (control C09): good for so many days, then the sign-in leads to changing it first.

Asked only of who signed in by password, and at the sign-in, never in the midst of work: a form under way is not lost.
"""

from datetime import date, timedelta

from django.conf import settings

from branches.access.models import User
from common import clock

# Says in a session that it began with a password which was too old.
OVER = "password_over"
WARNED_DAYS = 14


def last_day(user: User) -> date | None:
    """Return the last day on which the password is good; None: passwords do not age, or it is a one-time code."""
    if not settings.PASSWORD_MAX_AGE_DAYS or user.must_change_password or not user.has_usable_password():
        return None
    return clock.day_of(user.password_set_at) + timedelta(days=settings.PASSWORD_MAX_AGE_DAYS)


def is_over(user: User) -> bool:
    """Return whether the last day of the password has passed."""
    last = last_day(user)
    return last is not None and clock.today() > last


def warning(user: User) -> str:
    """Return what the sign-in says during the last days of a password; "" before them and after."""
    last = last_day(user)
    if last is None or not 0 <= (left := (last - clock.today()).days) <= WARNED_DAYS:
        return ""
    return f"您的密码{f'还有 {left} 天' if left else '今天'}到期（{clock.in_full(last)}），到期后登录时须先修改，请在“登录安全”修改。"
