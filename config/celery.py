"""The Celery application; tasks are thin and live in each app's tasks.py."""

import os

from celery import Celery
from celery.signals import beat_init, worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("tongbu")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_ready.connect
def worker_started(**_):
    """Say at once that the worker lives, and start a first roll-up: /readyz turns green without waiting for beat."""
    from assessments.facts import fill as rollups
    from branches.jobs import services as jobs

    jobs.beat("worker")
    rollups.fill()


@beat_init.connect
def beat_started(**_):
    from branches.jobs import services as jobs

    jobs.beat("beat")
