"""What every kept file knows of itself: what the scanner said of it, and whether its bytes are still there."""

from django.db import models

from common.uploads import scanning


class ScanState(models.TextChoices):
    """What the scanner said (control C41)."""

    CLEAN = scanning.CLEAN, "已扫描"
    UNKNOWN = scanning.UNKNOWN, "未扫描"
    INFECTED = scanning.INFECTED, "已隔离"


class KeptFile(models.Model):
    """Base of files outside the web root; their models have path, sha256, organisation, kind, size, uploaded as well.

    scanned: when, None: never. found: what the scanner calls what it found. lost_since: when the nightly check first
    found the file gone or altered (fault F09), None while it is as it was uploaded.
    """

    scan = models.CharField("扫描", max_length=10, choices=ScanState.choices, default=ScanState.UNKNOWN)
    scanned = models.DateTimeField(null=True, blank=True)
    found = models.CharField(max_length=80, blank=True)
    lost_since = models.DateTimeField("缺失", null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def infected(self) -> bool:
        """Whether the file is never served."""
        return self.scan == ScanState.INFECTED
