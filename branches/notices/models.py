"""Notices to an account, and feedback from any page."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class Notice(models.Model):
    """One line to one account, with the address that settles it."""

    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    sender = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    kind = models.CharField(max_length=30)
    text = models.CharField(max_length=300)
    url = models.CharField(max_length=300, blank=True)
    # The thing the notice is about (such as organisation/rule/period): counts reminders, joins repeats.
    about = models.CharField(max_length=120, blank=True, db_index=True)
    sent = models.DateTimeField(default=timezone.now)
    read_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        ordering = ["-sent", "-pk"]
        indexes = [models.Index(fields=["recipient", "read_at"], name="notice_unread")]

    def __str__(self):
        return self.text


class Feedback(models.Model):
    """What a user wrote in the feedback box that stands on every page."""

    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    page = models.CharField(max_length=300, blank=True)
    text = models.CharField("意见建议", max_length=1000)
    sent = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["-sent"]

    def __str__(self):
        return self.text[:40]
