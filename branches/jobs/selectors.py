"""Background jobs and signs of life as pages list them."""

from datetime import datetime

from django.db.models import QuerySet

from branches.jobs.models import Heartbeat, JobRun


def jobs_listed(state: str = "") -> QuerySet[JobRun]:
    """Return the jobs of a state ("": all), the newest first, with who asked for them."""
    rows = JobRun.objects.select_related("requester")
    return rows.filter(state=state) if state else rows


def failed_jobs() -> int:
    """Return how many jobs have failed for good."""
    return JobRun.objects.filter(state=JobRun.State.FAILED).count()


def signs_of_life() -> QuerySet[Heartbeat]:
    """Return the last sign of everything that gives one, by its name."""
    return Heartbeat.objects.filter(name__in=Heartbeat.LABELS).order_by("name")


def last_sign(name: str) -> datetime | None:
    """Return the moment of the last sign of one of them, None before its first."""
    return Heartbeat.objects.filter(name=name).values_list("at", flat=True).first()
