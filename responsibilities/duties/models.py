"""Duty lists of each level and the member's own (责任清单), and what holders say about each duty."""

from collections.abc import Collection, Sequence

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from branches.reach.models import Appointment
from branches.reach.querysets import ScopedQuerySet
from branches.reach.reach import reach, reach_of
from branches.reach.rights import ASSIGN, MEMBERS, PUBLISH, VIEW
from common import clock
from common.names import entered_by
from common.operator import OPERATOR


class Level(models.TextChoices):
    PARTY_GROUP = "party_group", "党组"
    PARTY_GROUP_SECRETARY = "party_group_secretary", "党组书记"
    LEADER = "leader", "班子成员"
    COMMITTEE = "committee", "机关党委"
    DISCIPLINE = "discipline", "机关纪委"
    GENERAL_BRANCH = "general_branch", "党总支"
    BRANCH = "branch", "党支部"
    MEMBER = "member", "党员"


# What each level does, as the chain of responsibility names it.
LEVEL_ROLES = {
    Level.PARTY_GROUP: "集体领导",
    Level.PARTY_GROUP_SECRETARY: "负总责",
    Level.LEADER: "分工负责",
    Level.COMMITTEE: "组织实施",
    Level.DISCIPLINE: "专责监督",
    Level.GENERAL_BRANCH: "上下衔接",
    Level.BRANCH: "具体落实",
    Level.MEMBER: "积极参加",
}
# The levels that schemes assess.
SCORED = (Level.COMMITTEE, Level.GENERAL_BRANCH, Level.BRANCH)
# From the top down: a duty may serve one of a level further up only.
LEVEL_ORDER = tuple(Level)


class ListState(models.TextChoices):
    DRAFT = "draft", "草稿"
    ISSUED = "issued", "已下达"


def _led(accounts: Collection[int]) -> models.QuerySet:
    """Return the ids of the Party groups whose secretaries these accounts are today."""
    rows = Appointment.objects.in_force(clock.today()).filter(user__in=accounts, role=Level.PARTY_GROUP_SECRETARY)
    return rows.order_by().values("organisation")


class DutyListQuerySet(ScopedQuerySet):
    def visible_to(self, user, right=VIEW):
        """Lists that the user may read, or (with another right) act on at their organisation.

        Lists of organisations follow the organisation. A leader's or the Party group secretary's own list is read by
        himself and by those who assign or publish there; a member's own by himself and by those who keep the roster there.
        Nobody of the same rank reads it. Drafts are read by those who make them: who assigns work, for members' lists also
        who keeps the roster.
        """
        if right != VIEW or user is OPERATOR:
            return self.filter(reach(user, right, "organisation__"))
        place = "organisation__"
        assigns = reach(user, ASSIGN, place)
        keeps = reach(user, MEMBERS, place)
        own = Q(holder=user.pk or 0) | Q(member__account=user.pk or 0)
        # Whoever acts for a leader reads that leader's list.
        principals = reach_of(user).principals
        if principals:
            theirs = Q(level=Level.PARTY_GROUP_SECRETARY, organisation__in=_led(principals))
            own |= Q(holder__in=principals) | theirs
        persons = (Level.PARTY_GROUP_SECRETARY, Level.LEADER)
        open_levels = ~Q(level__in=(*persons, Level.MEMBER)) & reach(user, VIEW, place)
        leaders = Q(level__in=persons) & (assigns | reach(user, PUBLISH, place))
        members = Q(level=Level.MEMBER) & keeps
        return self.filter((Q(state=ListState.ISSUED) & (own | open_levels | leaders)) | members | assigns)


