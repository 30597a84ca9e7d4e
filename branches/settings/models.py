"""Values that this agency sets itself, dated like rules."""

from django.conf import settings
from django.db import models


class Setting(models.Model):
    """A value in force from a day on, until the next row of the same key."""

    key = models.CharField(max_length=60)
    value = models.CharField(max_length=200)
    valid_from = models.DateField()
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name="设定人", null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        verbose_name = verbose_name_plural = "设定"
        default_permissions = ()
        ordering = ["key", "-valid_from"]
        constraints = [models.UniqueConstraint(fields=["key", "valid_from"], name="setting_once_a_day")]

    def __str__(self):
        return f"{self.key} = {self.value}"
