"""The change mark of care: days on which somebody's occasions may stand otherwise, wherever he belonged."""

from datetime import date, timedelta

from branches.jobs.marks import mark_each
from common import clock
from members.roster.models.members import Membership

SUBJECT = "care"
# No event is answered later than that after its day, by the greatest number of the setting.
LONGEST = 180


def mark_member(member: int, first: date, last: date | None = None) -> None:
    """Say that occasions of a member (id) that fall due between two days, or until today, may be others. Two statements."""
    last = max(last or clock.today(), clock.today(), first)
    rows = Membership.objects.filter(member=member).in_force_during(first, last).order_by()
    places = sorted(set(rows.values_list("organisation", flat=True)))
    mark_each([(place, first, last) for place in places], SUBJECT)


def days_of_event(day: date) -> tuple[date, date]:
    """Return between which days an event of `day` may fall due."""
    return day, day + timedelta(days=LONGEST)
