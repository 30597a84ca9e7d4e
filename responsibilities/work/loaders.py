"""Work items and their stages by their address, within the reach of whoever asks."""

from django.http import Http404

from branches.access.models import User
from branches.reach import access
from branches.reach.rights import ASSIGN, REVIEW, VIEW
from responsibilities.work.models import Milestone, StageEvidence, SyncStage, WorkItem
from responsibilities.work.rights import decidable, require, require_edit
from responsibilities.work.selectors.items import READ
from responsibilities.work.selectors.waiting import readable_link


def item_for(user: User, pk: int) -> WorkItem:
    """Return the WorkItem that `user` may read; Http404 otherwise."""
    return access.get_for(WorkItem.objects.select_related(*READ), user, VIEW, pk=pk)


def item_to_edit(user: User, pk: int) -> WorkItem:
    """Return the WorkItem that `user` may change; Forbidden or Http404 otherwise."""
    item = item_for(user, pk)
    require_edit(user, item)
    return item


def item_to_decide(user: User, pk: int) -> WorkItem:
    """Return the own work of a branch on which `user` decides; Forbidden or Http404 otherwise."""
    item = item_for(user, pk)
    require(decidable(user).filter(pk=pk).exists(), user, ASSIGN, item)
    return item


def stage_for(user: User, pk: int) -> SyncStage:
    """Return the SyncStage, with its item, that `user` may read; Http404 otherwise."""
    rows = SyncStage.objects.select_related("item__organisation__parent", "item__lead", "item__leader")
    return access.get_for(rows, user, VIEW, pk=pk)


def link_for(user: User, pk: int) -> StageEvidence:
    """Return the StageEvidence, with its stage and what it links, that `user` may read; Http404 otherwise."""
    rows = StageEvidence.objects.select_related(
        "stage__item__organisation", "milestone", "activity__organisation__parent", "paper"
    )
    return access.get_for(rows, user, VIEW, pk=pk)


def link_to_review(user: User, pk: int) -> StageEvidence:
    """Return the StageEvidence, with all that its page says, that `user` reviews; Forbidden or Http404 otherwise."""
    return access.get_for(readable_link(StageEvidence.objects.with_confirmed()), user, REVIEW, pk=pk)


def point_for(user: User, kind: str, pk: int) -> tuple[SyncStage, Milestone | None]:
    """Return (SyncStage, Milestone or None) of a key, s<stage> or m<milestone>, that `user` may read; Http404 otherwise."""
    stages = SyncStage.objects.select_related("item__organisation")
    if kind == "s":
        return access.get_for(stages, user, VIEW, pk=pk), None
    milestone = Milestone.objects.filter(pk=pk).first()
    if milestone is None:
        raise Http404
    return access.get_for(stages, user, VIEW, pk=milestone.stage_id), milestone
