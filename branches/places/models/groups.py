"""Which branches are compared with one another: a dated attribute of a branch (考核类别)."""

from django.conf import settings
from django.db import models

from branches.places.models.organisations import Organisation


class ComparisonGroup(models.TextChoices):
    AGENCY = "agency", "机关支部"
    SERVICE = "service", "窗口和事业单位支部"
    RETIRED = "retired", "离退休支部"


class OrganisationGroup(models.Model):
    """From `starts` on the branch belongs to `group`, until the next row; without a row to none."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="comparison_groups")
    group = models.CharField("考核类别", max_length=10, choices=ComparisonGroup.choices)
    starts = models.DateField("自何日起")
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        default_permissions = ()
        ordering = ["starts", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "starts"], name="comparison_group_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} {self.get_group_display()}"
