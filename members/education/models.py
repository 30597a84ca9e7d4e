"""How a member stands with his hours of study, which is reckoned and never stored; and lengths of records that are stated later.

A length that nobody knows is stated by the secretary for all records of a kind at once, and counts once whoever reviews the
organisation has confirmed the list (据实补填).
"""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from branches.reach.querysets import ScopedQuerySet
from members.activities.models import ActivityKindCode


class StudyState(models.TextChoices):
    MET = "met", "已完成"
    OPEN = "open", "进行中"
    UNKNOWN = "unknown", "未知"
    OVERDUE = "overdue", "逾期"
    NOT_OWED = "not_applicable", "不适用"


class MendState(models.TextChoices):
    WAITING = "waiting", "待上级确认"
    CONFIRMED = "confirmed", "已确认"
    RETURNED = "returned", "已退回"


class LengthMendQuerySet(ScopedQuerySet):
    def waiting(self) -> Self:
        return self.filter(state=MendState.WAITING)


class LengthMend(models.Model):
    """How long the records of one kind took, as an organisation states it of a list of them (MendedRecord)."""

    organisation = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="length_mends")
    kind = models.CharField("活动类型", max_length=25, choices=ActivityKindCode.choices)
    hours = models.DecimalField("每次时长（小时）", max_digits=3, decimal_places=1)
    state = models.CharField("状态", max_length=10, choices=MendState.choices, default=MendState.WAITING)
    stated_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    stated = models.DateTimeField(default=timezone.now, editable=False)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided = models.DateTimeField(null=True, editable=False)
    reason = models.CharField("退回原因", max_length=200, blank=True)

    objects = LengthMendQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "补填时长"
        default_permissions = ()
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=MendState.values), name="length_mend_state_known"),
            models.CheckConstraint(condition=Q(hours__gt=0, hours__lte=8), name="length_mend_within_a_day"),
            models.CheckConstraint(
                condition=~Q(state=MendState.RETURNED) | ~Q(reason=""), name="length_mend_returned_with_reason"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("stated_by")),
                name="length_mend_decided_by_another",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation"], name="length_mend_waiting", condition=Q(state=MendState.WAITING))
        ]

    def __str__(self):
        return f"{self.get_kind_display()}每次 {self.hours:g} 小时"


class MendedRecord(models.Model):
    """One record of such a list."""

    mend = models.ForeignKey(LengthMend, on_delete=models.CASCADE, related_name="records")
    activity = models.ForeignKey("members.Activity", on_delete=models.CASCADE, related_name="+")

    class Meta:
        default_permissions = ()
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["mend", "activity"], name="length_mended_once")]

    def __str__(self):
        return str(self.activity)


# Who certified it, and by what.
PROOF_MOST = 100


class BroughtHours(models.Model):
    """Hours of a year that a member studied outside the agency before he came, as his branch states it and whoever reviews it confirms.

    organisation: the branch that stated it. counted_on: the day on which he came, by which they count.
    """

    member = models.ForeignKey("members.Member", on_delete=models.PROTECT, related_name="brought_hours")
    organisation = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField("年度")
    hours = models.DecimalField("转来学时", max_digits=5, decimal_places=1)
    proof = models.CharField("证明", max_length=PROOF_MOST)
    counted_on = models.DateField("转入日期")
    state = models.CharField("状态", max_length=10, choices=MendState.choices, default=MendState.WAITING)
    stated_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    stated = models.DateTimeField(default=timezone.now, editable=False)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided = models.DateTimeField(null=True, editable=False)
    reason = models.CharField("退回原因", max_length=200, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "转来学时"
        default_permissions = ()
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["member", "year"], condition=~Q(state="returned"), name="brought_hours_once_a_year"
            ),
            models.CheckConstraint(condition=Q(state__in=MendState.values), name="brought_hours_state_known"),
            models.CheckConstraint(condition=Q(hours__gt=0), name="brought_hours_positive"),
            models.CheckConstraint(
                condition=~Q(state="returned") | ~Q(reason=""), name="brought_hours_returned_with_reason"
            ),
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("stated_by")),
                name="brought_hours_decided_by_another",
            ),
        ]
        indexes = [
            models.Index(fields=["organisation"], name="brought_hours_waiting", condition=Q(state=MendState.WAITING))
        ]

    def __str__(self):
        return f"{self.member}{self.year}年转来 {self.hours:g} 学时"
