"""Which records the ways and fields are counted of, for facts, the matrix and its lists alike."""

from django.db.models import Exists, OuterRef

from members.activities.models import COUNTING_STATES, Activity, ActivityJudgement, ActivityKind, ActivityQuerySet
from members.activities.models import ActivityKindCode as Code

# Of these it is written whom they met, not who came: they are in no share of ways and fields.
WITHOUT_ROSTER = (Code.TALK, Code.VISIT, Code.VISIT_BRANCH, Code.DUES)


def with_roster() -> ActivityQuerySet:
    """Return the records that ways and fields are counted of: those that count at their own organisation, with a roster."""
    judged = ActivityJudgement.objects.filter(
        activity=OuterRef("pk"), organisation=OuterRef("organisation"), valid=True
    ).order_by()
    rostered = ActivityKind.objects.filter(activity=OuterRef("pk")).exclude(kind__in=WITHOUT_ROSTER).order_by()
    return Activity.objects.filter(Exists(judged), Exists(rostered), state__in=COUNTING_STATES)
