"""The meetings at which ballots may have been counted."""

from datetime import date

from django.db.models import Q, QuerySet

from common.operator import Actor
from common.periods import Period
from members.activities.models import Activity, ActivityKindCode, ActivityState

# Meetings at which people vote on how work was done.
VOTING_KINDS = (
    ActivityKindCode.DEBRIEF,
    ActivityKindCode.ALL_HANDS,
    ActivityKindCode.ASSEMBLY,
    ActivityKindCode.COMMITTEE_PLENARY,
    ActivityKindCode.PARTY_GROUP_MEETING,
    ActivityKindCode.PARTY_SPECIAL,
    ActivityKindCode.ORG_LIFE,
    ActivityKindCode.MEMBER_REVIEW,
)


def meetings_to_name(by: Actor, period: Period, words: str = "") -> QuerySet[Activity]:
    """Return the accepted records of such meetings that `by` may read, the newest first.

    period: what is voted on; a year's vote may be held in the spring after it. words: all of them stand in title or place.
    """
    last = date(period.last.year + 1, 6, 30)
    rows = Activity.objects.visible_to(by).filter(
        state=ActivityState.ACCEPTED, kinds__kind__in=VOTING_KINDS, day__range=(period.first, last)
    )
    for word in words.split()[:5]:
        rows = rows.filter(
            Q(title__icontains=word)
            | Q(organisation__name__icontains=word)
            | Q(organisation__short_name__icontains=word)
        )
    return rows.distinct().select_related("organisation__parent").prefetch_related("kinds").order_by("-day", "-pk")
