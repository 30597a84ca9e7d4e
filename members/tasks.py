"""Thin doors for the worker; importing the services registers their kinds of jobs."""

from celery import shared_task

from members.care.services.notes import notes_blank
from members.imports import services as imports
from members.imports.cases import jobs as case_import_jobs

__all__ = ["case_import_jobs", "expire_imports"]


@shared_task
def expire_imports():
    imports.batches_expire()


@shared_task
def blank_notes():
    notes_blank()
