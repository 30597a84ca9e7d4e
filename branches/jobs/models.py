"""Background work as rows: brokers lose and repeat messages, rows do not."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class ChangeMark(models.Model):
    """A write that may change facts: which organisation, which days, what. Consumed by the fill engine, by row.

    kinds: codes that confine what can change (of an activity: its kinds before and after; of work "evidence" where nothing but a
    link of it was written), comma-separated; "" is any.
    thing: the row that was written (of an activity the record, of work the item); None: not one alone.
    """

    organisation = models.ForeignKey("branches.Organisation", on_delete=models.CASCADE, related_name="+")
    first_day = models.DateField()
    last_day = models.DateField()
    subject = models.CharField(max_length=30)
    kinds = models.CharField(max_length=400, blank=True)
    thing = models.BigIntegerField(null=True)
    made = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()

    def __str__(self):
        return f"{self.organisation_id} {self.first_day}–{self.last_day} {self.subject}"


class JobRun(models.Model):
    """One piece of background work. A message carries only this row's id."""

    class State(models.TextChoices):
        QUEUED = "queued", "排队"
        RUNNING = "running", "进行中"
        DONE = "done", "完成"
        FAILED = "failed", "失败"
        CANCELLED = "cancelled", "已取消"

    kind = models.CharField(max_length=40)
    requester = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    parameters = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    tries = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    queued = models.DateTimeField(default=timezone.now)
    finished = models.DateTimeField(null=True)
    outcome = models.TextField(blank=True)
    # What it does just now, and how many rows of how many are done (total 0: not known).
    step = models.CharField(max_length=40, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()
        ordering = ["-queued", "-pk"]
        indexes = [models.Index(fields=["state", "queued"], name="job_waiting")]

    def __str__(self):
        return f"{self.kind} {self.pk} {self.state}"


class Heartbeat(models.Model):
    """When the workers, beat, sealer and roll-up last showed a sign of life."""

    name = models.CharField(max_length=30, primary_key=True)
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    LABELS = {
        "worker:short": "后台执行（即时）",
        "worker:fills": "后台执行（汇总）",
        "worker:heavy": "后台执行（导入、导出、报告）",
        "beat": "定时调度",
        "sealer": "审计封存",
        "rollup": "指标汇总",
        "files": "文件核对",
        "backup": "备份",
    }

    def __str__(self):
        return f"{self.name} {self.at}"

    @property
    def label(self):
        return self.LABELS.get(self.name, self.name)
