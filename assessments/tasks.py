"""Thin doors for the worker."""

from celery import shared_task

from assessments.facts import fill as rollups
from assessments.hearing.overdue import objections_overdue


@shared_task
def fill_facts():
    rollups.fill()


@shared_task
def tell_overdue_objections():
    objections_overdue()
