"""Leave of a meeting to come: asked by the member with his reason, agreed or refused by whoever keeps the roster there."""

from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from branches.reach.querysets import ScopedQuerySet
from common import clock
from common.text import quoted
from members.activities.models.codes import ActivityState

# As long as the reason of an attendance, which it becomes.
REASON_MOST = 100
ANSWER_MOST = 200
# While a record is in these states its attendance is in its writers' hands: before, nothing is settled; afterwards it is corrected.
OPEN_RECORDS = (ActivityState.PLANNED, ActivityState.DRAFT, ActivityState.RETURNED)


class LeaveState(models.TextChoices):
    ASKED = "asked", "已请假，待同意"
    AGREED = "agreed", "已同意请假"
    REFUSED = "refused", "未同意请假"
    WITHDRAWN = "withdrawn", "已撤回请假"


class LeaveQuerySet(ScopedQuerySet):
    # Whose attendance it is kept in decides, not where the member belongs: a committee answers for its own meetings.
    organisation_path = "organisation__"

    def waiting(self) -> Self:
        """Return what nobody has answered and can still be answered."""
        return self.filter(state=LeaveState.ASKED, activity__state__in=OPEN_RECORDS)


class Leave(models.Model):
    """organisation: the one in whose attendance of the record the member stands."""

    activity = models.ForeignKey("members.Activity", on_delete=models.CASCADE, related_name="leaves")
    member = models.ForeignKey("members.Member", on_delete=models.PROTECT, related_name="leaves")
    organisation = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    reason = models.CharField("请假原因", max_length=REASON_MOST)
    asked_on = models.DateField("提出日期")
    state = models.CharField("结果", max_length=10, choices=LeaveState.choices, default=LeaveState.ASKED)
    decided_on = models.DateField("办理日期", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="办理人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    answer = models.CharField("说明", max_length=ANSWER_MOST, blank=True)

    objects = LeaveQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "请假"
        default_permissions = ()
        ordering = ["-asked_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["activity", "member"], condition=Q(state__in=("asked", "agreed")), name="leave_once"
            ),
            models.CheckConstraint(condition=Q(state__in=LeaveState.values), name="leave_state_known"),
            models.CheckConstraint(
                condition=Q(state__in=("asked", "withdrawn")) | Q(decided_on__isnull=False),
                name="leave_decided_on_a_day",
            ),
            models.CheckConstraint(condition=~Q(state="refused") | ~Q(answer=""), name="leave_refused_with_reason"),
        ]
        indexes = [
            models.Index(fields=["organisation"], condition=Q(state="asked"), name="leave_waiting"),
        ]

    def __str__(self):
        return f"{self.member}请假"

    @property
    def open(self) -> bool:
        return self.state == LeaveState.ASKED

    @property
    def may_be_withdrawn(self) -> bool:
        """Whether the member may still say that he comes."""
        return self.state in (LeaveState.ASKED, LeaveState.AGREED) and self.activity.state == ActivityState.PLANNED

    @property
    def about(self) -> str:
        """Return of what meeting it is, as a line says it."""
        activity: Any = self.activity
        return f"{clock.in_words(activity.day)}{quoted(activity.title or activity.kinds_label)}"

    @property
    def look(self) -> str:
        """Return the key of its chip."""
        return f"leave_{self.state}"
