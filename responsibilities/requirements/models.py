"""Requirements are derived, not stored; stored are only what people say about them: exemption, explanation, a document."""

import uuid
from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from branches.reach.querysets import ScopedQuerySet

# Past its day, with a record that was returned: both facts in one word wherever the row is shown.
OVERDUE_RETURNED = "overdue_returned"


class RequirementState(models.TextChoices):
    NOT_DUE = "not_due", "未到期"
    DUE_SOON = "due_soon", "临期"
    MET = "met", "已完成"
    MET_LATE = "met_late", "补录或补办完成"
    OVERDUE = "overdue", "逾期"
    # Past its day, and nobody knows whether it was met: what was done is of unknown length.
    UNKNOWN = "unknown", "未知"
    EXEMPT = "exempt", "免予"
    NOT_APPLICABLE = "not_applicable", "不适用"
    # Its records come with a later subject.
    NOT_ALIVE = "not_alive", "尚未启用"


class ExemptionQuerySet(ScopedQuerySet):
    def active(self) -> Self:
        """Those that nobody has revoked."""
        return self.filter(revoked__isnull=True)

    def touching(self, first: date, last: date) -> Self:
        """Those not revoked that free a day between two days, both included."""
        return self.active().filter(first__lte=last, last__gte=first)


class Exemption(models.Model):
    """A superior agreed that some rules need not be met between two days, with the reason (「登记为同意顺延」).

    One row for each organisation; `batch` holds together what was agreed in one go. Written by services only.
    """

    organisation = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="exemptions")
    rules = models.JSONField("义务", default=list)
    first = models.DateField("自")
    last = models.DateField("至")
    reason = models.CharField("原因", max_length=300)
    document = models.CharField("文号", max_length=100, blank=True)
    batch = models.UUIDField(default=uuid.uuid4, editable=False)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    approved = models.DateTimeField(default=timezone.now)
    revoked = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    revoke_reason = models.CharField("撤销原因", max_length=300, blank=True)

    objects = ExemptionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "免予"
        default_permissions = ()
        ordering = ["-first", "pk"]
        indexes = [models.Index(fields=["organisation", "first"], name="exemption_place_first")]
        constraints = [
            models.CheckConstraint(condition=models.Q(last__gte=models.F("first")), name="exemption_last_after_first"),
        ]

    def __str__(self):
        return f"{self.organisation} {self.first}至{self.last}"


class Explanation(models.Model):
    """What the organisation itself says about a requirement that was missed or late."""

    organisation = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="explanations")
    rule = models.CharField(max_length=40)
    period = models.CharField(max_length=10)
    text = models.CharField("说明", max_length=500)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    written = models.DateTimeField(default=timezone.now)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["pk"]

    def __str__(self):
        return self.text


class RequirementDocument(models.Model):
    """A paper that proves a requirement where no record can: its title, number and date, as the office's register has them."""

    organisation = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    rule = models.CharField(max_length=40)
    period = models.CharField(max_length=10)
    # Key of who owes it, of the personal rules.
    person = models.CharField(max_length=12, blank=True)
    title = models.CharField("文件名称", max_length=200)
    number = models.CharField("文号", max_length=100, blank=True)
    dated_on = models.DateField("成文日期")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    written = models.DateTimeField(default=timezone.now)
    withdrawn = models.DateTimeField(null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "义务文件"
        default_permissions = ()
        ordering = ["dated_on", "pk"]
        indexes = [models.Index(fields=["organisation", "rule"], name="requirement_document_place")]

    def __str__(self):
        return self.title
