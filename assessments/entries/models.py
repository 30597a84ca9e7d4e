"""What people enter beside what is counted: bonus, veto, adjustment, a score by hand, who takes the last place of a quota; and
what an organisation says of itself beside it."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from assessments.scoring.numbers import plain
from branches.reach.querysets import ScopedQuerySet


class EntryKind(models.TextChoices):
    BONUS = "bonus", "加分"
    VETO = "veto", "否决情形"
    ADJUST = "adjust", "人工调整"
    SCORE = "score", "人工评分"
    DEDUCT = "deduct", "扣分"
    QUOTA = "quota", "名额取舍"
    CONDITION = "condition", "等次条件"


class EntryState(models.TextChoices):
    OPEN = "open", "待审定"
    APPROVED = "approved", "已审定"
    DECLINED = "declined", "未采纳"
    WITHDRAWN = "withdrawn", "已撤回"


class ManualEntry(models.Model):
    """One entry about one organisation in one period; it counts once another person than its author has approved it.

    item: its key among those of the scheme (items.py); label: how the scheme said it then. indicator: of an adjustment, a score
    by hand, or the one that a veto sets to zero. points: as entered, negative where an adjustment takes away; None where the
    scheme says them. document: what proves it (number of a paper, a notice). honour: of a bonus, the honour that it is for.
    """

    scheme_key = models.CharField(max_length=40)
    period = models.CharField(max_length=7)
    organisation = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=EntryKind.choices)
    item = models.CharField(max_length=80)
    label = models.CharField(max_length=200)
    indicator = models.CharField(max_length=40, blank=True)
    points = models.DecimalField("分值", max_digits=6, decimal_places=2, null=True)
    # Of a vote, what was counted at a meeting.
    tally = models.OneToOneField("assessments.Tally", null=True, on_delete=models.PROTECT, related_name="entry")
    honour = models.ForeignKey("members.Honour", null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField("理由", max_length=300)
    document = models.CharField("依据", max_length=120)
    state = models.CharField(max_length=10, choices=EntryState.choices, default=EntryState.OPEN)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    made = models.DateTimeField(default=timezone.now)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided = models.DateTimeField(null=True)
    answer = models.CharField(max_length=300, blank=True)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["-pk"]
        indexes = [models.Index(fields=["scheme_key", "period"], name="manual_entry_of_period")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="approved")
                | Q(made_by__isnull=True)
                | Q(decided_by__isnull=True)
                | ~Q(made_by=F("decided_by")),
                name="manual_entry_approved_by_another",
            ),
            # Said once: a second veto, score or place would say nothing, a second adjustment would hide the first.
            models.UniqueConstraint(
                fields=["scheme_key", "period", "organisation", "item", "indicator"],
                condition=Q(state__in=("open", "approved")) & ~Q(kind__in=("bonus", "deduct")),
                name="manual_entry_once",
            ),
            models.UniqueConstraint(
                fields=["scheme_key", "period", "honour"],
                condition=Q(state__in=("open", "approved"), honour__isnull=False),
                name="manual_entry_honour_once",
            ),
            models.CheckConstraint(
                condition=Q(honour__isnull=True) | Q(kind="bonus"), name="manual_entry_honour_of_bonus"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}：{self.label}"


class SelfRating(models.Model):
    """What an organisation says of one indicator that people judge, before its result is sent; the superior's word counts.

    level: of the scheme's levels, or ""; points: where the scheme asks for a figure.
    """

    scheme_key = models.CharField(max_length=40)
    period = models.CharField(max_length=7)
    organisation = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    indicator = models.CharField(max_length=40)
    level = models.CharField("自评档次", max_length=20, blank=True)
    points = models.DecimalField("自评", max_digits=6, decimal_places=2, null=True)
    text = models.CharField("自评说明", max_length=300)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    made = models.DateTimeField(default=timezone.now)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["scheme_key", "period", "organisation", "indicator"], name="self_rating_once"
            ),
        ]

    def __str__(self) -> str:
        return self.level or (plain(self.points) if self.points is not None else "")
