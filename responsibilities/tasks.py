"""Thin doors for the worker; importing the jobs of the year plan registers them."""

from celery import shared_task

from responsibilities.supervision.services.escalation import supervisions_escalate
from responsibilities.work import import_jobs

__all__ = ["escalate_supervisions", "import_jobs"]


@shared_task
def escalate_supervisions():
    supervisions_escalate()