class DutyList(models.Model):
    """What one holder owes in a year.

    holder: the account of a member of the leading group (level leader). member: the person of a member's own list. Other
    lists are held by the organisation; whoever is its secretary on the day answers for it.
    """

    organisation = models.ForeignKey(
        "branches.Organisation", verbose_name="党组织", on_delete=models.PROTECT, related_name="duty_lists"
    )
    year = models.PositiveSmallIntegerField("年度")
    level = models.CharField("层级", max_length=25, choices=Level.choices)
    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="duty_lists"
    )
    member = models.ForeignKey(
        "members.Member", null=True, blank=True, on_delete=models.PROTECT, related_name="duty_lists"
    )
    state = models.CharField("状态", max_length=10, choices=ListState.choices, default=ListState.DRAFT)
    document = models.CharField("下达文件", max_length=120, blank=True)
    issued_on = models.DateField("下达日期", null=True, blank=True)
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    noted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField("知悉时间", null=True)
    created = models.DateTimeField(default=timezone.now, editable=False)

    # What `year_lists` says of a list beside its columns.
    number: int
    soft: int
    people: str
    unnoted: bool
    unheld: bool

    objects = DutyListQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "责任清单"
        default_permissions = ()
        ordering = ["year", "pk"]
        indexes = [models.Index(fields=["year", "level"], name="duty_list_year_level")]
        constraints = [
            models.CheckConstraint(condition=Q(level__in=Level.values), name="duty_list_level_known"),
            models.CheckConstraint(
                condition=Q(level="leader", holder__isnull=False, member__isnull=True)
                | Q(level="member", holder__isnull=True, member__isnull=False)
                | (~Q(level__in=("leader", "member")) & Q(holder__isnull=True, member__isnull=True)),
                name="duty_list_holder_fits_level",
            ),
            models.UniqueConstraint(
                fields=["year", "level", "organisation"],
                condition=Q(holder__isnull=True, member__isnull=True),
                name="duty_list_once_for_place",
            ),
            models.UniqueConstraint(
                fields=["year", "holder"], condition=Q(holder__isnull=False), name="duty_list_once_for_holder"
            ),
            models.UniqueConstraint(
                fields=["year", "member"], condition=Q(member__isnull=False), name="duty_list_once_for_member"
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(issued_on__isnull=False), name="duty_list_issued_with_date"
            ),
        ]

    def __str__(self):
        return f"{self.year}年{self.holder_name}责任清单"

    @property
    def holder_name(self) -> str:
        """Whose list it is: the person where it is a person's, else the organisation (with its level)."""
        if self.holder:
            return self.holder.name
        if self.member:
            return self.member.name
        if self.level == Level.PARTY_GROUP_SECRETARY:
            return "党组书记"
        if self.level == Level.DISCIPLINE:
            return Level.DISCIPLINE.label
        return self.organisation.label


class DutyPeriod(models.TextChoices):
    MONTH = "month", "每月"
    QUARTER = "quarter", "每季度"
    HALF = "half", "每半年"
    YEAR = "year", "每年"
    # Follows the periods of the requirements that prove it.
    REQUIREMENTS = "requirements", "按各项义务的期限"
    # Once for each thing that happens: its due date is that thing's.
    EACH = "each", "逐项"


# The source of a duty written by hand that runs of a policy's procedure prove (proofs/policies.py).
BY_POLICY = "policies"


class DutyQuerySet(ScopedQuerySet):
    list_path = "list"

    def visible_to(self, user, right=VIEW):
        """Rows of the lists that the user may read (or act on)."""
        lists = DutyList.objects.order_by().visible_to(user, right)
        return self.filter(**{f"{self.list_path}__in": lists.values("pk")})


class DutyReportQuerySet(DutyQuerySet):
    list_path = "duty__list"


