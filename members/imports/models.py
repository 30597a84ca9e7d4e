"""An uploaded set of ledgers between preview and apply."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone

from common import clock


class BatchState(models.TextChoices):
    READY = "ready", "待核对"
    APPLYING = "applying", "导入中"
    APPLIED = "applied", "已导入"
    DISCARDED = "discarded", "已放弃"
    EXPIRED = "expired", "已过期"


KEPT = timedelta(hours=24)
UNFINISHED = (BatchState.READY, BatchState.APPLYING)


class ImportBatch(models.Model):
    """The files of one import, kept (encrypted: kept.py) until they are applied, given up or a day old.

    files: {ledger: {"name", "path", "size", "sha256", "sealed"}}; columns: {ledger: {heading: field}} assigned by hand; preview:
    what services/imports.py shows (counts, errors, notices), never a row's content.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded = models.DateTimeField(default=timezone.now)
    state = models.CharField("状态", max_length=10, choices=BatchState.choices, default=BatchState.READY)
    files = models.JSONField(default=dict)
    columns = models.JSONField(default=dict)
    preview = models.JSONField(default=dict)
    job = models.ForeignKey("branches.JobRun", null=True, on_delete=models.PROTECT, related_name="+")
    outcome = models.TextField(blank=True)
    applied = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        ordering = ["-uploaded", "-pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(state__in=BatchState.values), name="import_state_known"),
        ]

    def __str__(self):
        return f"导入 {timezone.localtime(self.uploaded):%Y-%m-%d %H:%M}"

    @property
    def overdue(self):
        """Whether it still waits though its day is over: expired, even before beat has come to close it."""
        interrupted = self.state == BatchState.APPLYING and self.job and self.job.state == self.job.State.FAILED
        return bool(self.state == BatchState.READY or interrupted) and self.uploaded < clock.now() - KEPT
