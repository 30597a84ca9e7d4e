"""What a member says is wrong in what is kept of him, and what was found when it was looked at."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from branches.reach.querysets import ScopedQuerySet
from common import clock
from common.text import quoted
from members.activities.models import Activity
from members.roster.models.members import Member

TEXT_MOST = REASON_MOST = 200


class CorrectionState(models.TextChoices):
    ASKED = "asked", "待核对"
    RIGHT = "right", "属实"
    WRONG = "wrong", "不属实"


class CorrectionItem(models.TextChoices):
    """What may be wrong: his attendance of one record, or a part of his file."""

    ATTENDANCE = "attendance", "考勤"
    NAME = "name", "姓名、性别、民族"
    BIRTH = "birth", "出生日期"
    EDUCATION = "education", "学历"
    WORK = "work", "工作岗位"
    STAGE = "stage", "人员类别、入党和转正日期"
    BELONGS = "belongs", "所在党支部、党小组"
    POST = "post", "党内职务"
    STANDING = "standing", "党籍、外出和接转"
    NUMBER = "number", "证件号码"
    PHONE = "phone", "手机号码"
    DUES = "dues", "党费"
    OTHER = "other", "其他"


class CorrectionQuerySet(ScopedQuerySet):
    # It goes with the member: whoever keeps his roster now looks at it.
    organisation_path = "member__home__"

    def waiting(self) -> Self:
        return self.filter(state=CorrectionState.ASKED)


class Correction(models.Model):
    """A member asked for something to be put right; whoever keeps his roster says whether he is right.

    activity: the record whose attendance is meant. branch: his branch on the day of the decision, which answers for its roster.
    """

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="corrections")
    item = models.CharField("哪一项", max_length=12, choices=CorrectionItem.choices)
    activity = models.ForeignKey(
        Activity, verbose_name="活动", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    text = models.CharField("应当是", max_length=TEXT_MOST)
    asked_on = models.DateField("提出日期")
    state = models.CharField("结果", max_length=6, choices=CorrectionState.choices, default=CorrectionState.ASKED)
    branch = models.ForeignKey(
        "branches.Organisation",
        verbose_name="党支部",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    decided_on = models.DateField("核对日期", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="核对人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    reason = models.CharField("说明", max_length=REASON_MOST, blank=True)

    objects = CorrectionQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "更正请求"
        default_permissions = ()
        ordering = ["-asked_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["member", "activity"],
                condition=Q(state="asked", activity__isnull=False),
                name="correction_one_open_of_a_record",
            ),
            models.UniqueConstraint(
                fields=["member", "item"],
                condition=Q(state="asked", activity__isnull=True),
                name="correction_one_open_of_an_item",
            ),
            models.CheckConstraint(condition=Q(state__in=CorrectionState.values), name="correction_state_known"),
            models.CheckConstraint(condition=Q(item__in=CorrectionItem.values), name="correction_item_known"),
            models.CheckConstraint(
                condition=Q(item="attendance", activity__isnull=False)
                | (~Q(item="attendance") & Q(activity__isnull=True)),
                name="correction_of_a_record_or_a_file",
            ),
            models.CheckConstraint(
                condition=Q(state="asked", decided_on__isnull=True, branch__isnull=True)
                | (~Q(state="asked") & Q(decided_on__isnull=False, branch__isnull=False)),
                name="correction_decided_on_a_day",
            ),
            models.CheckConstraint(condition=~Q(state="wrong") | ~Q(reason=""), name="correction_refused_with_reason"),
        ]
        indexes = [
            models.Index(fields=["branch", "decided_on"], condition=Q(state="right"), name="correction_right_at"),
            models.Index(fields=["member"], condition=Q(state="asked"), name="correction_waiting"),
        ]

    def __str__(self):
        return f"{self.member} {self.get_item_display()}"

    @property
    def organisation(self) -> Any:
        return self.member.home

    @property
    def open(self) -> bool:
        return self.state == CorrectionState.ASKED

    @property
    def about(self) -> str:
        """Return what it is about, as a line says it."""
        if self.activity is None:
            return CorrectionItem(self.item).label
        return f"{clock.in_words(self.activity.day)}{quoted(self.activity.title or '未填主题')}的考勤"

    @property
    def decided_words(self) -> str:
        """Return when it was decided, "" while it waits."""
        return clock.in_words(self.decided_on) if self.decided_on else ""

    @property
    def look(self) -> str:
        """Return the key of its chip."""
        return f"correction_{self.state}"
