"""The stages that a record is linked to, and what was returned for a stage."""

from common import clock
from responsibilities.work.models import Milestone, StageEvidence, StageEvidenceQuerySet, SyncStage, WorkItem
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


def returned_links(stage: SyncStage | int, milestone: Milestone | int | None) -> StageEvidenceQuerySet:
    """Return the links that whoever should have confirmed them returned for a point, the last one last."""
    return StageEvidence.objects.filter(stage=stage, milestone=milestone, returned=True).order_by("removed_at", "pk")


def returned_words(link: StageEvidence) -> str:
    """Return 「这条记录 9月3日因“与业务无关”退回过」: when and why a link was returned."""
    day = f" {clock.short(clock.day_of(link.removed_at))}" if link.removed_at else ""
    return f"这条记录作为这个环节的佐证{day}被退回过：{link.remove_reason}"
