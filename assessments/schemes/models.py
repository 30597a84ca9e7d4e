"""Versions of schemes as they were installed."""

from django.db import models
from django.utils import timezone


class SchemeVersion(models.Model):
    """One version of a scheme; its text never changes, a correction is a new version."""

    key = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    title = models.CharField(max_length=100)
    body = models.JSONField()
    made = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["key", "-version"]
        constraints = [models.UniqueConstraint(fields=["key", "version"], name="scheme_version_once")]

    def __str__(self):
        return f"{self.title} 第{self.version}版"
