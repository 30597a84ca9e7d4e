"""The one place that says what day it is, in Asia/Shanghai."""

from django.utils import timezone


def now():
    """Return the aware moment of now."""
    return timezone.now()


def today():
    """Return today's date in Asia/Shanghai."""
    return timezone.localdate()


def day_of(moment):
    """Return the Asia/Shanghai date of an aware moment."""
    return timezone.localdate(moment)
