"""Until when a period takes in what was held in it (decisions 21, judgement 7.1)."""

from datetime import date, timedelta

from branches.settings import dated as dated_settings
from common.periods import Period


def counted_until(period: Period) -> date:
    """Return the last day on which something may have been held to count in a period: its end plus the days of grace.

    What happened by then may be entered later; what is made up after it changes no result of the period.
    """
    return period.last + timedelta(days=dated_settings.whole("grace_days", period.last))


def closed_on(period: Period) -> date:
    """Return the day from which a period counts as closed."""
    return counted_until(period) + timedelta(days=1)
