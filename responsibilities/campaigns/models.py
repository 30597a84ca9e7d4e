"""Campaigns (载体): theme campaigns and contests of a committee, brand projects of a branch; goals, milestones, records, outcomes."""

from datetime import date, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from branches.reach.querysets import ScopedQuerySet
from branches.reach.reach import reach, reach_of
from branches.reach.rights import ASSIGN, VIEW
from common.dated import DatedQuerySet
from members.activities.models import ActivityKindCode
from members.activities.ties import RecordTie, tie_constraints

# Names of the measures.
CAMPAIGN_RECORDS, CAMPAIGN_MILESTONES, CAMPAIGNS_ACCEPTED = (
    "campaigns.records",
    "campaigns.milestones",
    "campaigns.accepted",
)
# Days after its end within which a campaign is summed up.
CLOSING_DAYS = 30


class CampaignKind(models.TextChoices):
    THEME = "theme", "主题活动"
    CONTEST = "contest", "争创"
    BRAND = "brand", "品牌项目"


class Contest(models.TextChoices):
    LEARNING = "learning", "学习型机关"
    CIVILISED = "civilised", "文明机关"
    SERVICE = "service", "优质服务处室"
    OTHER = "other", "其他争创"


class Approach(models.TextChoices):
    """What a campaign builds on; the hints stand on the board."""

    OCCASION = "occasion", "借机造势"
    DRIVE = "drive", "借势发力"
    THEME = "theme", "借题发挥"
    GROUND = "ground", "借体生根"


APPROACH_HINTS = {
    Approach.OCCASION: "结合党和国家的大事",
    Approach.DRIVE: "在党组关注的工作中",
    Approach.THEME: "在主题活动中升华",
    Approach.GROUND: "在创建活动中夯实基础",
}


class CampaignState(models.TextChoices):
    """What somebody decided; running, under review and closed follow from the days (rules.py: stage_of)."""

    DRAFT = "draft", "草稿"
    PUBLISHED = "published", "已发布"
    CANCELLED = "cancelled", "已终止"
    # Of brand projects.
    APPLIED = "applied", "待审定"
    RETURNED = "returned", "已退回"
    APPROVED = "approved", "实施中"
    SUBMITTED = "submitted", "待验收"
    ACCEPTED = "accepted", "已验收"
    FAILED = "failed", "未通过验收"


# What is read by its organisation and above alone.
INSIDE = (CampaignState.DRAFT, CampaignState.APPLIED, CampaignState.RETURNED)
# Records are tied and milestones are owed.
LIVE = (CampaignState.PUBLISHED, CampaignState.APPROVED, CampaignState.SUBMITTED)
# Milestones that were owed stay in the numbers.
COUNTED = (*LIVE, CampaignState.ACCEPTED, CampaignState.FAILED)


class CampaignQuerySet(ScopedQuerySet):
    def visible_to(self, user, right=VIEW):
        """Drafts for who assigns work; applications for the branch and above; all else for whoever reads any organisation."""
        if right != VIEW:
            return self.filter(reach(user, right, "organisation__"))
        applied = Q(state__in=INSIDE) & ~Q(state=CampaignState.DRAFT) & reach(user, VIEW, "organisation__")
        drafts = Q(state=CampaignState.DRAFT) & reach(user, ASSIGN, "organisation__")
        if not reach_of(user).anywhere(VIEW):
            return self.filter(applied | drafts)
        return self.filter(applied | drafts | ~Q(state__in=INSIDE))

    def live(self):
        return self.filter(state__in=LIVE)


