"""Values that this agency sets itself, dated like rules."""

from django.conf import settings
from django.db import models
from django.utils import timezone


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


class ProposalState(models.TextChoices):
    OPEN = "open", "待决定"
    TAKEN = "taken", "已采纳"
    DECLINED = "declined", "未采纳"
    WITHDRAWN = "withdrawn", "已撤回"


class SettingProposal(models.Model):
    """A value that somebody of the office proposes; whoever sets the rules takes it or declines it, with a reason."""

    key = models.CharField(max_length=60)
    value = models.CharField("新值", max_length=200)
    valid_from = models.DateField("从何日起")
    reason = models.CharField("理由", max_length=300)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(default=timezone.now)
    state = models.CharField("状态", max_length=10, choices=ProposalState.choices, default=ProposalState.OPEN)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    answer = models.CharField("答复", max_length=300, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = "设定建议"
        default_permissions = ()
        ordering = ["-proposed_at", "-pk"]
        indexes = [models.Index(fields=["key", "state"], name="setting_proposal_key")]

    def __str__(self):
        return f"{self.key} = {self.value}"
