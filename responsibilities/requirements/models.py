"""Requirements are derived, not stored; stored are only what people say about one: exemption and explanation."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from branches.reach.querysets import ScopedQuerySet


class RequirementState(models.TextChoices):
    NOT_DUE = "not_due", "未到期"
    DUE_SOON = "due_soon", "临期"
    MET = "met", "已完成"
    MET_LATE = "met_late", "补办完成"
    OVERDUE = "overdue", "逾期"
    EXEMPT = "exempt", "免予"
    NOT_APPLICABLE = "not_applicable", "不适用"


class Exemption(models.Model):
    """A superior agreed that one requirement need not be met, with the reason (「登记为同意顺延」)."""

    organisation = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="exemptions")
    rule = models.CharField(max_length=40)
    period = models.CharField(max_length=10)
    reason = models.CharField("原因", max_length=300)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    approved = models.DateTimeField(default=timezone.now)
    revoked = models.DateTimeField(null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "rule", "period"],
                condition=models.Q(revoked__isnull=True),
                name="exemption_once",
            ),
        ]

    def __str__(self):
        return f"{self.organisation} {self.rule} {self.period}"


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
