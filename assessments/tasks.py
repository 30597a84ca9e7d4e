"""Thin doors for the worker."""

from celery import shared_task

from assessments.facts import fill as rollups


@shared_task
def fill_facts():
    rollups.fill()
