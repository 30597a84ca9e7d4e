"""The one place that says what day it is, in Asia/Shanghai."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime

from django.utils import timezone

_pretended: ContextVar[datetime | None] = ContextVar("pretended_moment", default=None)


def now() -> datetime:
    """Return the aware moment of now."""
    return _pretended.get() or timezone.now()


def real_now() -> datetime:
    """Return the aware moment of now, also while the demo lives through its year: for the trail, sessions and health."""
    return timezone.now()


def midnight() -> datetime:
    """Return the aware moment at which the present day really began in Asia/Shanghai: limits a day count from here."""
    return timezone.localtime(real_now()).replace(hour=0, minute=0, second=0, microsecond=0)


def seconds_until(moment: datetime) -> int:
    """Return the whole seconds from now, really, to an aware moment; at least 1."""
    return max(1, int((moment - real_now()).total_seconds()))


def today() -> date:
    """Return today's date in Asia/Shanghai."""
    return timezone.localdate(_pretended.get())


def day_of(moment: datetime) -> date:
    """Return the Asia/Shanghai date of an aware moment."""
    return timezone.localdate(moment)


def in_words(day: date) -> str:
    """Return a date as a sentence says it: 9月3日, with its year where that is not this one."""
    return f"{day.month}月{day.day}日" if day.year == today().year else f"{day.year}年{day.month}月{day.day}日"


def in_full(day: date) -> str:
    """Return a date with its year, whichever that is: 2026年9月3日. For what holds for longer than a year."""
    return f"{day.year}年{day.month}月{day.day}日"


def short(day: date) -> str:
    """Return a date as a narrow column shows it: 11-27, with its year where that is not this one."""
    return f"{day:%m-%d}" if day.year == today().year else f"{day:%Y-%m-%d}"


@contextmanager
def at(moment: datetime) -> Iterator[None]:
    """Let services act as if it were `moment` (aware); only the demo agency lives through its year this way.

    The audit trail keeps the real time: it says when something was written, not when it is said to have happened.
    """
    token = _pretended.set(moment)
    try:
        yield
    finally:
        _pretended.reset(token)
