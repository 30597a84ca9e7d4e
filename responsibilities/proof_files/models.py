"""A file kept as proof where no record can exist (domain truth 5: a record comes first)."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from branches.kept_files.models import KeptFile
from branches.reach.querysets import ScopedQuerySet


class ProofFileQuerySet(ScopedQuerySet):
    def visible_to(self, user, right="view_organisation"):
        """Files of what the user may read: the row that names one as its proof is the only way to it.

        Stages, reports of duties, replies to supervision, answers: whatever has a foreign key to one.
        """
        condition = Q(pk__in=[])
        for proving in self.model._meta.get_fields(include_hidden=True):
            if proving.one_to_many and proving.auto_created:
                rows = proving.related_model.objects.order_by().visible_to(user, right)
                name = proving.field.name
                condition |= Q(pk__in=rows.filter(**{f"{name}__isnull": False}).values(name))
        return self.filter(condition)


class ProofFile(KeptFile):
    """Stored outside the web root under a random name; written by proof_files/services.py only."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey("branches.Organisation", on_delete=models.PROTECT, related_name="+")
    name = models.CharField("文件名", max_length=150)
    path = models.CharField(max_length=120)
    kind = models.CharField(max_length=10)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    uploaded = models.DateTimeField(default=timezone.now)

    objects = ProofFileQuerySet.as_manager()

    class Meta:
        # The table keeps the name it was made with.
        db_table = "responsibilities_paper"
        default_permissions = ()
        ordering = ["pk"]

    def __str__(self):
        return self.name
