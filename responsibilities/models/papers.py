"""A file kept as proof where no record can exist (domain truth 5: a record comes first)."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from branches.scoping import ScopedQuerySet


class PaperQuerySet(ScopedQuerySet):
    def visible_to(self, user, right="view_organisation", day=None):
        """Papers of what the user may read: the stage, duty, supervision or answer they prove is the only way to them."""
        from responsibilities.models import CollectAnswer, DutyReport, StageEvidence, SupervisionReply

        condition = Q(pk__in=[])
        for model in (StageEvidence, DutyReport, SupervisionReply, CollectAnswer):
            rows = model.objects.order_by().visible_to(user, right, day).filter(paper__isnull=False)
            condition |= Q(pk__in=rows.values("paper"))
        return self.filter(condition)


class Paper(models.Model):
    """Stored outside the web root under a random name; written by services/papers.py only."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    name = models.CharField("文件名", max_length=150)
    path = models.CharField(max_length=120)
    kind = models.CharField(max_length=10)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    uploaded = models.DateTimeField(default=timezone.now)

    objects = PaperQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["pk"]

    def __str__(self):
        return self.name
