"""Thin doors for the worker."""

from celery import shared_task

from assessments import rollups


@shared_task
def fill_facts():
    rollups.fill()
