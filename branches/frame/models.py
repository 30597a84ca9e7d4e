"""What stands round every page and has rows: forms that were sent."""

from django.db import models

from common import clock


class SentForm(models.Model):
    """A form that an account sent: the same one again within minutes is answered as the first was (sent_once.py).

    digest: of its address and content, the token of the page it stood on included; location: where the first answer
    led, "" while it is being made.
    """

    account = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    sent = models.DateTimeField(default=clock.real_now)
    location = models.TextField(blank=True)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["account", "digest"], name="sent_form_once")]

    def __str__(self):
        return f"{self.account} {self.location}"
