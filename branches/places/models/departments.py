"""Administrative units beside the Party tree, and who covers them."""

from django.db import models
from django.db.models import Q

from branches.reach.querysets import ScopedQuerySet
from common.dated import DatedQuerySet


class Department(models.Model):
    name = models.CharField("处室", max_length=100, unique=True)
    closed_on = models.DateField("撤销日期", null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "处室"
        default_permissions = ()
        ordering = ["pk"]

    def __str__(self):
        return self.name


class CoverageQuerySet(DatedQuerySet, ScopedQuerySet):  # type: ignore[override]  # the plugin's two managers
    open_start = True


class Coverage(models.Model):
    """A department is covered by one organisation at a time (两个全覆盖); days included."""

    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="coverages")
    organisation = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="coverages")
    starts = models.DateField(null=True, blank=True)
    ends = models.DateField(null=True, blank=True)

    objects = CoverageQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["department"], condition=Q(ends__isnull=True), name="coverage_one_open"),
        ]

    def __str__(self):
        return f"{self.department} → {self.organisation}"
