"""Versions of schemes: draft → proposed → in force; what is in force never changes."""

import json
from datetime import date
from functools import cached_property

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from common.periods import Period


class SchemeState(models.TextChoices):
    DRAFT = "draft", "草稿"
    PROPOSED = "proposed", "待批准"
    IN_FORCE = "in_force", "施行"


class FixedVersionError(Exception):
    """A version in force cannot change or go: results rest on it, a correction is a new version."""


class SchemeQuerySet(models.QuerySet["SchemeVersion"]):
    def in_force(self, key: str) -> "SchemeQuerySet":
        """Return the versions of a scheme that are or were in force, or are to be, the newest first."""
        return self.filter(key=key, state=SchemeState.IN_FORCE).order_by("-in_force_from", "-version")

    def for_period(self, period: Period) -> "SchemeQuerySet":
        """Leave those that began by the first day of a period: a version is for whole periods."""
        return self.filter(in_force_from__lte=period.first)

    def update(self, **values: object) -> int:
        if self.filter(state=SchemeState.IN_FORCE).exists():
            raise FixedVersionError("施行中或施行过的方案版本不能修改。")
        return super().update(**values)


class SchemeVersion(models.Model):
    """One version of a scheme.

    in_force_from: first day of the first period that it is for; of a draft the day that is meant. Until which day it holds
    follows from the versions after it. approved_in: the record of the meeting that approved it; None of what was shipped.
    """

    key = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    title = models.CharField(max_length=100)
    body = models.JSONField()
    # Why each indicator was changed, {key: text}; "" for what holds for the whole.
    reasons = models.JSONField(default=dict)
    made = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=10, choices=SchemeState.choices, default=SchemeState.DRAFT)
    in_force_from = models.DateField("施行日期", null=True, blank=True)
    drafted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    proposed = models.DateTimeField(null=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    approved = models.DateTimeField(null=True)
    approved_in = models.ForeignKey("members.Activity", null=True, on_delete=models.PROTECT, related_name="+")

    objects = SchemeQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["key", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["key", "version"], name="scheme_version_once"),
            models.UniqueConstraint(
                fields=["key"], condition=~Q(state="in_force"), name="scheme_one_version_in_preparation"
            ),
            models.CheckConstraint(
                condition=~Q(state="in_force") | Q(in_force_from__isnull=False), name="scheme_in_force_from_a_day"
            ),
            models.CheckConstraint(
                condition=Q(approved_by__isnull=True) | Q(proposed_by__isnull=True) | ~Q(approved_by=F("proposed_by")),
                name="scheme_approved_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} 第{self.version}版"

    def save(self, *args: object, **kwargs: object) -> None:
        if self.pk and SchemeVersion.objects.filter(pk=self.pk, state=SchemeState.IN_FORCE).exists():
            raise FixedVersionError("施行中或施行过的方案版本不能修改。")
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def delete(self, *args: object, **kwargs: object) -> tuple[int, dict[str, int]]:
        if self.fixed:
            raise FixedVersionError("施行中或施行过的方案版本不能删除。")
        return super().delete(*args, **kwargs)  # type: ignore[arg-type]

    @cached_property
    def counting(self) -> str:
        """By what it counts, as a text: two versions of which it is the same give comparable results.

        Which periods a version is for, its name and its number change no result.
        """
        kept = {key: value for key, value in self.body.items() if key not in ("version", "title", "periods")}
        return json.dumps(kept, sort_keys=True, ensure_ascii=False)

    @property
    def fixed(self) -> bool:
        return self.state == SchemeState.IN_FORCE

    def word(self, day: date, until: date | None) -> str:
        """Return its state in a word on `day`. until: first day of the version in force after it, None where there is none."""
        if not self.fixed or self.in_force_from is None:
            return str(SchemeState(self.state).label)
        if until is not None and until <= self.in_force_from:
            return "未施行"
        if day < self.in_force_from:
            return "待施行"
        return "施行中" if until is None or day < until else "已停用"
