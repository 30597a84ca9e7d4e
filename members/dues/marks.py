"""The change mark of dues: months of members whose states may be others now."""

from collections.abc import Collection
from datetime import date

from branches.jobs.marks import mark_each
from common import clock
from members.roster.models.members import Membership

SUBJECT = "dues"


def mark_members(members: Collection[int], first: date, also: Collection[int] = ()) -> None:
    """Say that months of some members (ids) since a day may stand otherwise, wherever these months belong. Two statements.

    also: organisations (ids) concerned besides, such as the one that took the money.
    """
    today = clock.today()
    first = min(first, today)
    # A branch that was left may still collect (「党费交至」): a year is more than any transfer names.
    back = first.replace(year=first.year - 1, day=1)
    rows = Membership.objects.filter(member__in=members).in_force_during(back, today)
    places = {*rows.order_by().values_list("organisation", flat=True), *also}
    mark_each([(place, first, today) for place in sorted(places)], SUBJECT)
