"""The trail: plain inserts by every writer, chained afterwards by the sealer (branches/audit.py)."""

from django.db import models


class AuditEntry(models.Model):
    """One write: who, when, from where, what, before and after.

    Actor and object are plain numbers, no foreign keys: a later deletion would be an UPDATE of the trail. The payload
    is canonical JSON kept as text, because the seal must survive a move between databases.
    """

    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=64)
    appointment_id = models.BigIntegerField(null=True)
    address = models.CharField(max_length=45, blank=True)
    request_id = models.CharField(max_length=32, blank=True)
    verb = models.CharField(max_length=40)
    object_type = models.CharField(max_length=40)
    object_id = models.BigIntegerField(null=True)
    object_name = models.CharField(max_length=200)
    organisation_id = models.BigIntegerField(null=True)
    payload = models.TextField()
    key_id = models.CharField(max_length=16)
    mac = models.CharField(max_length=64)

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["object_type", "object_id"], name="audit_object"),
            models.Index(fields=["at"], name="audit_time"),
        ]

    def __str__(self):
        return f"{self.verb} {self.object_name}"


class AuditSeal(models.Model):
    """One link of the chain. UNIQUE(prev) makes a fork impossible, UNIQUE(entry) a double seal."""

    pos = models.BigIntegerField(primary_key=True)
    entry_id = models.BigIntegerField(unique=True)
    prev = models.CharField(max_length=64, unique=True)
    hash = models.CharField(max_length=64)
    key_id = models.CharField(max_length=16)

    class Meta:
        default_permissions = ()

    def __str__(self):
        return f"{self.pos}:{self.hash}"


class UsageCount(models.Model):
    """How often an account did, in the present minute or hour, what leaves no entry of the trail (limits.py).

    account: id of a User; slot: how many such spans there were since 1970, the present one included.
    """

    account = models.BigIntegerField()
    what = models.CharField(max_length=20)
    slot = models.BigIntegerField(default=0)
    number = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["account", "what"], name="usage_count_one_per_account")]

    def __str__(self):
        return f"{self.what} {self.number}"


class AuditAnchor(models.Model):
    """A head of the chain that was kept: printed in a published report, or written to the file outside.

    Only appended to, like the trail: the chain of later must still hold each of them (control C54).
    """

    class Source(models.TextChoices):
        REPORT = "report", "已发布的报告"
        FILE = "file", "锚点文件"

    pos = models.BigIntegerField()
    hash = models.CharField(max_length=64)
    source = models.CharField(max_length=10, choices=Source.choices)
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()

    def __str__(self):
        return f"{self.pos}:{self.hash}"
