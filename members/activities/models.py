"""One thing that happened: kinds, date, hosts, who was there, what was decided."""

import uuid
from collections.abc import Iterable, Sequence
from datetime import date, time
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from branches.kept_files.models import KeptFile
from branches.reach.querysets import ScopedQuerySet
from branches.reach.reach import reach
from branches.settings.joining import start_at
from branches.settings.start import start_of
from common import clock
from common.operator import Actor


class ActivityKindCode(models.TextChoices):
    ASSEMBLY = "assembly", "支部党员大会"
    COMMITTEE_MEETING = "committee_meeting", "支委会"
    GROUP_MEETING = "group_meeting", "党小组会"
    LECTURE = "lecture", "党课"
    THEME_DAY = "theme_day", "主题党日"
    ORG_LIFE = "org_life", "组织生活会"
    MEMBER_REVIEW = "member_review", "民主评议党员"
    TALK = "talk", "谈心谈话"
    ELECTION = "election", "换届选举"
    TRAINING = "training", "集中培训"
    STUDY = "study", "集中学习"
    STUDY_GROUP = "study_group", "中心组学习"
    PARTY_SPECIAL = "party_special", "专题研究党建会议"
    PARTY_GROUP_MEETING = "party_group_meeting", "党组会议"
    COMMITTEE_PLENARY = "committee_plenary", "机关党委会议"
    DEMOCRATIC_LIFE = "democratic_life", "民主生活会"
    ALL_HANDS = "all_hands", "机关党员干部大会"
    DEBRIEF = "debrief", "述职评议会"
    VISIT = "visit", "走访慰问"
    VISIT_BRANCH = "visit_branch", "联系点指导"
    OATH = "oath", "入党宣誓、重温誓词"
    DUES = "dues", "党费收缴"


def held_by(place: str, what: str) -> str:
    """Return who held what in one word, nothing of it said twice: 信息中心党支部 + 支部党员大会 → 信息中心党支部党员大会.

    place: label of an organisation. what: label of a kind, or of several.
    """
    doubled = next((size for size in range(min(len(place), len(what)), 0, -1) if what.startswith(place[-size:])), 0)
    return place + what[doubled:]


class ActivityState(models.TextChoices):
    PLANNED = "planned", "已计划"
    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "待审核"
    ACCEPTED = "accepted", "已通过"
    RETURNED = "returned", "已退回"
    CANCELLED = "cancelled", "已取消"


class Way(models.TextChoices):
    """How a record serves the business work."""

    AROUND = "around", "围绕"
    PERMEATE = "permeate", "渗透"
    MERGE = "merge", "融合"
    CONNECT = "connect", "对接"


class BuildingField(models.TextChoices):
    """The five fields of Party building."""

    THOUGHT = "thought", "思想建设"
    ORGANISATION = "organisation", "组织建设"
    CONDUCT = "conduct", "作风建设"
    INSTITUTION = "institution", "制度建设"
    INTEGRITY = "integrity", "党风廉政建设"


class NatureSource(models.TextChoices):
    """Who said which way and field a record has; "": nobody has judged it yet."""

    SYSTEM = "system", "系统判断"
    PERSON = "person", "人工选定"


class Topic(models.TextChoices):
    """What a meeting of an upper level says it was about; the rules that ask for such a meeting count by it."""

    GOVERNANCE = "governance", "全面从严治党"
    IDEOLOGY = "ideology", "意识形态工作"
    PARTY_BUILDING = "party_building", "机关党建"
    DEVELOPMENT = "development", "入党积极分子队伍分析"


# Which kinds of record are asked for their topics.
TOPICS_OF = {
    ActivityKindCode.PARTY_SPECIAL: (Topic.GOVERNANCE, Topic.IDEOLOGY, Topic.PARTY_BUILDING),
    ActivityKindCode.COMMITTEE_PLENARY: (Topic.DEVELOPMENT,),
}


class ReturnField(models.TextChoices):
    """The part of a record that its reviewer asks to be changed; the form opens there."""

    KINDS = "kinds", "类型"
    TITLE = "title", "主题"
    DAY = "day", "日期和时间"
    ATTENDANCE = "attendance", "考勤"
    CONTENT = "content", "议程与决议"
    RESOLUTIONS = "resolutions", "决议事项"
    LINKS = "links", "关联业务"
    FILES = "files", "附件"


# A record counts from submission on; a return takes it out again (decisions 20).
COUNTING_STATES = (ActivityState.SUBMITTED, ActivityState.ACCEPTED)
# What has not left its author's hands; other hosts of a joint record do not see it yet.
UNSUBMITTED = (ActivityState.PLANNED, ActivityState.DRAFT, ActivityState.CANCELLED)


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
            models.Index(fields=["lecturer_name"], name="activity_lecturer"),
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
    def hours(self) -> float | None:
        """Length in hours, or None where the times are unknown (decisions 29)."""
        return hours_between(self.starts_at, self.ends_at)


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


def words_of_kinds(codes: Iterable[str]) -> str:
    """Return how a record of these kinds is called: 支部党员大会＋党课."""
    return "＋".join(ActivityKindCode(code).label for code in codes) or "活动"


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
        indexes = [models.Index(fields=["organisation", "kind"], name="activity_judgement_place")]

    def __str__(self):
        return f"{self.organisation} {self.get_kind_display()}"


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
