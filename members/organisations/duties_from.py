"""From which period on a new branch owes its regular meetings (the page of first steps)."""

from datetime import date
from fractions import Fraction

from branches.settings import dated as dated_settings
from common import clock
from common.periods import MONTH, QUARTER, YEAR, Period

# What recurs at which pace; how often and when it is due stands in the list of requirements.
RECURRING = (
    (MONTH, "主题党日、支委会、党小组会", "每月"),
    (QUARTER, "党员大会、党课", "每季度"),
    (YEAR, "组织生活会、民主评议、谈心谈话", "每年"),
)


def duties_from(organisation):
    """Return [{"names", "pace", "period" (label), "first" (date)}] of the first period owed at each pace.

    A period counts when enough of its days remain at the founding (setting founding_share), as for requirements.
    """
    start = max(organisation.founded or clock.today(), organisation.kept_from or date.min)
    rows = []
    for kind, names, pace in RECURRING:
        period = Period.containing(kind, start)
        share = Fraction(dated_settings.number("founding_share", period.first))
        if not period.counts_since(start, share):
            period = period.next()
        rows.append({"names": names, "pace": pace, "period": period.label(), "first": period.first})
    return rows
