"""Party workers: who does Party work without a seat, how many staff there are, the training of a year with its classes, and study topics.

The register itself is derived from posts (selectors/register.py); a class is held as one record of training (ClassRecord).
"""

import uuid
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from branches.reach.querysets import ScopedQuerySet
from common.dated import DatedQuerySet
from common.operator import Actor
from members.activities.ties import RecordTie, RecordTieQuerySet, tie_constraints

POSTS_HOURS = "hours_post"


class Share(models.TextChoices):
    FULL = "full", "专职"
    PART = "part", "兼职"


class OfPlaceQuerySet(DatedQuerySet, ScopedQuerySet):  # type: ignore[override]  # the plugin's two managers
    pass


class PartyWork(models.Model):
    """Somebody does Party work at an organisation between two days, both included, without holding a seat there."""

    member = models.ForeignKey("members.Member", on_delete=models.PROTECT, related_name="party_work")
    organisation = models.ForeignKey(
        "branches.Organisation", verbose_name="党组织", on_delete=models.PROTECT, related_name="party_workers"
    )
    share = models.CharField("专兼职", max_length=5, choices=Share.choices, default=Share.PART)
    starts = models.DateField("起")
    ends = models.DateField("止", null=True, blank=True)

    objects = OfPlaceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "党务工作"
        default_permissions = ()
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["member", "organisation"], condition=Q(ends__isnull=True), name="party_work_one_open"
            ),
            models.CheckConstraint(condition=Q(ends__isnull=True) | Q(ends__gte=F("starts")), name="party_work_dates"),
            models.CheckConstraint(condition=Q(share__in=Share.values), name="party_work_share_known"),
        ]
        indexes = [models.Index(fields=["organisation", "starts"], name="party_work_at")]

    def __str__(self):
        return f"{self.member} {self.get_share_display()}党务"


class StaffTotal(models.Model):
    """How many work at an agency in all, from a day on: what the staff of its committee is measured against (org-staff-ratio)."""

    organisation = models.ForeignKey(
        "branches.Organisation", verbose_name="机关党委", on_delete=models.PROTECT, related_name="staff_totals"
    )
    number = models.PositiveIntegerField("机关工作人员总数")
    starts = models.DateField("起")
    ends = models.DateField("止", null=True, blank=True)

    objects = OfPlaceQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "机关工作人员总数"
        default_permissions = ()
        ordering = ["starts", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation"], condition=Q(ends__isnull=True), name="staff_total_one_open"
            ),
            models.UniqueConstraint(fields=["organisation", "starts"], name="staff_total_one_a_day"),
            models.CheckConstraint(condition=Q(ends__isnull=True) | Q(ends__gte=F("starts")), name="staff_total_dates"),
            models.CheckConstraint(condition=Q(number__gt=0), name="staff_total_number"),
        ]

    def __str__(self):
        return f"{self.organisation} {self.number} 人"


class Purpose(models.TextChoices):
    ROTATION = "rotation", "集中轮训"
    INDUCTION = "induction", "任职培训"
    SPECIAL = "special", "专题培训"
    CANDIDATES = "candidates", "发展对象培训"
    NEW_MEMBERS = "new_members", "新党员培训"


class Organiser(models.TextChoices):
    INSIDE = "inside", "本机关"
    UPPER = "upper", "上级或外单位"


