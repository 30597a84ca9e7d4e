"""An uploaded set of ledgers between preview and apply."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone


class BatchState(models.TextChoices):
    READY = "ready", "待核对"
    APPLYING = "applying", "导入中"
    APPLIED = "applied", "已导入"
    DISCARDED = "discarded", "已放弃"
    EXPIRED = "expired", "已过期"


class ImportBatch(models.Model):
    """The files of one import, kept until they are applied, given up or seven days old.

    files: {ledger: {"name", "path", "size", "sha256"}}; columns: {ledger: {heading: field}} assigned by hand; preview:
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
