"""Full-time staff of a committee and how many work at its agency (org-staff-ratio, org-fulltime-deputy)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from math import ceil
from typing import Any

from django.db.models import QuerySet

from branches.places.models.organisations import Kind, Organisation
from branches.rulebook import rule
from common.together import count_together
from members.cadres.models import PartyWork, Share, StaffTotal
from members.roster.models.posts import Post, PostKind

# 机关基层组织工作条例 article 8: committees with many members and units; how many are many it does not say.
MANY_BRANCHES = 10


@dataclass(frozen=True)
class Staff:
    """full_time: persons, each once; total: how many work at the agency, None while nobody said; deputy: a full-time one is there."""

    full_time: int
    total: int | None
    deputy: bool
    branches: int

    @property
    def below_ratio(self) -> bool:
        """Whether the staff are fewer than the article's lower share, of whom it asks one at least (rounded up)."""
        if self.total is None:
            return False
        low = Fraction(rule("org-staff-ratio").params["ratio"].split("..")[0])
        return self.full_time < max(1, ceil(self.total * low))

    @property
    def lacks_deputy(self) -> bool:
        return not self.deputy and self.branches >= MANY_BRANCHES


def full_time_at(committee: Organisation, day: date) -> QuerySet[Any, Any]:
    """(id,) of those who do Party work full-time at a committee or below it on a day, each once; one statement."""
    below = Organisation.objects.within(committee).order_by().values("pk")
    work = PartyWork.objects.in_force(day).filter(share=Share.FULL, organisation__in=below).order_by()
    posts = Post.objects.in_force(day).filter(kind=PostKind.FULL_TIME_DEPUTY, organisation__in=below).order_by()
    return work.values_list("member").union(posts.values_list("member"))


def staff_of(committee: Organisation, day: date) -> Staff:
    """Return the Staff of a committee on a day."""
    total = StaffTotal.objects.in_force(day).filter(organisation=committee).order_by().values_list("number", flat=True)
    deputies = Post.objects.in_force(day).filter(kind=PostKind.FULL_TIME_DEPUTY, organisation=committee)
    below = Organisation.objects.within(committee).existing(day).filter(kind=Kind.BRANCH)
    numbers = count_together(
        {
            "full_time": full_time_at(committee, day),
            "deputies": deputies.order_by().values_list("pk"),
            "below": below.order_by().values_list("pk"),
        }
    )
    return Staff(numbers["full_time"], total.first(), bool(numbers["deputies"]), numbers["below"])


def staff_counts(day: date, places: Collection[int] | None) -> list[tuple[int, int, int]]:
    """Return [(committee id, full-time staff, how many work there)] of the committees of which that is known."""
    rows = StaffTotal.objects.in_force(day).select_related("organisation")
    if places is not None:
        rows = rows.filter(organisation__in=places)
    # Few: one for each committee of the agency.
    return [(row.organisation_id, full_time_at(row.organisation, day).count(), row.number) for row in rows]
