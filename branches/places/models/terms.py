"""Terms of office (届次)."""

from django.db import models
from django.db.models import Q

from branches.reach.querysets import ScopedQuerySet


class Term(models.Model):
    """One term of an organisation's committee. The ledgers give only its last day."""

    organisation = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="terms")
    starts = models.DateField("任期起", null=True, blank=True)
    expires = models.DateField("任期届满日期")
    closed_on = models.DateField("换届日期", null=True, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "届次"
        default_permissions = ()
        ordering = ["expires"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "expires"], name="term_one_per_expiry"),
            models.UniqueConstraint(fields=["organisation"], condition=Q(closed_on__isnull=True), name="term_one_open"),
        ]

    def __str__(self):
        return f"{self.organisation} {self.expires}"
