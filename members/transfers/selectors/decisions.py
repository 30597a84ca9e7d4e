"""Which recorded meetings may have decided on how a member stands."""

from datetime import timedelta

from branches.places.models.organisations import Organisation
from common import clock
from common.text import quoted
from members.activities.models import COUNTING_STATES, Activity
from members.activities.models import ActivityKindCode as Code

_DECIDE = (Code.ASSEMBLY, Code.COMMITTEE_MEETING, Code.ORG_LIFE, Code.MEMBER_REVIEW, Code.COMMITTEE_PLENARY)
# So far back, and so many, are offered.
_DAYS, _MOST = 400, 15


def meetings_deciding(branch: Organisation) -> list[tuple[str, str]]:
    """Return [(id, words)] of what a branch held and may have decided in, the latest first."""
    today = clock.today()
    rows = Activity.objects.filter(organisation=branch, state__in=COUNTING_STATES, kinds__kind__in=_DECIDE)
    rows = rows.filter(day__range=(today - timedelta(days=_DAYS), today)).distinct().order_by("-day", "-pk")
    return [
        (str(row.pk), f"{clock.in_words(row.day)}{row.kinds_label}{quoted(row.title) if row.title else ''}")
        for row in rows.prefetch_related("kinds")[:_MOST]
    ]


def meeting_of(branch: Organisation, pk: str) -> Activity | None:
    """Return the meeting that was chosen out of `meetings_deciding`; None where none was."""
    if not pk or pk not in {key for key, _ in meetings_deciding(branch)}:
        return None
    return Activity.objects.get(pk=pk)
