"""Which identity numbers were refused to an account today because somebody out of its reach bears them."""

from django.conf import settings
from django.db import models


class NumberRefusal(models.Model):
    """One number (its blind index), one account, one day; rows of earlier days are deleted with the next one."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    identity_index = models.CharField(max_length=64)
    day = models.DateField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["user", "day", "identity_index"], name="number_refused_once_a_day")
        ]

    def __str__(self):
        return f"{self.user} {self.day}"
