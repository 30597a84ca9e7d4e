"""Points as the last fill judged them: what a board of much work counts, orders and groups by (selectors/judged_board.py).

Copies of SyncPoints, written by services/judged.py alone, which the fill of the facts calls. What a page shows of single
items is always judged anew.
"""

from django.db import models
from django.db.models import Q

from branches.reach.querysets import ScopedQuerySet
from responsibilities.work.models import Closure, Milestone, SyncStage, SyncStageKind, SyncState, WorkItem


class JudgedPoint(models.Model):
    """A SyncPoint. closure: of its item; closes: whether that belongs to this point (stages.closing_point).

    lag: in days, of a point with Party work; of a missing one it grows with each day and is not kept.
    """

    item = models.ForeignKey(WorkItem, on_delete=models.CASCADE, related_name="judged")
    stage = models.ForeignKey(SyncStage, on_delete=models.CASCADE, related_name="+")
    milestone = models.ForeignKey(Milestone, null=True, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=15, choices=SyncStageKind.choices)
    planned = models.DateField(null=True)
    happened = models.DateField(null=True)
    # The later of the two in rank: SyncPoint.day.
    day = models.DateField(null=True)
    state = models.CharField(max_length=15, choices=SyncState.choices)
    lag = models.IntegerField(null=True)
    # Whether somebody carries it; its place is that of whoever arranged its item otherwise.
    carried = models.BooleanField()
    left_out = models.BooleanField()
    closure = models.CharField(max_length=10, choices=Closure.choices)
    closes = models.BooleanField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["stage"], condition=Q(milestone__isnull=True), name="judged_once_for_stage"
            ),
            models.UniqueConstraint(
                fields=["milestone"], condition=Q(milestone__isnull=False), name="judged_once_for_milestone"
            ),
        ]

    def __str__(self):
        return f"{self.item_id} {self.kind} {self.state}"


class JudgedPlace(models.Model):
    """An organisation that carries a point on its day; where nobody does, the one that arranged its item."""

    point = models.ForeignKey(JudgedPoint, on_delete=models.CASCADE, related_name="places")
    organisation = models.ForeignKey("branches.Organisation", on_delete=models.CASCADE, related_name="+")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["point", "organisation"], name="judged_place_once")]

    def __str__(self):
        return f"{self.point_id} {self.organisation_id}"


class JudgedRecord(models.Model):
    """A record that counts at a point."""

    point = models.ForeignKey(JudgedPoint, on_delete=models.CASCADE, related_name="records")
    activity = models.ForeignKey("members.Activity", on_delete=models.CASCADE, related_name="+")

    objects = ScopedQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["point", "activity"], name="judged_record_once")]

    def __str__(self):
        return f"{self.point_id} {self.activity_id}"
