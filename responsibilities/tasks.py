"""Thin doors for the worker."""

from celery import shared_task

from responsibilities.supervision.services.escalation import supervisions_escalate


@shared_task
def escalate_supervisions():
    supervisions_escalate()
