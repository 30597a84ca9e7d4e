"""Published reports: frozen, each drawn from its JSON alone."""

from django.db import models
from django.utils import timezone

from assessments.results.models import Assessment, FrozenError, GuardedQuerySet


class Report(models.Model):
    """Frozen numbers and wording, published at one moment; every document is rendered from `body` alone."""

    assessment = models.OneToOneField(Assessment, on_delete=models.PROTECT, related_name="report")
    organisation = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=200)
    body = models.TextField()
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
