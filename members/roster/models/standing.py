"""What somebody is in the Party on each day: his stage, his standing, and where he lives while he is away. Dated rows, ended and never overwritten."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import models
from django.db.models import F, Q

from branches.reach.querysets import ScopedQuerySet
from common.dated import DatedQuerySet


class MemberStage(models.TextChoices):
    APPLICANT = "applicant", "入党申请人"
    ACTIVIST = "activist", "入党积极分子"
    CANDIDATE = "candidate", "发展对象"
    PROBATIONARY = "probationary", "预备党员"
    FULL = "full", "正式党员"


PARTY_STAGES = (MemberStage.PROBATIONARY, MemberStage.FULL)


class StageSpellQuerySet(DatedQuerySet):
    # Nobody knows since when somebody of a ledger has been an applicant.
    open_start = True


class StageSpell(models.Model):
    """A person stood in one stage between two days, both included; without a start since before it was entered."""

    member = models.ForeignKey("members.Member", on_delete=models.CASCADE, related_name="stage_spells")
    stage = models.CharField("人员类别", max_length=15, choices=MemberStage.choices)
    starts = models.DateField("起", null=True, blank=True)
    ends = models.DateField("止", null=True, blank=True)

    objects = StageSpellQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "人员类别的起止"
        default_permissions = ()
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["member"], condition=Q(ends__isnull=True), name="stage_one_open"),
            models.UniqueConstraint(fields=["member", "starts"], name="stage_one_a_day"),
            models.CheckConstraint(
                condition=Q(ends__isnull=True) | Q(starts__isnull=True) | Q(ends__gte=F("starts")),
                name="stage_ends_after_start",
            ),
        ]

    def __str__(self):
        return f"{self.member} {self.get_stage_display()}"


class Standing(models.TextChoices):
    """How a member stands in the Party (党员教育管理工作条例 articles 24, 30, 31; 处分条例 for the last two)."""

    NORMAL = "normal", "正常"
    SUSPENDED = "suspended", "停止党籍"
    LOST = "lost", "失去联系"
    CORRECTING = "correcting", "限期改正"
    SANCTIONED = "sanctioned", "处分影响期内"
    UNDER_WATCH = "under_watch", "留党察看"
    LEFT = "left", "已出党"


class End(models.TextChoices):
    """Why a membership ended. The six removals are those of 党员教育管理工作条例 article 31."""

    TRANSFERRED = "transferred", "转出本机关"
    DECEASED = "deceased", "去世"
    RESIGNED = "resigned", "自愿退党"
    REMOVED_BELIEF = "removed_belief", "理想信念缺失，予以除名"
    REMOVED_RELIGION = "removed_religion", "信仰宗教教育不改，劝退或除名"
    REMOVED_INSISTS = "removed_insists", "思想退化坚持退党，予以除名"
    REMOVED_THREAT = "removed_threat", "以退党相要挟教育不改，劝退或除名"
    REMOVED_UNCHANGED = "removed_unchanged", "限期改正无转变，劝退或除名"
    SELF_LEFT = "self_left", "自行脱党，予以除名"
    EXPELLED = "expelled", "开除党籍"
    PROBATION_CANCELLED = "cancelled", "取消预备党员资格"
    UNSAID = "unsaid", "出党，台账未写明情形"


# What a file says of somebody who is gone, as ledgers say it: the years of keeping his data go by it.
TRANSFERRED, LEFT, DECEASED = "已转出", "已出党", "已去世"
GONE: dict[str, tuple[End, ...]] = {
    TRANSFERRED: (End.TRANSFERRED,),
    LEFT: tuple(end for end in End if end not in (End.TRANSFERRED, End.DECEASED)),
    DECEASED: (End.DECEASED,),
}
# On the day itself he still belongs: he is out from the next one. Everybody else is out from the day of the decision.
OUT_NEXT_DAY = (End.DECEASED,)


class PartyStatusQuerySet(DatedQuerySet, ScopedQuerySet):  # type: ignore[override]  # the plugin's two managers
    organisation_path = "member__home__"


class PartyStatus(models.Model):
    """How a member stood between two days, both included; without a row he stands as a member does.

    ground: of somebody who left one of End, else in words.
    """

    member = models.ForeignKey("members.Member", on_delete=models.PROTECT, related_name="party_statuses")
    state = models.CharField("党籍状态", max_length=15, choices=Standing.choices)
    ground = models.CharField("依据、情形", max_length=40, blank=True)
    document = models.CharField("决定、批复文号", max_length=80, blank=True)
    decided_in = models.ForeignKey(
        "members.Activity",
        verbose_name="作出决定的会议",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
    )
    starts = models.DateField("起")
    ends = models.DateField("止", null=True, blank=True)

    objects = PartyStatusQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "党籍状态"
        default_permissions = ()
        ordering = ["starts", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["member"], condition=Q(ends__isnull=True), name="standing_one_open"),
            models.UniqueConstraint(fields=["member", "starts"], name="standing_one_a_day"),
            models.CheckConstraint(condition=Q(ends__isnull=True) | Q(ends__gte=F("starts")), name="standing_dates"),
            models.CheckConstraint(condition=Q(state__in=Standing.values), name="standing_known"),
            models.CheckConstraint(
                condition=~Q(state=Standing.LEFT) | Q(ground__in=End.values), name="standing_left_with_ground"
            ),
        ]
        indexes = [models.Index(fields=["state", "starts"], name="standing_of_a_state")]

    def __str__(self):
        return f"{self.member} {self.word}"

    @property
    def organisation(self) -> Any:
        return self.member.home

    @property
    def word(self) -> str:
        """How it is called in a file: of somebody who left 已转出, 已去世 or 已出党."""
        if self.state != Standing.LEFT:
            return Standing(self.state).label
        return next(word for word, grounds in GONE.items() if self.ground in grounds)

    @property
    def ground_words(self) -> str:
        return End(self.ground).label if self.state == Standing.LEFT else self.ground

    def in_force(self, day: date) -> bool:
        return self.starts <= day and (self.ends is None or day <= self.ends)


def standing_on(rows: Iterable[PartyStatus], day: date) -> PartyStatus | None:
    """Return the row of one member that is in force on a day; None: he stands as a member does."""
    return next((row for row in rows if row.in_force(day)), None)


def word_on(rows: Iterable[PartyStatus], day: date) -> str:
    """Return how one member stands on a day in words, 正常 where nothing else is said."""
    row = standing_on(rows, day)
    return row.word if row is not None else Standing.NORMAL.label


class AwayKind(models.TextChoices):
    FLOATING = "floating", "流动党员"
    ABROAD = "abroad", "在国（境）外"
    POSTED = "posted", "外派、借调"


class AwayQuerySet(DatedQuerySet, ScopedQuerySet):  # type: ignore[override]  # the plugin's two managers
    organisation_path = "member__home__"


class Away(models.Model):
    """A member lives or works elsewhere between two days and still belongs to his branch."""

    member = models.ForeignKey("members.Member", on_delete=models.PROTECT, related_name="aways")
    kind = models.CharField("外出情形", max_length=10, choices=AwayKind.choices)
    place = models.CharField("所在地", max_length=60)
    # Whether he stays at one place: after six months there his membership is to go there too (教育管理条例 article 25).
    fixed = models.BooleanField("地点固定", default=False)
    # Registered as a floating member where he is (流入地党组织): a longer stay is no fault then.
    registered_on = models.DateField("在当地登记的日期", null=True, blank=True)
    starts = models.DateField("起")
    ends = models.DateField("止", null=True, blank=True)

    objects = AwayQuerySet.as_manager()

    class Meta:
        verbose_name = verbose_name_plural = "外出"
        default_permissions = ()
        ordering = ["starts", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["member"], condition=Q(ends__isnull=True), name="away_one_open"),
            models.CheckConstraint(condition=Q(ends__isnull=True) | Q(ends__gte=F("starts")), name="away_dates"),
            models.CheckConstraint(condition=Q(kind__in=AwayKind.values), name="away_kind_known"),
        ]

    def __str__(self):
        return f"{self.member} {self.get_kind_display()}"

    @property
    def organisation(self) -> Any:
        return self.member.home
