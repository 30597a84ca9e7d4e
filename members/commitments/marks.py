"""The change mark of commitments: the year of a member, wherever he belonged in it."""

from collections.abc import Collection
from datetime import date

from branches.jobs.marks import mark_each
from members.roster.models.members import Membership

SUBJECT = "commitments"


def mark_members(members: Collection[int], year: int) -> None:
    """Say that what some members (ids) pledged for a year may stand otherwise. Two statements."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    rows = Membership.objects.filter(member__in=members).in_force_during(first, last).order_by()
    places = set(rows.values_list("organisation", flat=True))
    mark_each([(place, first, last) for place in sorted(places)], SUBJECT)
