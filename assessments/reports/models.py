"""Published reports: frozen, each drawn from its JSON alone; before that the draft, whose words are edited."""

from django.conf import settings
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


class DocumentKind(models.TextChoices):
    REPORT = "report", "报告"
    CIRCULAR = "circular", "通报"


class ReportDraft(models.Model):
    """What the office decides and writes before a frozen result is published; its numbers are those of `body`.

    frozen: the freeze that the numbers are of (of results that are not frozen yet, when they were made); a draft of an earlier
    one is made anew. signer: of a 报告, to who is above.
    """

    assessment = models.OneToOneField(Assessment, on_delete=models.PROTECT, related_name="draft")
    kind = models.CharField("文种", max_length=10, choices=DocumentKind.choices, default=DocumentKind.REPORT)
    number = models.CharField("文号", max_length=40, blank=True)
    signer = models.CharField("签发人", max_length=20, blank=True)
    recipient = models.CharField("主送", max_length=60, blank=True)
    body = models.JSONField()
    frozen = models.DateTimeField()
    changed = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=DocumentKind.values), name="report_draft_kind_known"),
        ]

    def __str__(self):
        return self.body["title"]


class ReportEdit(models.Model):
    """One paragraph of a draft put in other words: who, when, before and after. Rows are only added."""

    draft = models.ForeignKey(ReportDraft, on_delete=models.PROTECT, related_name="edits")
    key = models.CharField(max_length=40)
    before = models.TextField()
    after = models.TextField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    made = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["pk"]

    def __str__(self):
        return self.after[:40]