class Duty(models.Model):
    """One line of a list: how often, until when, by what it is proved, and the duty further up that it serves.

    How far it is, is derived (duties/progress.py); stored is only what people say (DutyReport).
    """

    list = models.ForeignKey(DutyList, on_delete=models.CASCADE, related_name="duties")
    # Key of the template (duties/templates); empty for one written by hand.
    key = models.CharField(max_length=30, blank=True)
    order = models.PositiveSmallIntegerField("序号", default=1)
    text = models.CharField("责任事项", max_length=200)
    detail = models.CharField("要求", max_length=500, blank=True)
    period = models.CharField("频次", max_length=15, choices=DutyPeriod.choices, default=DutyPeriod.YEAR)
    times = models.PositiveSmallIntegerField("次数", default=1)
    unit = models.CharField("单位", max_length=5, default="次")
    # "MM-DD" of the year, one for each period, divided by commas; empty: the last day of each period.
    due = models.CharField("时限", max_length=120, blank=True)
    proof = models.CharField("佐证", max_length=200, blank=True)
    # Where the system itself finds the proof: a key of duties/proofs/sources.py; empty: reported in words.
    source = models.CharField(max_length=40, blank=True)
    # Source `policies`: the policy whose procedure the organisation runs.
    policy = models.ForeignKey(
        "responsibilities.Policy",
        verbose_name="按哪项制度的程序认定",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="duties",
    )
    # Ids of the rulebook, divided by blanks.
    rules = models.CharField(max_length=300, blank=True)
    serves = models.ForeignKey(
        "self",
        verbose_name="服务于上级责任",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="served_by",
    )

    # What the chain of a duty knows of it: whether its reader may open it.
    mine: bool
    # What the page of a list says of a line: how often, on which rules, whether the number is the agency's own.
    often: str
    cited: Sequence[tuple[str, str]]
    own: bool
    soft: bool

    objects = DutyQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "责任事项"
        default_permissions = ()
        ordering = ["list", "order", "pk"]
        indexes = [models.Index(fields=["key"], name="duty_key")]
        constraints = [
            models.CheckConstraint(condition=Q(period__in=DutyPeriod.values), name="duty_period_known"),
            models.CheckConstraint(condition=~Q(pk=F("serves")), name="duty_serves_another"),
            models.CheckConstraint(
                condition=Q(source=BY_POLICY, policy__isnull=False) | (~Q(source=BY_POLICY) & Q(policy__isnull=True)),
                name="duty_policy_with_its_source",
            ),
        ]

    def __str__(self):
        return self.text

    @property
    def organisation(self):
        return self.list.organisation

    @property
    def rule_ids(self) -> tuple[str, ...]:
        return tuple(self.rules.split())


class ReportState(models.TextChoices):
    REPORTED = "reported", "待审核"
    ACCEPTED = "accepted", "已落实"
    RETURNED = "returned", "已退回"
    # Of old: the system held the proof and the holder said yes to it. Nothing is confirmed any more.
    CONFIRMED = "confirmed", "已确认"


class DutyReport(models.Model):
    """What the holder said of a duty in one period, in words."""

    duty = models.ForeignKey(Duty, on_delete=models.PROTECT, related_name="reports")
    # The period or the thing it is about, as in DutySlot.key: 2026H1, item/12.
    slot = models.CharField(max_length=30)
    state = models.CharField("状态", max_length=10, choices=ReportState.choices)
    text = models.CharField("落实情况", max_length=500, blank=True)
    paper = models.ForeignKey(
        "responsibilities.ProofFile", null=True, blank=True, on_delete=models.PROTECT, related_name="duty_reports"
    )
    reported_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    # The leader in whose name somebody else reported (代录).
    on_behalf_of = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="代谁录入",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    reported_at = models.DateTimeField(default=timezone.now)
    late = models.BooleanField("迟报", default=False)
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    reviewed_at = models.DateTimeField(null=True)
    return_reason = models.CharField("退回原因", max_length=300, blank=True)
    no_reviewer = models.BooleanField("无上级审核", default=False)

    objects = DutyReportQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "责任报告"
        default_permissions = ()
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["duty"], name="duty_report_to_judge", condition=Q(state=ReportState.REPORTED)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["duty", "slot"], name="duty_report_once"),
            models.CheckConstraint(condition=Q(state__in=ReportState.values), name="duty_report_state_known"),
        ]

    def __str__(self):
        return f"{self.duty} {self.slot}"

    @property
    def reporter(self) -> str:
        """Who said it, and in whose name."""
        return entered_by(self.reported_by, self.on_behalf_of)

    @property
    def organisation(self):
        return self.duty.list.organisation
