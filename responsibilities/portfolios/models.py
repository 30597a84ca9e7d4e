"""What members of the leading group are in charge of (领导分工), between two days."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from branches.reach.querysets import ScopedQuerySet
from common.dated import DatedQuerySet


# The plugin gives each of the two bases an as_manager of its own type.
class LeaderPortfolioQuerySet(DatedQuerySet, ScopedQuerySet):  # type: ignore[override]
    pass


class LeaderPortfolio(models.Model):
    """What a member of the leading group is in charge of between two days: a department, or a branch as contact point."""

    leader = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="portfolios")
    organisation = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    department = models.ForeignKey(
        "branches.Department",
        verbose_name="分管处室",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    contact = models.ForeignKey(
        "branches.Organisation",
        verbose_name="联系支部",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="contact_leaders",
    )
    starts = models.DateField("起")
    ends = models.DateField("止", null=True, blank=True)

    objects = LeaderPortfolioQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "领导分工"
        # The table keeps the name it was made with.
        db_table = "responsibilities_leadercharge"
        default_permissions = ()
        ordering = ["starts", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(department__isnull=False, contact__isnull=True)
                | Q(department__isnull=True, contact__isnull=False),
                name="charge_department_or_contact",
            ),
            models.CheckConstraint(condition=Q(ends__isnull=True) | Q(ends__gte=F("starts")), name="charge_dates"),
            models.UniqueConstraint(
                fields=["department"],
                condition=Q(ends__isnull=True, department__isnull=False),
                name="charge_department_once",
            ),
            models.UniqueConstraint(
                fields=["leader", "contact"],
                condition=Q(ends__isnull=True, contact__isnull=False),
                name="charge_contact_once",
            ),
        ]

    def __str__(self):
        return f"{self.leader} {self.department or self.contact}"
