"""Assessments of a period, results with their reasons: trial → sent to the branches → frozen → published, then immutable."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from assessments.scoring.numbers import plain
from branches.reach.querysets import ScopedQuerySet


class AssessmentState(models.TextChoices):
    TRIAL = "trial", "试算"
    # The branches are heard (hearing/); a trial may still be run again.
    SENT = "sent", "已送支部"
    FROZEN = "frozen", "已冻结"
    PUBLISHED = "published", "已发布"


# Whose results do not change any more.
CLOSED = (AssessmentState.FROZEN, AssessmentState.PUBLISHED)


class FrozenError(Exception):
    """A published result cannot change; a correction is a new version (domain truth 8)."""


class Assessment(models.Model):
    """One scheme × period, all organisations it applies to; a correction after publication is a further version."""

    scheme = models.ForeignKey("assessments.SchemeVersion", on_delete=models.PROTECT, related_name="assessments")
    period = models.CharField(max_length=7)
    version = models.PositiveIntegerField(default=1)
    state = models.CharField(max_length=10, choices=AssessmentState.choices, default=AssessmentState.TRIAL)
    as_of = models.DateField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    made = models.DateTimeField(default=timezone.now)
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    sent = models.DateTimeField(null=True)
    # Last day on which a branch may confirm or object.
    heard_until = models.DateField(null=True)
    frozen_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    frozen = models.DateTimeField(null=True)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    published = models.DateTimeField(null=True)
    reason = models.CharField("更正原因", max_length=300, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["-period", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["scheme", "period", "version"], name="assessment_version_once"),
            models.UniqueConstraint(
                fields=["scheme", "period"], condition=~Q(state="published"), name="assessment_one_in_work"
            ),
        ]

    def __str__(self):
        return f"{self.scheme.title} {self.period}"


class GuardedQuerySet(ScopedQuerySet):
    """Refuses bulk changes of rows that belong to a frozen or published assessment."""

    assessment_path = "assessment__"

    def _guard(self):
        closed = {f"{self.assessment_path}state__in": CLOSED}
        if self.filter(**closed).exists():
            raise FrozenError("已冻结或发布的结果不能修改。")

    def update(self, **values):
        self._guard()
        return super().update(**values)

    def delete(self):
        self._guard()
        return super().delete()


class ScoreQuerySet(GuardedQuerySet):
    organisation_path = "result__organisation__"
    assessment_path = "result__assessment__"


class Result(models.Model):
    """The total of one organisation, with name and place as they were; `body` holds its dimensions.

    so_far, out_of: points and countable points (应计分). total: what is compared with the grades, out of the scheme's total;
    where nothing is spread the rate of the points (得分率). covered: points of the scheme for which there are data; None where
    their weight was spread over the others, as the first version did.
    """

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="results")
    organisation = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="results")
    organisation_name = models.CharField(max_length=100)
    group_name = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=15)
    total = models.DecimalField(max_digits=6, decimal_places=1, null=True)
    so_far = models.DecimalField(max_digits=6, decimal_places=1, default=0)
    out_of = models.DecimalField(max_digits=6, decimal_places=1, default=0)
    covered = models.DecimalField(max_digits=6, decimal_places=1, null=True)
    grade = models.CharField(max_length=10, blank=True)
    body = models.JSONField(default=dict)

    objects = GuardedQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["assessment", "organisation"], name="result_once")]

    def __str__(self):
        return f"{self.organisation_name} {self.total}"

    def save(self, *args, **kwargs):
        if self.pk and self.assessment.state in CLOSED:
            raise FrozenError("已冻结或发布的结果不能修改。")
        super().save(*args, **kwargs)

    def delete(self, *args, **kwargs):
        if self.assessment.state in CLOSED:
            raise FrozenError("已冻结或发布的结果不能删除。")
        return super().delete(*args, **kwargs)

    @property
    def countable(self):
        """Whether it is points of countable points, nothing spread."""
        return self.covered is not None

    @property
    def bonus(self):
        """Points that count beside those of its indicators, "" for none."""
        return plain(self.body["bonus"]["counted"]) if self.body.get("bonus") else ""

    @property
    def grade_word(self):
        """Its grade, or why it has none."""
        return self.grade or ("暂不定等次" if self.countable and self.total is not None else "")


class Score(models.Model):
    """One indicator of a result; every lost point stands in `reasons` with what it was lost for."""

    result = models.ForeignKey(Result, on_delete=models.CASCADE, related_name="scores")
    indicator = models.CharField(max_length=40)
    name = models.CharField(max_length=60)
    dimension = models.CharField(max_length=40)
    state = models.CharField(max_length=15)
    points = models.DecimalField(max_digits=6, decimal_places=1, null=True)
    maximum = models.DecimalField(max_digits=6, decimal_places=1)
    nominal = models.DecimalField(max_digits=6, decimal_places=1)
    lost = models.DecimalField(max_digits=7, decimal_places=2, default=0)
    note = models.CharField(max_length=200, blank=True)
    reasons = models.JSONField(default=list)
    # The records that were counted, [{"text", "url"}].
    evidence = models.JSONField(default=list)

    objects = ScoreQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["result", "indicator"], name="score_once")]

    def __str__(self):
        return f"{self.name} {self.points}"
