"""Which account is to read a member's file as its own: proposed by his organisation, until the account's owner answers."""

from django.conf import settings
from django.db import models


class LinkProposal(models.Model):
    """An open proposal; it has no effect and is deleted with the answer (the trail keeps both)."""

    member = models.OneToOneField("members.Member", on_delete=models.CASCADE, related_name="link_proposal")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="link_proposals")
    # None: the operator of the server.
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")
    proposed_at = models.DateTimeField("提出时间")

    class Meta:
        verbose_name = verbose_name_plural = "登录账号关联"
        default_permissions = ()
        ordering = ["-proposed_at", "-pk"]

    def __str__(self):
        return f"{self.member}（{self.account.username}）"
