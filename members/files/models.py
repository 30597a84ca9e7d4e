"""The secret address at which a member's telephone reads what is planned for him."""

from typing import Any

from django.conf import settings
from django.db import models


class CalendarAddress(models.Model):
    """One of a member at a time; digest: of the secret part, which nobody can read again. It ends with the account that made it."""

    member = models.OneToOneField("members.Member", on_delete=models.PROTECT, related_name="calendar_address")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    made_on = models.DateField("生成日期")

    class Meta:
        verbose_name = verbose_name_plural = "日历地址"
        default_permissions = ()

    def __str__(self):
        return f"{self.member}的日历地址"

    @property
    def organisation(self) -> Any:
        return self.member.home
