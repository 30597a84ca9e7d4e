"""What branches say of their results before these are frozen: confirmed, or objected to, indicator by indicator."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from branches.reach.querysets import ScopedQuerySet


class Opinion(models.Model):
    """A branch's 确认 of its result; it holds for these points alone, so that a later trial asks again."""

    assessment = models.ForeignKey("assessments.Assessment", on_delete=models.CASCADE, related_name="opinions")
    organisation = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    points = models.DecimalField(max_digits=6, decimal_places=1)
    out_of = models.DecimalField(max_digits=6, decimal_places=1)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    made = models.DateTimeField(default=timezone.now)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["assessment", "organisation"], name="opinion_once")]

    def __str__(self) -> str:
        return f"{self.organisation} 确认 {self.points}"


class ObjectionState(models.TextChoices):
    OPEN = "open", "待答复"
    DRAFTED = "drafted", "待复核"
    ANSWERED = "answered", "已答复"
    WITHDRAWN = "withdrawn", "已撤回"


class Decision(models.TextChoices):
    ACCEPTED = "accepted", "采纳"
    PARTLY = "partly", "部分采纳"
    REFUSED = "refused", "不采纳"


class Counting(models.TextChoices):
    """How what is taken in part counts; the points come from a new trial all the same."""

    LATE = "late", "按迟报计"
    SOME = "some", "只计入其中一部分记录"
    OTHER = "other", "按理由中写明的办法"


class Objection(models.Model):
    """A branch's objection to the points of one indicator, and the office's answer: drafted by one, released by another.

    turn: 1, or 2 for the one further objection after an answer (judgement 7.1). points, maximum: as they were objected to;
    points_after: as the trial had them when the answer was released. due: last day for the answer. then: the branch as the
    trial had it when it objected, {"so_far", "out_of", "rate", "reasons": [{"text", "points", "target"}]}; empty of older ones.
    """

    assessment = models.ForeignKey("assessments.Assessment", on_delete=models.PROTECT, related_name="objections")
    organisation = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    indicator = models.CharField(max_length=40)
    name = models.CharField(max_length=60)
    turn = models.PositiveSmallIntegerField(default=1)
    reason = models.CharField("异议理由", max_length=300)
    records = models.ManyToManyField("members.Activity", verbose_name="有关记录", blank=True, related_name="+")
    points = models.DecimalField(max_digits=6, decimal_places=1)
    maximum = models.DecimalField(max_digits=6, decimal_places=1)
    then = models.JSONField(default=dict, editable=False)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    made = models.DateTimeField(default=timezone.now)
    due = models.DateField()
    state = models.CharField(max_length=10, choices=ObjectionState.choices, default=ObjectionState.OPEN)
    decision = models.CharField("答复", max_length=10, choices=Decision.choices, blank=True)
    counting = models.CharField("计入办法", max_length=10, choices=Counting.choices, blank=True)
    answer = models.CharField("答复理由", max_length=300, blank=True)
    # Why the second person did not release a draft.
    sent_back = models.CharField(max_length=300, blank=True)
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    drafted = models.DateTimeField(null=True)
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    released = models.DateTimeField(null=True)
    points_after = models.DecimalField(max_digits=6, decimal_places=1, null=True)
    # When those who release answers were told that this one is overdue.
    overdue_told = models.DateTimeField(null=True, editable=False)

    objects = ScopedQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["assessment", "organisation", "indicator", "turn"],
                condition=~Q(state="withdrawn"),
                name="objection_once",
            ),
            models.CheckConstraint(condition=Q(turn__in=(1, 2)), name="objection_turns"),
            # Nobody answers alone, and nobody his own.
            models.CheckConstraint(
                condition=Q(drafted_by__isnull=True) | Q(released_by__isnull=True) | ~Q(drafted_by=F("released_by")),
                name="objection_released_by_another",
            ),
            models.CheckConstraint(
                condition=Q(made_by__isnull=True)
                | (Q(drafted_by__isnull=True) | ~Q(drafted_by=F("made_by")))
                & (Q(released_by__isnull=True) | ~Q(released_by=F("made_by"))),
                name="objection_not_answered_by_its_author",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} {self.name}"

    @property
    def unanswered(self) -> bool:
        return self.state in (ObjectionState.OPEN, ObjectionState.DRAFTED)
