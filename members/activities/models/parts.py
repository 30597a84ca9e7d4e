"""What a record says: who was there, what was decided, which files belong to it."""

import uuid
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from branches.kept_files.models import KeptFile
from branches.reach.querysets import ScopedQuerySet
from branches.settings.joining import start_at
from branches.settings.start import start_of
from common import clock
from common.operator import Actor
from members.activities.models.codes import COUNTING_STATES
from members.activities.models.records import Activity, ActivityRevision


class AttendanceState(models.TextChoices):
    PRESENT = "present", "出席"
    ONLINE = "online", "线上"
    LEAVE = "leave", "请假"
    ABSENT = "absent", "缺席"
    NOT_RECORDED = "not_recorded", "未记录"
    EXEMPT = "exempt", "免予"


ATTENDING = (AttendanceState.PRESENT, AttendanceState.ONLINE)


class Attendance(models.Model):
    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="attendance")
    member = models.ForeignKey("members.Member", on_delete=models.PROTECT, related_name="attendance")
    organisation = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=15, choices=AttendanceState.choices)
    reason = models.CharField("原因", max_length=100, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["activity", "member"], name="attendance_once")]

    def __str__(self):
        return f"{self.member} {self.get_state_display()}"


class AbsenteeText(models.Model):
    """A name of an imported ledger that no roster knows; kept as text (architecture contract)."""

    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="unknown_absentees")
    name = models.CharField(max_length=64)
    reason = models.CharField(max_length=100, blank=True)

    class Meta:
        default_permissions = ()

    def __str__(self):
        return self.name


class ResolutionQuerySet(ScopedQuerySet):
    def visible_to(self, user: Actor, right: str = "view_organisation") -> Self:
        """Resolutions of the records that the user may read (or act on): the record is the only way to them."""
        return self.filter(activity__in=Activity.objects.order_by().visible_to(user, right).values("pk"))

    def tasks(self) -> Self:
        """Resolutions to be carried out: of records that count, with an owner or a due date.

        A meeting below its quorum passes none (domain truth 4).
        """
        rows = self.filter(activity__state__in=COUNTING_STATES, activity__valid=True)
        return rows.filter(Q(owner__isnull=False) | Q(due__isnull=False))


class Resolution(models.Model):
    """A decision of an activity; may name who carries it out and until when."""

    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="resolutions")
    order = models.PositiveSmallIntegerField()
    text = models.CharField("决议", max_length=500)
    owner = models.ForeignKey(
        "members.Member",
        verbose_name="责任人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="resolutions",
    )
    due = models.DateField("时限", null=True, blank=True)
    # Said by the organisation once it has been carried out (决议落实).
    done_on = models.DateField("办结日期", null=True, blank=True)
    # The day on which it was said, where that was after the days of grace: it counts from then on. None: from `done_on`.
    counted_on = models.DateField(null=True, editable=False)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    objects = ResolutionQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["order"]
        constraints = [models.UniqueConstraint(fields=["activity", "order"], name="resolution_order")]

    def __str__(self):
        return self.text

    @property
    def organisation(self) -> Any:
        return self.activity.organisation

    @property
    def progress(self) -> str:
        """Return how it is carried out: done, done_late, overdue or open; derived from its dates.

        Nothing is late or overdue that was due before the agency's start (`with_start` where there are many).
        """
        past = (
            self.due is not None
            and self.due < (self.counted_on or self.done_on or clock.today())
            and self.due >= start_at(self.activity.organisation, start_of(self))
        )
        if self.done_on:
            return "done_late" if past else "done"
        return "overdue" if past else "open"


class AttachmentQuerySet(ScopedQuerySet):
    def visible_to(self, user: Actor, right: str = "view_organisation") -> Self:
        """Files of the records that the user may read (or act on): the record is the only way to them."""
        return self.filter(activity__in=Activity.objects.order_by().visible_to(user, right).values("pk"))

    def shown(self) -> Self:
        """The files that belong to a record as it stands, without those of a correction in hand."""
        return self.exclude(revision__state__in=["draft", "returned", "discarded"])


class Attachment(KeptFile):
    """A file of a record; stored outside the web root under a random name, served through the record."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="attachments")
    name = models.CharField("文件名", max_length=150)
    path = models.CharField(max_length=120)
    kind = models.CharField(max_length=10)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    # The correction it came with; it belongs to the record once that is submitted.
    revision = models.ForeignKey(ActivityRevision, null=True, on_delete=models.CASCADE, related_name="attachments")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded = models.DateTimeField(default=timezone.now)

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["pk"]

    def __str__(self):
        return self.name

    @property
    def organisation(self) -> Any:
        return self.activity.organisation
