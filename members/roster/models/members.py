"""People, from applicant to full member, and where they belong on each day."""

import uuid
from datetime import date
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import BooleanField, Exists, ExpressionWrapper, F, OuterRef, Q

from branches.reach.querysets import ScopedQuerySet
from common import clock
from common.dated import DatedQuerySet
from common.fields import EncryptedField
from members.roster.models.standing import (
    PARTY_STAGES,
    MemberStage,
    PartyStatus,
    StageSpell,
    Standing,
    word_on,
)


class MemberQuerySet(ScopedQuerySet):
    """Members are visible through the organisation of their present (or last) membership."""

    organisation_path = "home__"

    def on_roster(self, organisation: Any, day: date) -> Self:
        """Party members of a branch (or of a small group) on `day`, whatever became of them later; `votes_on` knows who votes.

        Whose membership is suspended that day is shown apart and owed nothing (教育管理条例 article 24): he is not among them.
        """
        membership = Membership.objects.in_force(day).filter(Q(organisation=organisation) | Q(small_group=organisation))
        spells = StageSpell.objects.in_force(day).filter(member=OuterRef("pk")).order_by()
        rows = self.filter(
            Exists(spells.filter(stage__in=PARTY_STAGES)),
            ~stands(Standing.SUSPENDED, day),
            pk__in=membership.values("member"),
        )
        votes = Q(Exists(spells.filter(stage=MemberStage.FULL))) & ~Q(stands(Standing.UNDER_WATCH, day))
        return rows.annotate(voting=ExpressionWrapper(votes, BooleanField()))


def stands(state: str, day: date, path: str = "pk") -> Exists:
    """Return the condition «stands so on `day`» over members, or over rows whose column `path` is a member."""
    return Exists(PartyStatus.objects.in_force(day).filter(member=OuterRef(path), state=state).order_by())


# What separates the index of identity numbers from every other blind index.
IDENTITY_INDEX = "member.identity"


class Member(models.Model):
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField("姓名", max_length=64)
    initials = models.CharField(max_length=64, blank=True, editable=False)
    sex = models.CharField("性别", max_length=1, choices=[("男", "男"), ("女", "女")], blank=True)
    identity = EncryptedField("公民身份证号码", blank=True, index=("identity_index", IDENTITY_INDEX))
    identity_index = models.CharField(max_length=64, unique=True, null=True, editable=False)
    phone = EncryptedField("手机号码", blank=True)
    birth_date = models.DateField("出生日期", null=True, blank=True)
    ethnicity = models.CharField("民族", max_length=20, blank=True)
    education = models.CharField("学历", max_length=30, blank=True)
    work_post = models.CharField("工作岗位", max_length=100, blank=True)
    stage = models.CharField("人员类别", max_length=15, choices=MemberStage.choices)
    joined_on = models.DateField("加入党组织日期", null=True, blank=True)
    full_on = models.DateField("转为正式党员日期", null=True, blank=True)
    # Since when he votes where that is later than full_on: full membership counts from the end of the probation, a vote from the approval.
    votes_from = models.DateField("有表决权起", null=True, blank=True, editable=False)
    # 年老体弱、行动不便、重病: left out of every rate (党员教育管理工作条例 第二十三条).
    exempt_from = models.DateField("不作硬性要求起", null=True, blank=True)
    exempt_reason = models.CharField("不作硬性要求的原因", max_length=100, blank=True)
    remark = models.CharField("备注", max_length=200, blank=True)
    # Since when he belongs here no longer (his standing); from this day the years of keeping his numbers run.
    left_on = models.DateField("离开日期", null=True, blank=True, editable=False)
    # Since when nothing but name and history is held of him (control C47).
    forgotten_on = models.DateField("清除日期", null=True, blank=True, editable=False)
    # A case of development is open: it says what stage he stands in (members/development), nobody's hand.
    led_by_case = models.BooleanField(default=False, editable=False)
    account = models.OneToOneField(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="member"
    )
    # The branch of the open membership, kept beside it so that reach is one comparison.
    home = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+", editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    # The version as an import left it; another value or none: made or changed by hand (decisions 12).
    imported_version = models.PositiveIntegerField(null=True, editable=False)

    objects = MemberQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "党员"
        default_permissions = ()
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["initials"], name="member_initials"),
            # How they begin: the order of a locale does not say it.
            models.Index(fields=["initials"], name="member_initials_begin", opclasses=["varchar_pattern_ops"]),
            # How many there are of a stage, where most are of another.
            models.Index(fields=["stage", "home"], name="member_stage"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(full_on__isnull=True) | Q(joined_on__isnull=True) | Q(full_on__gte=F("joined_on")),
                name="member_full_after_joined",
            ),
        ]

    def __str__(self):
        return self.name

    @property
    def organisation(self) -> Any:
        return self.home

    @property
    def status(self) -> str:
        """How the person stands in the Party today, in words (正常, 停止党籍, 已转出 …); derived from the dated rows."""
        return word_on(self.party_statuses.all(), clock.today())

    @property
    def in_party(self) -> bool:
        """Whether the person is a Party member, or was one when he left; whoever is not has no standing in the Party."""
        return self.stage in PARTY_STAGES

    def votes_on(self, day: date) -> bool:
        """Return whether the person had a vote on `day`: as the roster of that day says where he was read from one.

        Neither a probationary member has one nor who is kept under watch (党章 articles 7 and 41).
        """
        said = self.__dict__.get("voting")
        return not self.probationary_on(day) if said is None else bool(said)

    def probationary_on(self, day: date) -> bool:
        """Return whether the person stood as a probationary member on `day` (no vote)."""
        full = self.full_since
        return self.joined_on is not None and self.joined_on <= day and (full is None or day < full)

    @property
    def full_since(self) -> date | None:
        """The day from which the person stands as a full member: that of the approval where full_on lies before it."""
        return max(filter(None, (self.full_on, self.votes_from))) if self.full_on is not None else None

    def exempt_on(self, day: date) -> bool:
        """Return whether the person is left out of rates on `day`."""
        return self.exempt_from is not None and self.exempt_from <= day


class MembershipQuerySet(DatedQuerySet, ScopedQuerySet):  # type: ignore[override]  # the plugin's two managers
    pass


class Membership(models.Model):
    """A person belongs to one branch (and perhaps one of its small groups) between two days, both included."""

    member = models.ForeignKey(Member, on_delete=models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="memberships")
    small_group = models.ForeignKey(
        "branches.Organisation",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="group_memberships",
    )
    starts = models.DateField("起")
    ends = models.DateField("止", null=True, blank=True)
    reason = models.CharField("原因", max_length=100, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "组织关系"
        default_permissions = ()
        ordering = ["starts"]
        constraints = [
            models.UniqueConstraint(fields=["member"], condition=Q(ends__isnull=True), name="membership_one_open"),
            models.UniqueConstraint(fields=["member", "starts"], name="membership_one_a_day"),
            models.CheckConstraint(
                condition=Q(ends__isnull=True) | Q(ends__gte=F("starts")), name="membership_ends_after_start"
            ),
        ]

    def __str__(self):
        return f"{self.member} {self.organisation}"
