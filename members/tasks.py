"""Thin doors for the worker; importing the services registers their kinds of jobs."""

from celery import shared_task

from members.imports import services as imports


@shared_task
def expire_imports():
    imports.batches_expire()
