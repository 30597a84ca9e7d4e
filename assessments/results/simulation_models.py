"""What a version of a scheme would have given in a past period beside another one: computed by the worker, kept until asked again."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone


class Simulation(models.Model):
    """One version beside another in one period.

    other: the version beside it. body: {"rows": [{"place", "name", "before", "after"}], "as_of"} of all organisations that both
    assess; who reads it sees those within his reach. made: when these figures were computed, None before the first ones.
    mark: of the bodies they rest on; another one says that the draft has changed since. problem: why there are none.
    """

    version = models.ForeignKey("assessments.SchemeVersion", on_delete=models.CASCADE, related_name="simulations")
    other = models.ForeignKey("assessments.SchemeVersion", on_delete=models.CASCADE, related_name="+")
    period = models.CharField(max_length=7)
    body = models.JSONField(default=dict)
    mark = models.CharField(max_length=64, blank=True)
    made = models.DateTimeField(null=True)
    problem = models.CharField(max_length=300, blank=True)
    job = models.ForeignKey("branches.JobRun", null=True, on_delete=models.SET_NULL, related_name="+")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    asked = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        ordering = ["-asked"]
        constraints = [
            models.UniqueConstraint(fields=["version", "other", "period"], name="simulation_once"),
            models.CheckConstraint(condition=~Q(version=models.F("other")), name="simulation_of_two_versions"),
        ]

    def __str__(self) -> str:
        return f"{self.version} {self.other} {self.period}"
