"""Published reports: frozen, each drawn from its JSON alone."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from assessments.results.models import Assessment, FrozenError, GuardedQuerySet


class Report(models.Model):
    """Frozen numbers and wording, published at one moment; every document is rendered from `body` alone."""

    assessment = models.OneToOneField(Assessment, on_delete=models.PROTECT, related_name="report")
    organisation = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=200)
    body = models.JSONField()
    anchor = models.CharField(max_length=100)
    published = models.DateTimeField(default=timezone.now)

    objects = GuardedQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["-published"]

    def __str__(self):
        return self.title

    def save(self, *args, **kwargs):
        if self.pk:
            raise FrozenError("已发布的报告不能修改。")
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        raise FrozenError("已发布的报告不能删除。")


class ReportDocument(models.Model):
    """A document of a published report, made once: what was handed out stays what can be fetched.

    organisation: whose extract it is; none: the whole report.
    """

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="documents")
    organisation = models.ForeignKey("branches.Organisation", null=True, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=4, choices=[("docx", "Word"), ("xlsx", "Excel")])
    data = models.BinaryField()
    made = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["report", "kind"], condition=Q(organisation__isnull=True), name="report_document_once"
            ),
            models.UniqueConstraint(
                fields=["report", "kind", "organisation"],
                condition=Q(organisation__isnull=False),
                name="report_document_of_branch_once",
            ),
        ]

    def __str__(self):
        return f"{self.report} {self.kind}"