class Campaign(models.Model):
    organisation = models.ForeignKey(
        "branches.Organisation", verbose_name="主办组织", on_delete=models.PROTECT, related_name="campaigns"
    )
    kind = models.CharField("类别", max_length=8, choices=CampaignKind.choices)
    contest = models.CharField("争创", max_length=10, choices=Contest.choices, blank=True)
    title = models.CharField("名称", max_length=60)
    approach = models.CharField("用法", max_length=10, choices=Approach.choices)
    # Which event, concern, theme or drive it uses.
    occasion = models.CharField("借助什么", max_length=60)
    document = models.CharField("依据文件", max_length=80, blank=True)
    starts = models.DateField("开始日期")
    ends = models.DateField("结束日期")
    words = models.CharField("记录中会写到的词", max_length=60, blank=True)
    criteria = models.JSONField("争创标准", default=list, blank=True)
    state = models.CharField("状态", max_length=10, choices=CampaignState.choices, default=CampaignState.DRAFT)
    # Of a brand project: what it solves, how it differs.
    problem = models.CharField("解决什么问题", max_length=200, blank=True)
    difference = models.CharField("特色做法", max_length=200, blank=True)
    prolonged_to = models.DateField("延期至", null=True, blank=True)
    prolong_reason = models.CharField("延期原因", max_length=200, blank=True)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    created = models.DateTimeField(default=timezone.now, editable=False)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField(default=1, editable=False)
    # Published, or applied for.
    issued_on = models.DateField("发布或申报日期", null=True, editable=False)
    # Of a brand project: the decision on its application, the record of the meeting where one took it, its acceptance.
    decided_on = models.DateField("审定日期", null=True, editable=False)
    decided_in = models.ForeignKey(
        "members.Activity", verbose_name="审定会议", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    accepted_on = models.DateField("验收日期", null=True, editable=False)
    return_reason = models.CharField("退回原因", max_length=200, blank=True)
    cancel_reason = models.CharField("终止原因", max_length=200, blank=True)

    objects = CampaignQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "载体"
        default_permissions = ()
        ordering = ["-starts", "-pk"]
        indexes = [models.Index(fields=["state", "starts"], name="campaign_state_starts")]
        constraints = [
            models.CheckConstraint(condition=Q(state__in=CampaignState.values), name="campaign_state_known"),
            models.CheckConstraint(condition=Q(ends__gt=F("starts")), name="campaign_ends_after_start"),
            models.CheckConstraint(
                condition=~Q(state=CampaignState.CANCELLED) | ~Q(cancel_reason=""),
                name="campaign_cancelled_with_reason",
            ),
            models.CheckConstraint(
                condition=~Q(state=CampaignState.RETURNED) | ~Q(return_reason=""), name="campaign_returned_with_reason"
            ),
            models.CheckConstraint(
                condition=Q(prolonged_to__isnull=True) | (Q(prolonged_to__gt=F("ends")) & ~Q(prolong_reason="")),
                name="campaign_prolonged_with_reason",
            ),
        ]

    def __str__(self):
        return self.title

    @property
    def last_day(self) -> date:
        """The last day, as it was prolonged."""
        return self.prolonged_to or self.ends

    @property
    def closes_on(self) -> date:
        """The last day on which it is summed up; then what is missing reads 未小结."""
        return self.last_day + timedelta(days=CLOSING_DAYS)

    @property
    def is_brand(self) -> bool:
        return self.kind == CampaignKind.BRAND

    @property
    def kind_label(self) -> str:
        return self.get_contest_display() if self.contest else self.get_kind_display()


class OfCampaignQuerySet(ScopedQuerySet):
    def visible_to(self, user, right=VIEW):
        """Rows of the campaigns that the user may read (or act on)."""
        rows = Campaign.objects.order_by().visible_to(user, right)
        return self.filter(campaign__in=rows.values("pk"))


class ParticipationSource(models.TextChoices):
    INVITED = "invited", "受邀"
    JOINED = "joined", "自行参加"
    OWN = "own", "本支部的品牌"


class ParticipationQuerySet(DatedQuerySet, ScopedQuerySet):  # type: ignore[override]  # the plugin's two managers
    def asked(self):
        """Invitations that wait for an answer."""
        return self.filter(starts__isnull=True, ends__isnull=True)

    def taken(self):
        """Those that take part, or did."""
        return self.filter(starts__isnull=False)


class Participation(models.Model):
    """An organisation takes part between two days; an invitation has no first day until it is taken up."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="participations")
    organisation = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="participations")
    source = models.CharField(max_length=8, choices=ParticipationSource.choices)
    starts = models.DateField("参加日期", null=True, blank=True)
    ends = models.DateField("退出日期", null=True, blank=True)
    reason = models.CharField("退出原因", max_length=200, blank=True)

    objects = ParticipationQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "参加载体"
        default_permissions = ()
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "organisation"], condition=Q(ends__isnull=True), name="participation_open_once"
            ),
            models.CheckConstraint(
                condition=Q(ends__isnull=True) | Q(starts__isnull=True) | Q(ends__gte=F("starts")),
                name="participation_days_in_order",
            ),
        ]

    def __str__(self):
        return f"{self.organisation} {self.campaign}"


class CampaignGoal(models.Model):
    """What shall be reached: so many records of some kinds, or a measure."""

    TRAIL_NAMES = {"kinds": dict(ActivityKindCode.choices)}
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="goals")
    name = models.CharField("目标", max_length=60)
    kinds = models.JSONField("活动类型", default=list, blank=True)
    measure = models.CharField("计量项", max_length=60, blank=True)
    planned = models.DecimalField("计划", max_digits=8, decimal_places=2)
    unit = models.CharField("单位", max_length=5, default="次")

    objects = OfCampaignQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=Q(planned__gt=0), name="campaign_goal_above_zero")]

    def __str__(self):
        return self.name


class CampaignMilestone(models.Model):
    """Owed by all who take part, or by one organisation. Whether it is done follows from records (selectors/steps.py)."""

    TRAIL_NAMES = {"kinds": dict(ActivityKindCode.choices)}
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="milestones")
    organisation = models.ForeignKey(
        "branches.Organisation", null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    name = models.CharField("节点", max_length=60)
    due = models.DateField("时限")
    kinds = models.JSONField("活动类型", default=list, blank=True)
    # As first set: a new date keeps it.
    first_due = models.DateField(null=True, editable=False)
    move_reason = models.CharField("改期原因", max_length=200, blank=True)

    objects = OfCampaignQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["due", "pk"]
        indexes = [models.Index(fields=["due"], name="campaign_milestone_due")]

    def __str__(self):
        return self.name


class MilestoneResult(models.Model):
    """What no record shows: that a milestone was reached, said by the organisation."""

    milestone = models.ForeignKey(CampaignMilestone, on_delete=models.CASCADE, related_name="results")
    organisation = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    done_on = models.DateField("完成日期")
    text = models.CharField("结果", max_length=200)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    added = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        default_permissions = ()
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["milestone", "organisation"], name="milestone_result_once")]

    def __str__(self):
        return self.text


class CampaignRecord(RecordTie):
    """That a record belongs to a campaign."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="records")

    class Meta(RecordTie.Meta):
        constraints = tie_constraints("campaign_record", "campaign")


class OutcomeKind(models.TextChoices):
    FIGURE = "figure", "数据变化"
    AWARD = "award", "获得荣誉"
    POLICY = "policy", "形成制度"
    PRACTICE = "practice", "形成经验"
    SERVICE = "service", "服务成效"


class CampaignOutcome(models.Model):
    """What came of it; a figure before and after, or a sentence. honour: of an award, which is entered once among the honours."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="outcomes")
    organisation = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField("类别", max_length=8, choices=OutcomeKind.choices)
    text = models.CharField("成效", max_length=120)
    before = models.DecimalField("之前", max_digits=10, decimal_places=2, null=True, blank=True)
    figure = models.DecimalField("之后", max_digits=10, decimal_places=2, null=True, blank=True)
    unit = models.CharField("单位", max_length=5, blank=True)
    day = models.DateField("日期")
    # None of what was written before awards rested on honours.
    honour = models.ForeignKey(
        "members.Honour", verbose_name="表彰", null=True, blank=True, on_delete=models.PROTECT, related_name="outcomes"
    )

    objects = OfCampaignQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["day", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "honour"], condition=Q(honour__isnull=False), name="campaign_outcome_honour_once"
            ),
            models.CheckConstraint(
                condition=Q(honour__isnull=True) | Q(kind="award"), name="campaign_outcome_honour_of_award"
            ),
        ]

    def __str__(self):
        return self.text


class Level(models.TextChoices):
    GOOD = "good", "好"
    FAIRLY = "fairly", "较好"
    ORDINARY = "ordinary", "一般"
    POOR = "poor", "差"


class Verdict(models.TextChoices):
    """Of the acceptance of a brand project."""

    PASSED = "passed", "通过"
    MOSTLY = "mostly", "基本通过"
    FAILED = "failed", "不通过"


class CampaignClosing(models.Model):
    """How one who took part rates what was done, and how its superior does; the superior's counts, both stay."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="closings")
    organisation = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    own_level = models.CharField("自评", max_length=8, choices=Level.choices)
    own_text = models.CharField("小结", max_length=300)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    written_on = models.DateField("小结日期")
    level = models.CharField("上级评定", max_length=8, choices=[*Level.choices, *Verdict.choices], blank=True)
    reason = models.CharField("评定理由", max_length=200, blank=True)
    judged_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    judged_on = models.DateField("评定日期", null=True, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "载体小结"
        default_permissions = ()
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["campaign", "organisation"], name="campaign_closing_once"),
            models.CheckConstraint(condition=Q(level="") | ~Q(reason=""), name="campaign_judged_with_reason"),
            models.CheckConstraint(
                condition=Q(judged_by__isnull=True) | ~Q(judged_by=F("written_by")), name="campaign_judged_by_another"
            ),
        ]

    def __str__(self):
        return self.own_text[:40]
