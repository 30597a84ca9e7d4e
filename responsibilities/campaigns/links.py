"""What a campaign serves, and on what it rests."""

from django.db import models


class CampaignWork(models.Model):
    """The business work that a campaign serves."""

    campaign = models.ForeignKey("responsibilities.Campaign", on_delete=models.CASCADE, related_name="work")
    item = models.ForeignKey("responsibilities.WorkItem", on_delete=models.PROTECT, related_name="+")

    class Meta:
        default_permissions = ()
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["campaign", "item"], name="campaign_work_once")]

    def __str__(self):
        return str(self.item)


class CampaignPolicy(models.Model):
    """A policy on which a campaign rests, in the version of the day on which that was said."""

    campaign = models.ForeignKey("responsibilities.Campaign", on_delete=models.CASCADE, related_name="policies")
    version = models.ForeignKey("responsibilities.PolicyVersion", on_delete=models.PROTECT, related_name="+")

    class Meta:
        default_permissions = ()
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["campaign", "version"], name="campaign_policy_once")]

    def __str__(self):
        return str(self.version)
