"""An uploaded set of ledgers between preview and apply."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone

from common import clock


class BatchState(models.TextChoices):
    PLANNING = "planning", "核对中"
    READY = "ready", "待核对"
    APPLYING = "applying", "导入中"
    APPLIED = "applied", "已导入"
    DISCARDED = "discarded", "已放弃"
    EXPIRED = "expired", "已过期"
    FAILED = "failed", "未完成"


KEPT = timedelta(hours=24)
# The worker is at it; an account has one such import at a time.
RUNNING = (BatchState.PLANNING, BatchState.APPLYING)
UNFINISHED = (*RUNNING, BatchState.READY)
ONE_RUNNING = "one_running_import"


class ImportBatch(models.Model):
    """The files of one import, kept (encrypted: kept.py) until they are applied, given up or a day old.

    files: {ledger: {"name", "path", "size", "sha256", "sealed"}}; columns: {ledger: {heading: field}} assigned by hand; preview:
    what the page shows (preview.py: counts, errors, notices), never a row's content; that is in ImportLine. mode: what
    becomes of rows that are recorded already (branches/imports/report.py), "" where the ledger has no choice.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded = models.DateTimeField(default=timezone.now)
    state = models.CharField("状态", max_length=10, choices=BatchState.choices, default=BatchState.PLANNING)
    mode = models.CharField("已有的记录", max_length=6, blank=True)
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
            models.UniqueConstraint(fields=["author"], condition=models.Q(state__in=RUNNING), name=ONE_RUNNING),
        ]

    def __str__(self):
        return f"导入 {timezone.localtime(self.uploaded):%Y-%m-%d %H:%M}"

    @property
    def overdue(self):
        """Whether it still waits though its day is over: expired, even before beat has come to close it."""
        return self.state == BatchState.READY and self.uploaded < clock.now() - KEPT

    @property
    def running(self):
        return self.state in RUNNING


class LineKind(models.TextChoices):
    ERROR = "error", "错误"
    CHANGE = "change", "更改"
    MISSING = "missing", "表中没有的"


class ImportLine(models.Model):
    """One line of what a batch found, shown in pages and exported; gone a day after the upload, as the file is.

    data: of an error [heading, sentence, suggestion]; of a change {"thing", "by_hand", "cells": [[heading, old, new,
    token]]} (report.CellChange); of what is missing {"thing", "where"}. No number of a person in clear.
    """

    batch = models.ForeignKey(ImportBatch, on_delete=models.CASCADE, related_name="lines")
    kind = models.CharField(max_length=8, choices=LineKind.choices)
    position = models.PositiveIntegerField()
    ledger = models.CharField(max_length=20)
    row = models.PositiveIntegerField(default=0)
    data = models.JSONField(default=dict)

    class Meta:
        default_permissions = ()
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "kind", "position"], name="import_line_once"),
        ]

    def __str__(self):
        return f"{self.batch_id} {self.kind} {self.position}"