class TrainingPlan(models.Model):
    """The training of one committee's year."""

    organisation = models.ForeignKey(
        "branches.Organisation", verbose_name="党组织", on_delete=models.PROTECT, related_name="training_plans"
    )
    year = models.PositiveSmallIntegerField("年度")
    title = models.CharField("名称", max_length=60)
    document = models.CharField("文号、存放处", max_length=80, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "培训计划"
        default_permissions = ()
        ordering = ["-year", "pk"]
        constraints = [models.UniqueConstraint(fields=["organisation", "year"], name="training_plan_once_a_year")]

    def __str__(self):
        return self.title


class TrainingClass(models.Model):
    """One class: planned, then held as a record, or cancelled with a reason.

    posts: kinds of post that are called (PostKind), empty where others are. hours: empty where days say it.
    organiser: who holds it; of an upper level's the staff keep one record with the people who went.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(
        "branches.Organisation", verbose_name="党组织", on_delete=models.PROTECT, related_name="training_classes"
    )
    plan = models.ForeignKey(TrainingPlan, null=True, blank=True, on_delete=models.PROTECT, related_name="classes")
    title = models.CharField("班次名称", max_length=60)
    purpose = models.CharField("类别", max_length=12, choices=Purpose.choices, default=Purpose.ROTATION)
    posts = models.JSONField("参加对象", default=list, blank=True)
    first = models.DateField("开班时间")
    last = models.DateField("结业时间")
    hours = models.DecimalField("学时", max_digits=4, decimal_places=1, null=True, blank=True)
    place = models.CharField("地点", max_length=60, blank=True)
    organiser = models.CharField("举办", max_length=6, choices=Organiser.choices, default=Organiser.INSIDE)
    lecturer = models.ForeignKey(
        "members.Resource", verbose_name="授课人", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    venue = models.ForeignKey(
        "members.Resource", verbose_name="共享场地", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    cancelled_on = models.DateField("取消日期", null=True, blank=True, editable=False)
    cancel_reason = models.CharField("取消原因", max_length=200, blank=True)
    # Hidden in the form: a second post of the same form finds the first class.
    form_key = models.UUIDField(null=True, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "培训班次"
        default_permissions = ()
        ordering = ["first", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(last__gte=F("first")), name="training_class_dates"),
            models.CheckConstraint(condition=Q(hours__isnull=True) | Q(hours__gt=0), name="training_class_hours"),
            models.CheckConstraint(condition=Q(purpose__in=Purpose.values), name="training_class_purpose_known"),
            models.CheckConstraint(condition=Q(organiser__in=Organiser.values), name="training_class_organiser_known"),
            models.CheckConstraint(
                condition=Q(cancelled_on__isnull=True) | ~Q(cancel_reason=""), name="training_class_cancelled_why"
            ),
        ]
        indexes = [models.Index(fields=["organisation", "first"], name="training_class_at")]

    def __str__(self):
        return self.title

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


class ClassRecord(RecordTie):
    """That a record of training is a class of the plan; the record counts, the class has no figures of its own."""

    training_class = models.ForeignKey(TrainingClass, on_delete=models.PROTECT, related_name="records")

    objects = RecordTieQuerySet.as_manager()  # type: ignore[misc]  # the plugin takes it for another attribute

    class Meta(RecordTie.Meta):
        abstract = False
        constraints = [*tie_constraints("class_record", "training_class")]
        indexes = [models.Index(fields=["training_class"], name="class_record_of")]

    def __str__(self):
        return str(self.training_class)


class Level(models.TextChoices):
    TAKEN = "taken", "采用"
    REFERENCE = "reference", "可参考"
    NOT_TAKEN = "not_taken", "未采用"


class StudyTopicQuerySet(ScopedQuerySet):
    def standing(self) -> Self:
        return self.filter(cancelled_on__isnull=True)

    def open(self) -> Self:
        """Topics whose finding is not there yet."""
        return self.standing().filter(found_on__isnull=True)


class StudyTopic(models.Model):
    """A question that a group looks into: set, maybe reported on midway, found, reviewed, then used.

    proposed: an organisation set it for itself, and nobody above asked for it. activity: where the finding was presented.
    """

    organisation = models.ForeignKey(
        "branches.Organisation", verbose_name="党组织", on_delete=models.PROTECT, related_name="study_topics"
    )
    lead = models.ForeignKey(
        "members.Member", verbose_name="课题负责人", on_delete=models.PROTECT, related_name="topics_led"
    )
    others = models.ManyToManyField(
        "members.Member", verbose_name="课题组成员", blank=True, related_name="topics_joined"
    )
    title = models.CharField("课题", max_length=60)
    question = models.CharField("要回答的问题", max_length=200)
    first = models.DateField("立题日期")
    due = models.DateField("结题时限")
    proposed = models.BooleanField("自行提出", default=False, editable=False)
    interim = models.CharField("中期情况", max_length=300, blank=True)
    interim_on = models.DateField("中期日期", null=True, blank=True)
    finding = models.TextField("研究结果", max_length=2000, blank=True)
    found_on = models.DateField("结题日期", null=True, blank=True)
    found_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    activity = models.ForeignKey(
        "members.Activity",
        verbose_name="汇报的会议",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    level = models.CharField("评定", max_length=10, choices=Level.choices, blank=True)
    reason = models.CharField("评定理由", max_length=200, blank=True)
    reviewed_on = models.DateField("评定日期", null=True, blank=True)
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+", editable=False
    )
    cancelled_on = models.DateField("终止日期", null=True, blank=True, editable=False)
    cancel_reason = models.CharField("终止原因", max_length=200, blank=True)
    form_key = models.UUIDField(null=True, unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = StudyTopicQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "调研课题"
        default_permissions = ()
        ordering = ["first", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(due__gte=F("first")), name="study_topic_dates"),
            models.CheckConstraint(condition=Q(level="") | Q(level__in=Level.values), name="study_topic_level_known"),
            models.CheckConstraint(
                condition=Q(found_on__isnull=True) | ~Q(finding=""), name="study_topic_found_with_words"
            ),
            models.CheckConstraint(
                condition=Q(level="") | Q(found_on__isnull=False, reviewed_on__isnull=False),
                name="study_topic_found_before_reviewed",
            ),
            models.CheckConstraint(
                condition=Q(cancelled_on__isnull=True) | ~Q(cancel_reason=""), name="study_topic_cancelled_why"
            ),
        ]
        indexes = [models.Index(fields=["organisation", "due"], name="study_topic_at")]

    def __str__(self):
        return self.title


class TopicUseQuerySet(ScopedQuerySet):
    organisation_path = "topic__organisation__"


class TopicUse(models.Model):
    """Where a finding went: a policy, practice, target or campaign that came from it, as the subject above says it.

    about: what it is and its id ("policy/12"); name: as it was called then.
    """

    topic = models.ForeignKey(StudyTopic, on_delete=models.PROTECT, related_name="uses")
    about = models.CharField(max_length=120)
    name = models.CharField("用在", max_length=80)
    day = models.DateField("日期")
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    added = models.DateTimeField(default=timezone.now, editable=False)

    objects = TopicUseQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "课题成果的转化"
        default_permissions = ()
        ordering = ["day", "pk"]
        constraints = [models.UniqueConstraint(fields=["topic", "about"], name="topic_used_once")]

    def __str__(self):
        return self.name

    @property
    def organisation(self) -> Any:
        return self.topic.organisation


def in_group(topic: StudyTopic, member: int | None) -> bool:
    """Whether a member (id) looks into a topic: its lead or one of the others."""
    return member is not None and (topic.lead_id == member or topic.others.filter(pk=member).exists())


def member_of(user: Actor) -> int | None:
    """Return the id of the member behind an account, None where there is none."""
    return getattr(getattr(user, "member", None), "pk", None)
