"""Thin doors for the worker; importing the services registers their kinds of jobs."""

from celery import shared_task

from members.care.services.notes import notes_blank
from members.imports import services as imports
from members.imports.care import jobs as care_import_jobs
from members.imports.cases import jobs as case_import_jobs
from members.imports.honours import jobs as honour_import_jobs
from members.imports.workers import jobs as worker_import_jobs

__all__ = ["care_import_jobs", "case_import_jobs", "expire_imports", "honour_import_jobs", "worker_import_jobs"]


@shared_task
def expire_imports():
    imports.batches_expire()


@shared_task
def blank_notes():
    notes_blank()
