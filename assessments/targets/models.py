"""Aims of a year (党建目标): a plan, its tree of targets, who owes how much of each, stages that a superior judges."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from branches.reach.querysets import ScopedQuerySet
from branches.reach.reach import above_seats, reach
from branches.reach.rights import VIEW
from common.dated import DatedQuerySet
from common.operator import Actor
from members.activities.models import ActivityKindCode, BuildingField


class PlanState(models.TextChoices):
    DRAFT = "draft", "起草"
    ISSUED = "issued", "已下达"
    CLOSED = "closed", "已结束"


class PlanQuerySet(ScopedQuerySet):
    def visible_to(self, user: Actor, right: str = VIEW) -> Self:
        """Plans of organisations within reach; to read also issued ones of what stands above the reader, who owes a share of them."""
        condition = reach(user, right, "organisation__")
        if right == VIEW:
            above = above_seats(user, VIEW)
            condition |= Q(organisation__in=above.values("pk")) & ~Q(state=PlanState.DRAFT)
        return self.filter(condition)


class TargetPlan(models.Model):
    """The aims that an organisation sets for a year, for itself and for what lies below it."""

    organisation = models.ForeignKey(
        "branches.Organisation", verbose_name="制定组织", on_delete=models.PROTECT, related_name="target_plans"
    )
    year = models.PositiveSmallIntegerField("年度")
    title = models.CharField("计划名称", max_length=60)
    document = models.CharField("文号", max_length=80, blank=True)
    approved_in = models.ForeignKey(
        "members.Activity", verbose_name="审定会议", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField("状态", max_length=8, choices=PlanState.choices, default=PlanState.DRAFT)
    issued_on = models.DateField("下达日期", null=True, blank=True)
    closed_on = models.DateField("结束日期", null=True, blank=True)

    objects = PlanQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "目标计划"
        default_permissions = ()
        ordering = ["-year", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "year"], name="target_plan_once"),
            models.CheckConstraint(condition=Q(state__in=PlanState.values), name="target_plan_state_known"),
            models.CheckConstraint(
                condition=Q(state=PlanState.DRAFT) | Q(issued_on__isnull=False), name="target_plan_issued_on"
            ),
        ]

    def __str__(self):
        return self.title


class TargetKind(models.TextChoices):
    QUANTITATIVE = "quantitative", "定量"
    QUALITATIVE = "qualitative", "定性"


class Direction(models.TextChoices):
    AT_LEAST = "at_least", "不低于"
    AT_MOST = "at_most", "不高于"


class Split(models.TextChoices):
    SAME = "same", "各组织同一标准"
    DIVIDED = "divided", "总量分解到各组织"
    OWN = "own", "由制定组织完成"


# The measure of a target whose value is a figure that was asked once (信息征集).
COLLECTED = "collected"


class TargetQuerySet(ScopedQuerySet):
    organisation_path = "plan__organisation__"

    def visible_to(self, user: Actor, right: str = VIEW) -> Self:
        """Targets of the plans that the user may read, or act on."""
        return self.filter(plan__in=TargetPlan.objects.order_by().visible_to(user, right).values("pk"))


class Target(models.Model):
    """One aim: bound to a measure with a value to reach, or judged by dated criteria.

    Of an aim above others both are empty: what lies below it says how far it is.
    """

    plan = models.ForeignKey(TargetPlan, on_delete=models.CASCADE, related_name="targets")
    parent = models.ForeignKey(
        "self", verbose_name="上级目标", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    code = models.CharField("序号", max_length=12)
    name = models.CharField("目标", max_length=80)
    kind = models.CharField("类型", max_length=12, choices=TargetKind.choices, default=TargetKind.QUANTITATIVE)
    # Kinds of organisation below the plan's that owe it; empty for one's own.
    applies = models.JSONField("责任组织", default=list, blank=True)
    field = models.CharField("方面", max_length=12, choices=BuildingField.choices)
    base = models.DecimalField("上年数值", max_digits=10, decimal_places=2, null=True, blank=True)
    holder = models.ForeignKey(
        "responsibilities.LeaderPortfolio",
        verbose_name="责任领导",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    weight = models.DecimalField("权重", max_digits=5, decimal_places=2)
    first_month = models.PositiveSmallIntegerField("起始月", default=1)
    last_month = models.PositiveSmallIntegerField("截止月", default=12)
    measure = models.CharField("计量项", max_length=60, blank=True)
    # Of COLLECTED: which figure of which asking.
    collect = models.ForeignKey(
        "responsibilities.CollectField",
        verbose_name="征集的数字",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    direction = models.CharField("方向", max_length=8, choices=Direction.choices, default=Direction.AT_LEAST)
    planned = models.DecimalField("应达", max_digits=10, decimal_places=2, null=True, blank=True)
    split = models.CharField("分解方式", max_length=8, choices=Split.choices, default=Split.SAME)
    stopped_on = models.DateField("停止日期", null=True, blank=True)
    stop_reason = models.CharField("停止原因", max_length=200, blank=True)

    objects = TargetQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "党建目标"
        default_permissions = ()
        ordering = ["plan", "code", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "code"], name="target_code_once"),
            models.CheckConstraint(condition=Q(weight__gt=0), name="target_weight_positive"),
            models.CheckConstraint(
                condition=Q(measure="", planned__isnull=True) | (~Q(measure="") & Q(planned__isnull=False)),
                name="target_measure_with_value",
            ),
            models.CheckConstraint(
                condition=Q(measure=COLLECTED, collect__isnull=False)
                | (~Q(measure=COLLECTED) & Q(collect__isnull=True)),
                name="target_collected_names_its_figure",
            ),
            models.CheckConstraint(
                condition=~Q(kind=TargetKind.QUALITATIVE) | Q(measure=""), name="target_qualitative_without_measure"
            ),
            models.CheckConstraint(
                condition=Q(first_month__gte=1, last_month__lte=12, first_month__lte=F("last_month")),
                name="target_months",
            ),
            models.CheckConstraint(
                condition=Q(stopped_on__isnull=True) | ~Q(stop_reason=""), name="target_stopped_with_reason"
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("pk")), name="target_not_below_itself"
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def organisation(self) -> Any:
        return self.plan.organisation


class ShareQuerySet(DatedQuerySet, ScopedQuerySet):  # type: ignore[override]
    pass


class TargetShare(models.Model):
    """How much of a target an organisation owes between two days; at the plan's own organisation: how much in all."""

    target = models.ForeignKey(Target, on_delete=models.CASCADE, related_name="shares")
    organisation = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="target_shares")
    # The share that was divided further.
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="divided")
    planned = models.DecimalField("应达", max_digits=10, decimal_places=2)
    reason = models.CharField("调整原因", max_length=200, blank=True)
    starts = models.DateField("起")
    ends = models.DateField("止", null=True, blank=True)

    objects = ShareQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["target", "starts", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["target", "organisation"], condition=Q(ends__isnull=True), name="target_share_open_once"
            ),
            models.CheckConstraint(
                condition=Q(ends__isnull=True) | Q(ends__gte=F("starts")), name="target_share_dates"
            ),
            models.CheckConstraint(condition=Q(planned__gte=0), name="target_share_not_negative"),
        ]

    def __str__(self):
        return f"{self.organisation} {self.planned}"


