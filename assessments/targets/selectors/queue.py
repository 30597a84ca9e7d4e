"""Reports of stages: those that wait for a judgement, what an organisation has said, the records that may show it."""

from django.db.models import Q, QuerySet

from assessments.targets.models import StageReport, StageReportQuerySet, StageState, TargetStage
from branches.places.models.organisations import Organisation
from branches.reach.reach import reach
from branches.reach.rights import REVIEW
from common.operator import Actor, account_of
from members.activities.models import COUNTING_STATES, Activity
from responsibilities.assigning import assigning

# Records that the form of a stage offers.
OFFERED = 30


def reports_waiting(user: Actor) -> StageReportQuerySet:
    """Return the reports that `user` may judge: not those that he made himself; the earliest first."""
    account = account_of(user)
    rows = StageReport.objects.filter(reach(user, REVIEW, "organisation__") | assigning(user))
    rows = rows.filter(state=StageState.REPORTED).exclude(Q(reported_by=account) if account else Q(pk__in=[]))
    rows = rows.select_related("organisation__parent", "stage__target__plan", "activity", "reported_by")
    return rows.order_by("reported_on", "pk")


def report_of(stage: TargetStage, place: Organisation) -> StageReport | None:
    """Return what an organisation has said of a stage, None where it has said nothing."""
    return StageReport.objects.filter(stage=stage, organisation=place).select_related("reviewed_by").first()


def records_for(stage: TargetStage, place: Organisation) -> QuerySet[Activity]:
    """Return the newest records of the plan's year that count at an organisation, with their kinds: a form offers no whole year."""
    rows = Activity.objects.filter(
        judgements__organisation=place,
        judgements__valid=True,
        state__in=COUNTING_STATES,
        day__year=stage.target.plan.year,
    ).distinct()
    ids = list(rows.order_by("-day", "-pk").values_list("pk", flat=True)[:OFFERED])
    return Activity.objects.filter(pk__in=ids).order_by("-day", "-pk").prefetch_related("kinds")
