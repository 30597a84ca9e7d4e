"""The year that is told, and how a moment of it is entered."""

from contextlib import contextmanager
from datetime import date, datetime, time

import time_machine
from django.utils import timezone

YEAR = 2026
NOW = datetime(YEAR, 11, 24, 10)


def moment(day, hour=10):
    return timezone.make_aware(datetime.combine(day, time(hour)))


@contextmanager
def on(month, day, hour=10):
    """Let the clock stand at a moment of the year."""
    with time_machine.travel(moment(date(YEAR, month, day), hour), tick=False):
        yield date(YEAR, month, day)
