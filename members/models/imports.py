"""An uploaded set of ledgers between preview and apply."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone


class ImportBatch(models.Model):
    """The files of one import, kept until they are applied or given up; rows live in the preview text as JSON."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey("branches.Organisation", null=True, on_delete=models.PROTECT, related_name="+")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    uploaded = models.DateTimeField(default=timezone.now)
    files = models.TextField(default="{}")
    columns = models.TextField(default="{}")
    preview = models.TextField(default="{}")
    applied = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        ordering = ["-uploaded"]

    def __str__(self):
        return f"导入 {self.uploaded:%Y-%m-%d %H:%M}"
