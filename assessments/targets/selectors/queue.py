"""Reports of stages that wait for a judgement."""

from django.db.models import Q

from assessments.targets.models import StageReport, StageReportQuerySet, StageState
from branches.reach.reach import reach
from branches.reach.rights import REVIEW
from common.operator import Actor, account_of
from responsibilities.assigning import assigning


def reports_waiting(user: Actor) -> StageReportQuerySet:
    """Return the reports that `user` may judge: not those that he made himself; the earliest first."""
    account = account_of(user)
    rows = StageReport.objects.filter(reach(user, REVIEW, "organisation__") | assigning(user))
    rows = rows.filter(state=StageState.REPORTED).exclude(Q(reported_by=account) if account else Q(pk__in=[]))
    rows = rows.select_related("organisation__parent", "stage__target__plan", "activity", "reported_by")
    return rows.order_by("reported_on", "pk")
