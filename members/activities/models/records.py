"""One thing that happened: kinds, date, hosts and how it is judged of each; its corrections and who wrote it."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from branches.reach.querysets import ScopedQuerySet
from branches.reach.reach import reach
from common.operator import Actor
from members.activities.models.codes import (
    UNSUBMITTED,
    ActivityKindCode,
    ActivityState,
    BuildingField,
    NatureSource,
    ReturnField,
    Topic,
    Way,
    words_of_kinds,
)


class ActivityQuerySet(ScopedQuerySet):
    def visible_to(self, user: Actor, right: str = "view_organisation") -> Self:
        """Records of organisations within reach; joint ones are read also through an invited host, once submitted."""
        condition = reach(user, right, "organisation__")
        if right == "view_organisation":
            hosts = ActivityHost.objects.filter(reach(user, right, "organisation__")).order_by()
            condition = condition | (Q(pk__in=hosts.values("activity")) & ~Q(state__in=UNSUBMITTED))
        return self.filter(condition)


class Activity(models.Model):
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(
        "branches.Organisation", verbose_name="党组织", on_delete=models.PROTECT, related_name="activities"
    )
    title = models.CharField("主题", max_length=200, blank=True)
    day = models.DateField("日期")
    starts_at = models.TimeField("开始时间", null=True, blank=True)
    ends_at = models.TimeField("结束时间", null=True, blank=True)
    # A training may take several days, and a class says how many hours it was; nothing else has either.
    last_day = models.DateField("结束日期", null=True, blank=True)
    hours_stated = models.DecimalField("培训学时", max_digits=5, decimal_places=1, null=True, blank=True)
    # Of a record whose times nobody knows: how long it took as its secretary stated later and his reviewer confirmed
    # (members/education: 据实补填); times that are entered after all take its place.
    hours_mended = models.DecimalField("据实补填的学时", max_digits=3, decimal_places=1, null=True, editable=False)
    place = models.CharField("地点", max_length=100, blank=True)
    chair = models.ForeignKey(
        "members.Member",
        verbose_name="主持人",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    chair_name = models.CharField(max_length=64, blank=True)
    recorder_name = models.CharField("记录人", max_length=64, blank=True)
    lecturer_name = models.CharField("授课人", max_length=64, blank=True)
    content = models.TextField("议程与决议", max_length=20000, blank=True)
    way = models.CharField("服务业务的方式", max_length=10, choices=Way.choices, blank=True)
    building = models.CharField("所属方面", max_length=12, choices=BuildingField.choices, blank=True)
    way_from = models.CharField("方式来源", max_length=6, choices=NatureSource.choices, blank=True, editable=False)
    building_from = models.CharField("方面来源", max_length=6, choices=NatureSource.choices, blank=True, editable=False)
    # Several may be minuted in one meeting (TOPICS_OF).
    # What the trail calls the codes of a list (branches/audit/history.py).
    TRAIL_NAMES = {"topics": dict(Topic.choices)}
    topics = models.JSONField("议题", default=list, blank=True)
    # 应到、实到 of an imported ledger, kept as written; counted from attendance otherwise.
    written_expected = models.PositiveIntegerField("应到", null=True, blank=True)
    written_present = models.PositiveIntegerField("实到", null=True, blank=True)
    # Of the meeting that the record as a whole is named by, in its own organisation; null: its kinds know no quorum.
    voters_expected = models.PositiveIntegerField(null=True, editable=False)
    voters_present = models.PositiveIntegerField(null=True, editable=False)
    # Whether it can pass resolutions; whether it counts is judged for each host and kind (ActivityJudgement).
    valid = models.BooleanField(default=True, editable=False)
    # 补办: first day of the earlier period that this record makes up for.
    makes_up_for = models.DateField("补办", null=True, blank=True)
    state = models.CharField("状态", max_length=10, choices=ActivityState.choices, default=ActivityState.DRAFT)
    origin = models.CharField(
        max_length=10, choices=[("form", "登记"), ("import", "导入")], default="form", editable=False
    )
    ordinal = models.PositiveSmallIntegerField(default=1, editable=False)
    edited_by_hand = models.BooleanField(default=False, editable=False)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created = models.DateTimeField(default=timezone.now, editable=False)
    changed = models.DateTimeField(default=timezone.now, editable=False)
    submitted_at = models.DateTimeField(null=True, editable=False)
    # The last return, of which a record may come back without being late.
    returned_at = models.DateTimeField(null=True, editable=False)
    # When its writers took it back last, and what its submissions said first (lateness.py); null: as the row stands.
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    first_said = models.JSONField(null=True, editable=False)
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField(null=True, editable=False)
    review_opened_at = models.DateTimeField(null=True, editable=False)
    # Accepted in one go with others: nobody has read what was written by hand beside it.
    accepted_together = models.BooleanField(default=False, editable=False)
    no_reviewer = models.BooleanField("无上级审核", default=False, editable=False)
    return_reason = models.CharField("退回原因", max_length=500, blank=True)
    # What the reviewer asks to be changed, and the version as it was returned: whether anything has changed since.
    return_field = models.CharField("请修改", max_length=12, choices=ReturnField.choices, blank=True, editable=False)
    returned_version = models.PositiveIntegerField(null=True, editable=False)
    answer = models.CharField("答复审核人", max_length=500, blank=True)
    cancel_reason = models.CharField("取消原因", max_length=500, blank=True, editable=False)
    late = models.BooleanField("迟报", default=False, editable=False)
    # When the last correction after acceptance was submitted that the record stands by; null where there is none.
    revised_at = models.DateTimeField(null=True, editable=False)
    # Hidden in the form: a second post of the same form finds the first record (fault F13).
    form_key = models.UUIDField(null=True, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ActivityQuerySet.as_manager()
    # Set by selectors.records.figures_for: how many were expected and there, None where nobody knows.
    expected: int | None
    present: int | None
    short: bool
    # Of a requirement's page: that it counts without figures, "" where it has them.
    no_figures: str
    # Kinds of a record that a form describes and nobody has saved yet (the live panel reads them).
    unsaved_kinds: Sequence[str] = ()
    # Of a copy that says what a correction says so far (members/activities/versions.py: as_corrected).
    correction: "ActivityRevision | None" = None
    corrects: date | None = None
    typed: Any = None

    class Meta:
        verbose_name = verbose_name_plural = "活动记录"
        default_permissions = ()
        ordering = ["-day", "-pk"]
        indexes = [
            models.Index(fields=["organisation", "day"], name="activity_place_day"),
            models.Index(fields=["day"], name="activity_day"),
            models.Index(fields=["state", "submitted_at"], name="activity_waiting"),
            # Most records name no lecturer: who looks for names leaves those out, and the planner knows how few the others are.
            models.Index(fields=["lecturer_name"], name="activity_named_lecturer", condition=~Q(lecturer_name="")),
            # Of what waits, all that the badge of reviewers asks on every page.
            models.Index(
                fields=["organisation", "id"], name="activity_submitted", condition=Q(state=ActivityState.SUBMITTED)
            ),
            # The longest waiting first, as the queue has them: its first page reads no other.
            models.Index(
                Coalesce("revised_at", "submitted_at"),
                "id",
                name="activity_in_queue",
                condition=Q(state=ActivityState.SUBMITTED),
            ),
            # Few were corrected: those whose links wait anew for a yes.
            models.Index(fields=["id"], name="activity_corrected", condition=Q(revised_at__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=ActivityState.values), name="activity_state_known"),
            models.CheckConstraint(
                condition=Q(written_present__isnull=True)
                | Q(written_expected__isnull=True)
                | Q(written_present__lte=F("written_expected")),
                name="activity_present_within_expected",
            ),
            models.CheckConstraint(
                condition=Q(last_day__isnull=True) | Q(last_day__gt=F("day")), name="activity_last_day_after_day"
            ),
            models.CheckConstraint(
                condition=Q(hours_stated__isnull=True) | Q(hours_stated__gt=0), name="activity_hours_stated_positive"
            ),
            models.CheckConstraint(
                condition=Q(hours_mended__isnull=True) | Q(hours_mended__gt=0, hours_mended__lte=8),
                name="activity_hours_mended_within_a_day",
            ),
        ]

    def __str__(self):
        return f"{self.kinds_label} {self.day:%m-%d}" if self.pk else "新活动"

    @property
    def codes(self) -> list[str]:
        return [row.kind for row in self.kinds.all()] if self.pk else list(self.unsaved_kinds)

    @property
    def kinds_label(self) -> str:
        return words_of_kinds(self.codes)

    @property
    def topics_label(self) -> str:
        return "、".join(Topic(topic).label for topic in self.topics if topic in Topic.values)

    @property
    def nature_label(self) -> str:
        """「系统判断：融合 · 思想建设」; a record that serves no business has no way; "" while nobody has judged it."""
        words = " · ".join(filter(None, [self.get_way_display(), self.get_building_display()]))
        sources = (self.way_from, self.building_from)
        said = NatureSource.PERSON if NatureSource.PERSON in sources else NatureSource.SYSTEM
        return f"{said.label}：{words}" if words else ""

    @property
    def as_returned(self) -> bool:
        """Whether a returned record stands as it was returned: nothing changed and nothing answered."""
        return self.state == ActivityState.RETURNED and self.version == self.returned_version

    @property
    def made_up_label(self) -> str:
        """The kinds with which it makes up for an earlier period, where these are not all of them."""
        rows = list(self.kinds.all())
        made_up = [row.get_kind_display() for row in rows if row.made_up]
        return "、".join(made_up) if len(made_up) < len(rows) else ""

    @property
    def length(self) -> "Length":
        """What it says of how long it took."""
        return Length(self.day, self.starts_at, self.ends_at, self.last_day, self.hours_stated, self.hours_mended)

    @property
    def is_mended(self) -> bool:
        """Whether its length is known only because it was stated later (据实补填)."""
        return self.hours_mended is not None and replace(self.length, mended=None).minutes is None

    @property
    def hours(self) -> float | None:
        """Length in hours, or None where neither times nor hours are said (decisions 29)."""
        minutes = self.length.minutes
        return None if minutes is None else minutes / 60


@dataclass(frozen=True)
class Length:
    """What a record says of how long it took: its first day, times, last day where it took several, hours as stated.

    mended: hours stated later of a record without times, once its reviewer had confirmed them.
    """

    day: date
    starts_at: time | None = None
    ends_at: time | None = None
    last_day: date | None = None
    stated: Decimal | None = None
    mended: Decimal | None = None

    # The columns of Activity in the order of the fields.
    COLUMNS = ("day", "starts_at", "ends_at", "last_day", "hours_stated", "hours_mended")

    @property
    def days(self) -> int:
        return (self.last_day - self.day).days + 1 if self.last_day and self.last_day > self.day else 1

    @property
    def minutes(self) -> int | None:
        """Minutes as stated, else between the times on each of the days, else as mended; None where none is known."""
        if self.stated is not None:
            return int(60 * self.stated)
        hours = hours_between(self.starts_at, self.ends_at)
        if hours is not None:
            return round(60 * hours) * self.days
        return None if self.mended is None or self.days > 1 else int(60 * self.mended)

    def spread(self, minutes: int) -> Iterator[tuple[date, int]]:
        """Yield (day, minutes) of so many minutes over its days, the first days taking the odd ones."""
        each, odd = divmod(minutes, self.days)
        for number in range(self.days):
            yield self.day + timedelta(days=number), each + (number < odd)


def hours_between(start: time | None, end: time | None) -> float | None:
    """Return the hours from one time of day to a later one, or None where either is unknown or they contradict."""
    if not start or not end:
        return None
    minutes = (end.hour - start.hour) * 60 + end.minute - start.minute
    return minutes / 60 if minutes > 0 else None


class RevisionState(models.TextChoices):
    DRAFT = "draft", "更正中"
    SUBMITTED = "submitted", "更正待审"
    RETURNED = "returned", "更正被退回"
    ACCEPTED = "accepted", "已通过"
    DISCARDED = "discarded", "退回后放弃"


class ActivityRevisionQuerySet(models.QuerySet):
    def in_hand(self) -> Self:
        """The corrections that their writers have: begun, or returned to them."""
        return self.filter(state__in=(RevisionState.DRAFT, RevisionState.RETURNED))


class ActivityRevision(models.Model):
    """A version of a record that was corrected after its acceptance; `data` holds it whole (members/activities/versions.py).

    Number 1 is the record as first accepted. The record's own row says what the submitted or the last accepted version
    says; a correction that its writers have in hand waits here alone, and at most one does.
    """

    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=10, choices=RevisionState.choices, default=RevisionState.DRAFT)
    reason = models.CharField("更正原因", max_length=500, blank=True)
    data = models.JSONField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created = models.DateTimeField(default=timezone.now)
    submitted_at = models.DateTimeField(null=True)
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField(null=True)
    return_reason = models.CharField("退回原因", max_length=500, blank=True)
    return_field = models.CharField("请修改", max_length=12, choices=ReturnField.choices, blank=True)
    # To the reviewer who returned it; with the submission it becomes the record's (Activity.answer).
    answer = models.CharField("答复审核人", max_length=500, blank=True)
    # What it said when it was returned: whether anything has changed since.
    returned_data = models.JSONField(null=True, editable=False)
    # Of the draft, for two who write in it at once.
    version = models.PositiveIntegerField(default=1)

    objects = ActivityRevisionQuerySet.as_manager()
    # For the list of versions: who and when in words, and the look of its state.
    said: str
    chip: str

    class Meta:
        default_permissions = ()
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["activity", "number"], name="activity_revision_number"),
            models.UniqueConstraint(
                fields=["activity"],
                condition=Q(state__in=["draft", "submitted", "returned"]),
                name="activity_revision_one_open",
            ),
        ]

    def __str__(self):
        return f"第 {self.number} 版"


class ActivityWriter(models.Model):
    """Somebody who wrote in a record since its last return, or made it; he does not review it (writers.py)."""

    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="writers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["activity", "user"], name="activity_writer_once")]

    def __str__(self):
        return str(self.user)


class ActivityKind(models.Model):
    """A record carries one or more kinds; it may meet one requirement of each."""

    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="kinds")
    kind = models.CharField(max_length=25, choices=ActivityKindCode.choices)
    # Where the record makes up for an earlier period: whether it does so with this kind.
    made_up = models.BooleanField("补办", default=True)

    class Meta:
        default_permissions = ()
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["activity", "kind"], name="activity_kind_once")]
        indexes = [models.Index(fields=["kind", "activity"], name="activity_kind")]

    def __str__(self):
        return self.get_kind_display()


class ActivityHost(models.Model):
    """Another organisation of a joint record; it counts there once its own secretary has confirmed (decisions 10)."""

    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="hosts")
    organisation = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="hosted")
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["activity", "organisation"], name="activity_host_once")]

    def __str__(self):
        return str(self.organisation)


class ActivityJudgement(models.Model):
    """How a record counts for one host with one kind; written by members/activities/judgement.py only.

    since: the day from which it exists for the host (submitted, confirmed), None where it always has. body, expected,
    present, needed: the quorum it was judged by, empty where none is asked.
    """

    activity = models.ForeignKey(Activity, on_delete=models.CASCADE, related_name="judgements")
    organisation = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=25, choices=ActivityKindCode.choices)
    valid = models.BooleanField()
    late = models.BooleanField()
    makes_up_for = models.DateField(null=True)
    since = models.DateField(null=True)
    body = models.CharField(max_length=15, blank=True)
    expected = models.PositiveIntegerField(null=True)
    present = models.PositiveIntegerField(null=True)
    needed = models.PositiveIntegerField(null=True)

    class Meta:
        default_permissions = ()
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["activity", "organisation", "kind"], name="activity_judgement_once")
        ]
        indexes = [
            models.Index(fields=["organisation", "kind"], name="activity_judgement_place"),
            models.Index(
                fields=["makes_up_for"], condition=Q(makes_up_for__isnull=False), name="activity_judgement_makes_up"
            ),
        ]

    def __str__(self):
        return f"{self.organisation} {self.get_kind_display()}"
