"""Circulars of a committee (通报): what lagged in a quarter, where, and what is asked; its numbers frozen as data.

The rows lie here because duties read them as proof; what they say is made in assessments/circulars, where board and heat
map can both be read.
"""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, Q
from django.utils import timezone

from branches.places.models.organisations import Organisation
from branches.reach.intervals import within_outer
from branches.reach.querysets import ScopedQuerySet
from branches.reach.reach import reach_of
from branches.reach.rights import VIEW
from common.operator import OPERATOR, Actor
from common.periods import Period
from responsibilities.assigning import assigning


class CircularState(models.TextChoices):
    DRAFT = "draft", "草稿"
    ISSUED = "issued", "已印发"


class CircularQuerySet(ScopedQuerySet):
    def visible_to(self, user: Actor, right: str = VIEW) -> Self:
        """Circulars that the user may read, or (with another right) write: who assigns work there.

        An issued one goes to all organisations at or below its own, so whoever may look at one of these reads it; a draft
        is read by those who write it.
        """
        writes = assigning(user)
        if right != VIEW or user is OPERATOR:
            return self.filter(writes)
        downwards, alone = reach_of(user).places(VIEW)
        seats = Organisation.objects.order_by().filter(within_outer("organisation__"), pk__in=downwards | alone)
        addressed = Q(Exists(seats)) | reach_of(user).condition(VIEW)
        return self.filter(writes | (Q(state=CircularState.ISSUED) & addressed))


class Circular(models.Model):
    """One circular. content: frozen numbers and rows, the form is in assessments/circulars/content.py.

    number: as the office's register has it, or blank: it is typed, never made. version: 1, then one more with each
    correction, which says why. An issued one is not changed any more.
    """

    organisation = models.ForeignKey(
        "branches.Organisation", verbose_name="党组织", on_delete=models.PROTECT, related_name="circulars"
    )
    # A quarter: 2026Q3.
    period = models.CharField("通报期", max_length=6)
    version = models.PositiveSmallIntegerField("版本", default=1)
    corrects = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="corrected_by")
    reason = models.CharField("更正原因", max_length=300, blank=True)
    state = models.CharField("状态", max_length=10, choices=CircularState.choices, default=CircularState.DRAFT)
    title = models.CharField("标题", max_length=120)
    number = models.CharField("文号", max_length=40, blank=True)
    recipient = models.CharField("主送", max_length=120, blank=True)
    opening = models.TextField("开头", max_length=500)
    asks = models.TextField("要求", max_length=1000)
    until = models.DateField("办理时限")
    content = models.JSONField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    issued_on = models.DateField("印发日期", null=True, blank=True)

    objects = CircularQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "通报"
        default_permissions = ()
        ordering = ["-period", "organisation", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "period", "version"], name="circular_version_once"),
            models.UniqueConstraint(
                fields=["organisation", "period"], condition=Q(state="draft"), name="circular_one_draft"
            ),
            models.CheckConstraint(condition=Q(state__in=CircularState.values), name="circular_state_known"),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(issued_on__isnull=False), name="circular_issued_with_date"
            ),
            models.CheckConstraint(
                condition=Q(version=1, corrects__isnull=True) | (Q(corrects__isnull=False) & ~Q(reason="")),
                name="circular_correction_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(corrects__isnull=True) | ~Q(pk=F("corrects")), name="circular_corrects_another"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def quarter(self) -> Period:
        return Period.parse(self.period)
