"""One point of a stage, and how a record was judged: what services and pages ask before a record is linked."""

from django.http import Http404

from members.activities.models import Activity
from responsibilities.work.models import SyncStage
from responsibilities.work.qualifying import BRANCH_OF_GROUP, HostKind
from responsibilities.work.stages import SyncPoint, sync_points


def point_of(stage: SyncStage, milestone: int | None = None) -> SyncPoint:
    """Return the SyncPoint of a SyncStage or of one of its milestones (its first where it has some); Http404 without one."""
    points = [point for point in sync_points([stage.item_id]) if point.stage == stage.pk]
    if milestone is not None:
        points = [point for point in points if point.milestone == milestone]
    if not points:
        raise Http404
    return points[0]


def hosts_of(activity: Activity) -> list[HostKind]:
    """Return how a saved record was judged for each of its hosts and kinds."""
    rows = activity.judgements.order_by("pk").annotate(branch=BRANCH_OF_GROUP)
    return [HostKind(*row) for row in rows.values_list("organisation", "branch", "kind", "valid", "present", "needed")]
