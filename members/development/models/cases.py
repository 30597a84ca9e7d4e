"""A person on the way into the Party: the case, what was done in it and when, who accompanies it."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from branches.reach.querysets import ScopedQuerySet
from branches.reach.reach import reach
from branches.reach.rights import MEMBERS, VIEW
from common.dated import DatedQuerySet
from common.operator import Actor
from members.development.file import CONTACT, FAILED, INTRODUCER, PASSED, PUT_OFF
from members.roster.models.members import MemberStage


class CaseOutcome(models.TextChoices):
    FULL = "full", "转为正式党员"
    CANCELLED = "cancelled", "取消预备党员资格"
    WITHDRAWN = "withdrawn", "不再发展"
    MOVED = "moved", "转出本机关"


class StepResult(models.TextChoices):
    PASSED = PASSED, "通过"
    FAILED = FAILED, "不通过"
    PUT_OFF = PUT_OFF, "暂缓"


class CaseRoleKind(models.TextChoices):
    CONTACT = CONTACT, "培养联系人"
    INTRODUCER = INTRODUCER, "入党介绍人"


class CaseQuerySet(ScopedQuerySet):
    def visible_to(self, user: Actor, right: str = MEMBERS) -> Self:
        """Cases of the branches whose people `user` keeps; nobody else reads who applies (mechanisms I-1, Access)."""
        return self.filter(reach(user, MEMBERS if right == VIEW else right, "member__home__"))

    def open(self) -> Self:
        return self.filter(closed_on__isnull=True)


class DevelopmentCase(models.Model):
    """One open per person, led by the branch he belongs to: it goes along when he moves. opened_on: the day of the application.

    taken_over_on, taken_over_as: of a case begun on paper, since when it is kept here and what the person was then.
    """

    member = models.ForeignKey("members.Member", on_delete=models.PROTECT, related_name="development")
    opened_on = models.DateField("递交申请日期")
    taken_over_on = models.DateField("接续办理日期", null=True, blank=True)
    taken_over_as = models.CharField("接续时的类别", max_length=15, blank=True, choices=MemberStage.choices)
    leaving_on = models.DateField("将离开本单位的日期", null=True, blank=True)
    closed_on = models.DateField("办结日期", null=True, blank=True)
    outcome = models.CharField("结果", max_length=10, blank=True, choices=CaseOutcome.choices)
    close_reason = models.CharField("原因", max_length=200, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = CaseQuerySet.as_manager()
    page_name = "development_detail"

    class Meta:
        verbose_name = verbose_name_plural = "发展党员"
        default_permissions = ()
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["member"], condition=Q(closed_on__isnull=True), name="development_one_open"
            ),
            models.CheckConstraint(
                condition=Q(closed_on__isnull=True, outcome="") | (Q(closed_on__isnull=False) & ~Q(outcome="")),
                name="development_closed_with_outcome",
            ),
            models.CheckConstraint(
                condition=Q(taken_over_on__isnull=True, taken_over_as="")
                | (Q(taken_over_on__isnull=False) & ~Q(taken_over_as="")),
                name="development_taken_over_as_something",
            ),
        ]

    def __str__(self):
        return f"{self.member}的发展进程"

    @property
    def organisation(self) -> Any:
        return self.member.home


class OfCaseQuerySet(ScopedQuerySet):
    def visible_to(self, user: Actor, right: str = MEMBERS) -> Self:
        return self.filter(reach(user, MEMBERS if right == VIEW else right, "case__member__home__"))

    def standing(self) -> Self:
        """Those that were not taken back."""
        return self.filter(removed_at__isnull=True)


class CaseStep(models.Model):
    """One step as it was entered; entered wrongly, it is taken back with a reason. The latest of a step counts.

    explanation: why it came late or lacks something; accepted_by: the superior who accepted that. except_reason, excepted_by: an
    exception that a superior made.
    """

    case = models.ForeignKey(DevelopmentCase, on_delete=models.CASCADE, related_name="entries")
    key = models.CharField("步骤", max_length=3)
    day = models.DateField("日期")
    activity = models.ForeignKey("members.Activity", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    document = models.CharField("文号或存放处", max_length=80, blank=True)
    text = models.CharField("说明", max_length=300, blank=True)
    result = models.CharField("结果", max_length=8, choices=StepResult.choices, default=StepResult.PASSED)
    explanation = models.CharField("情况说明", max_length=300, blank=True)
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    excepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    except_reason = models.CharField("特殊情况", max_length=300, blank=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    added = models.DateTimeField(default=timezone.now, editable=False)
    removed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(null=True)
    remove_reason = models.CharField("撤下原因", max_length=200, blank=True)

    objects = OfCaseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "发展党员步骤"
        default_permissions = ()
        ordering = ["day", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "key", "activity"],
                condition=Q(removed_at__isnull=True, activity__isnull=False),
                name="development_step_record_once",
            ),
            models.CheckConstraint(
                condition=Q(removed_at__isnull=True) | ~Q(remove_reason=""), name="development_step_removed_with_reason"
            ),
            models.CheckConstraint(
                condition=Q(excepted_by__isnull=True) | ~Q(except_reason=""), name="development_excepted_with_reason"
            ),
            models.CheckConstraint(
                condition=Q(accepted_by__isnull=True) | ~Q(explanation=""), name="development_accepted_explanation"
            ),
        ]

    def __str__(self):
        return f"{self.case} {self.key}"

    @property
    def organisation(self) -> Any:
        return self.case.organisation


class RoleQuerySet(DatedQuerySet, OfCaseQuerySet):  # type: ignore[override]  # the plugin's two managers
    pass


class CaseRole(models.Model):
    """Who accompanies a case between two days; ended, never overwritten."""

    case = models.ForeignKey(DevelopmentCase, on_delete=models.CASCADE, related_name="roles")
    member = models.ForeignKey("members.Member", on_delete=models.PROTECT, related_name="+")
    role = models.CharField("身份", max_length=12, choices=CaseRoleKind.choices)
    starts = models.DateField("起")
    ends = models.DateField("止", null=True, blank=True)
    reason = models.CharField("原因", max_length=200, blank=True)

    objects = RoleQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "联系人和介绍人"
        default_permissions = ()
        ordering = ["starts", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "member", "role"], condition=Q(ends__isnull=True), name="development_role_once"
            ),
            models.CheckConstraint(
                condition=Q(ends__isnull=True) | Q(ends__gte=F("starts")), name="development_role_dates"
            ),
            models.CheckConstraint(condition=Q(ends__isnull=True) | ~Q(reason=""), name="development_role_ended_why"),
        ]

    def __str__(self):
        return f"{self.member} {self.get_role_display()}"
