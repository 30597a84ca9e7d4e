"""The stages that a record is linked to."""

from responsibilities.work.models import StageEvidence, WorkItem
from responsibilities.work.stages import SyncPoint, sync_points


def linked_points(activity: int) -> list[tuple[WorkItem, SyncPoint]]:
    """Return [(WorkItem, SyncPoint)] of the standing links of a record (its id), in the order of items and stages.

    A link to a whole stage that has milestones gives the first of its points.
    """
    links = set(
        StageEvidence.objects.active().filter(activity=activity).values_list("stage__item", "stage", "milestone")
    )
    if not links:
        return []
    items = WorkItem.objects.in_bulk({item for item, _, _ in links})
    found, given = [], set()
    for point in sync_points(items=list(items)):
        whole = (point.item, point.stage, None)
        exact = (point.item, point.stage, point.milestone)
        key = exact if exact in links else whole if whole in links else None
        if key is not None and key not in given:
            given.add(key)
            found.append((items[point.item], point))
    return found