class TargetStage(models.Model):
    """A dated criterion of a qualitative target; its part of the whole in percent."""

    target = models.ForeignKey(Target, on_delete=models.CASCADE, related_name="stages")
    order = models.PositiveSmallIntegerField()
    criterion = models.CharField("标准", max_length=120)
    due = models.DateField("时限")
    part = models.PositiveSmallIntegerField("占比（%）")
    # With both of these the first counting record that fits reports it by itself.
    kinds = models.JSONField("活动类型", default=list, blank=True)
    word = models.CharField("关键词", max_length=20, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["target", "order"]
        constraints = [
            models.UniqueConstraint(fields=["target", "order"], name="target_stage_order"),
            models.CheckConstraint(condition=Q(part__gte=1, part__lte=100), name="target_stage_part"),
        ]

    def __str__(self):
        return self.criterion

    @property
    def kinds_label(self) -> str:
        return "、".join(ActivityKindCode(kind).label for kind in self.kinds if kind in ActivityKindCode.values)


class StageLevel(models.TextChoices):
    REACHED = "reached", "达到"
    MOSTLY = "mostly", "基本达到"
    NOT = "not", "未达到"


class StageState(models.TextChoices):
    REPORTED = "reported", "待评定"
    ACCEPTED = "accepted", "已评定"
    RETURNED = "returned", "已退回"


class StageReportQuerySet(ScopedQuerySet):
    pass


class StageReport(models.Model):
    """What an organisation says of a stage, and what its superior says: the superior's counts, both stay readable."""

    organisation = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    stage = models.ForeignKey(TargetStage, on_delete=models.PROTECT, related_name="reports")
    own_level = models.CharField("自评", max_length=8, choices=StageLevel.choices)
    text = models.CharField("完成情况", max_length=300)
    activity = models.ForeignKey(
        "members.Activity", verbose_name="依据", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField("状态", max_length=8, choices=StageState.choices, default=StageState.REPORTED)
    level = models.CharField("评定", max_length=8, choices=StageLevel.choices, blank=True)
    reason = models.CharField("理由", max_length=200, blank=True)
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    reported_on = models.DateField("报告日期")
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    no_reviewer = models.BooleanField("无上级审核", default=False)

    objects = StageReportQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "阶段报告"
        default_permissions = ()
        ordering = ["-reported_on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "stage"], name="stage_report_once"),
            models.CheckConstraint(condition=~Q(state=StageState.ACCEPTED) | ~Q(level=""), name="stage_report_judged"),
            models.CheckConstraint(
                condition=Q(reviewed_by__isnull=True) | ~Q(reviewed_by=F("reported_by")),
                name="stage_report_judged_by_another",
            ),
        ]

    def __str__(self):
        return f"{self.organisation} {self.stage}"

    @property
    def days_late(self) -> int:
        """By how many days it came after the day of its stage; what a record reported by itself came with the record."""
        by_record = self.reported_by_id is None and self.activity is not None
        day = self.activity.day if by_record and self.activity is not None else self.reported_on
        return max((day - self.stage.due).days, 0)


class TargetOutcome(models.Model):
    """How far an organisation came, as it stood when the plan was closed."""

    organisation = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    target = models.ForeignKey(Target, on_delete=models.PROTECT, related_name="outcomes")
    # Whole but for figures that were asked for.
    numerator = models.DecimalField(max_digits=18, decimal_places=4, null=True)
    denominator = models.BigIntegerField(null=True)
    planned = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    # Hundredths of the whole, null where nobody knows.
    progress = models.PositiveSmallIntegerField(null=True)
    state = models.CharField(max_length=15)
    as_of = models.DateField()

    objects = ScopedQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["target", "pk"]
        constraints = [models.UniqueConstraint(fields=["organisation", "target"], name="target_outcome_once")]

    def __str__(self):
        return f"{self.organisation} {self.target} {self.state}"
