"""Party dues: what each member pays a month, what was paid, what it was used for. No account, no payment, no deduction (fee-no-advance)."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from branches.reach.querysets import ScopedQuerySet
from common.dated import DatedQuerySet
from common.fields import EncryptedField

DUES_DAY, DUES_ROUNDING = "dues_day", "dues_rounding"


class RateKind(models.TextChoices):
    """Whose dues are reckoned from what (党费收缴、使用和管理的规定 articles 2 to 6)."""

    SALARIED = "salaried", "按月领工资"
    ANNUAL = "annual", "年薪制"
    RETIRED = "retired", "离退休"
    OTHER = "other", "不按月取得收入"
    FLAT = "flat", "定额（学生、下岗失业等）"


class UseHeading(models.TextChoices):
    """The five uses of article 19 (fee-use)."""

    TRAINING = "training", "培训党员"
    MATERIALS = "materials", "订阅报刊、购买资料和设备"
    HONOURS = "honours", "表彰先进"
    HARDSHIP = "hardship", "补助生活困难党员"
    DISASTER = "disaster", "灾害补助和修缮教育设施"


class OfMemberQuerySet(DatedQuerySet, ScopedQuerySet):  # type: ignore[override]  # the plugin's two managers
    organisation_path = "member__home__"


class PaymentQuerySet(ScopedQuerySet):
    def standing(self) -> "PaymentQuerySet":
        return self.filter(cancelled_at__isnull=True)


class DuesRate(models.Model):
    """What one member pays a month within a year, between two days, both included. The pay it was reckoned from is not kept.

    amount: yuan a month; 0: spared. band: id of the rule that gave it. reduced_reason: why less is paid than the rule gives
    (fee-hardship), with the meeting of the branch (decided_in) and the consent above (approved_by).
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    member = models.ForeignKey("members.Member", on_delete=models.PROTECT, related_name="dues_rates")
    year = models.PositiveSmallIntegerField("年度")
    kind = models.CharField("类别", max_length=10, choices=RateKind.choices, default=RateKind.SALARIED)
    amount = models.DecimalField("月交数额（元）", max_digits=7, decimal_places=2)
    band = models.CharField("依据", max_length=20)
    quarterly = models.BooleanField("按季度交纳", default=False)
    reduced_reason = EncryptedField("少交、免交的原因", blank=True)
    approved_by = models.CharField("上级党委批准", max_length=80, blank=True)
    decided_in = models.ForeignKey(
        "members.Activity",
        verbose_name="研究的会议",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    starts = models.DateField("起")
    ends = models.DateField("止", null=True, blank=True)

    objects = OfMemberQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "党费月交数额"
        default_permissions = ()
        ordering = ["starts", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["member", "year"], condition=Q(ends__isnull=True), name="dues_rate_one_open"
            ),
            models.UniqueConstraint(fields=["member", "starts"], name="dues_rate_one_a_day"),
            models.CheckConstraint(condition=Q(ends__isnull=True) | Q(ends__gte=F("starts")), name="dues_rate_dates"),
            models.CheckConstraint(condition=Q(kind__in=RateKind.values), name="dues_rate_kind_known"),
            models.CheckConstraint(condition=Q(amount__gte=0, amount__lte=1000), name="dues_rate_up_to_cap"),
            models.CheckConstraint(
                condition=Q(reduced_reason="")
                | (~Q(reduced_reason="") & ~Q(approved_by="") & Q(decided_in__isnull=False)),
                name="dues_rate_reduced_with_consent",
            ),
        ]
        indexes = [models.Index(fields=["year", "member"], name="dues_rate_of_year")]

    def __str__(self):
        return f"{self.member} {self.year} 年党费"

    @property
    def organisation(self) -> Any:
        return self.member.home


class DuesPayment(models.Model):
    """One member paid for one month, at one branch. A wrong entry is cancelled with a reason, never deleted.

    month: its first day. amount, extra: yuan; extra: freely more than is owed. late_reason: of what is more than six months late.
    """

    member = models.ForeignKey("members.Member", on_delete=models.PROTECT, related_name="dues_payments")
    organisation = models.ForeignKey(
        "branches.Organisation", verbose_name="收缴党支部", on_delete=models.PROTECT, related_name="+"
    )
    month = models.DateField("月份")
    amount = models.DecimalField("交纳数额（元）", max_digits=7, decimal_places=2)
    paid_on = models.DateField("交纳日期")
    extra = models.DecimalField("多交（元）", max_digits=8, decimal_places=2, default=0)
    late_reason = models.CharField("补交超过 6 个月的原因", max_length=200, blank=True)
    cancelled_at = models.DateTimeField("作废时间", null=True, blank=True, editable=False)
    cancel_reason = models.CharField("作废原因", max_length=200, blank=True)
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )

    objects = PaymentQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "党费交纳"
        default_permissions = ()
        ordering = ["month", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["member", "month"], condition=Q(cancelled_at__isnull=True), name="dues_paid_once_a_month"
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=0, amount__lte=1000, extra__gte=0), name="dues_amounts_within"
            ),
            models.CheckConstraint(
                condition=Q(cancelled_at__isnull=True) | ~Q(cancel_reason=""), name="dues_cancelled_with_reason"
            ),
        ]
        indexes = [models.Index(fields=["organisation", "month"], name="dues_paid_at")]

    def __str__(self):
        return f"{self.member} {self.month:%Y-%m}"


class DuesUse(models.Model):
    """What an organisation used dues for. Without the meeting that decided on it, it is a fault (fee-collective)."""

    organisation = models.ForeignKey(
        "branches.Organisation", verbose_name="党组织", on_delete=models.PROTECT, related_name="dues_uses"
    )
    on = models.DateField("使用日期")
    heading = models.CharField("用途", max_length=10, choices=UseHeading.choices)
    amount = models.DecimalField("金额（元）", max_digits=10, decimal_places=2)
    purpose = models.CharField("事由", max_length=60)
    decided_in = models.ForeignKey(
        "members.Activity",
        verbose_name="集体决定的会议",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "党费使用"
        default_permissions = ()
        ordering = ["on", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(heading__in=UseHeading.values), name="dues_use_heading_known"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="dues_use_amount"),
        ]
        indexes = [models.Index(fields=["organisation", "on"], name="dues_used_at")]

    def __str__(self):
        return f"{self.get_heading_display()} {self.purpose}"
