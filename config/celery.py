"""The Celery application; tasks are thin and live in each app's tasks.py."""

import logging
import os

from celery import Celery
from celery.signals import beat_init, worker_init, worker_ready

from common import folder_broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

log = logging.getLogger("tongbu.audit")
folder_broker.use()
app = Celery("tongbu")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
def worker_begins(**_):
    from branches.access.services.key_check import check_or_stop
    from common.database import limit_statements

    limit_statements(300)
    check_or_stop()


@worker_ready.connect
def worker_started(**_):
    """Say at once that the worker lives, and start a first roll-up: /readyz turns green without waiting for beat."""
    from assessments.facts import fill as rollups
    from branches.audit import anchors
    from branches.jobs import services as jobs

    jobs.beat("worker")
    try:
        anchors.write_daily()
    except anchors.AnchorFileError as error:
        log.error("%s", error)
    jobs.requeue()
    rollups.fill()


@beat_init.connect
def beat_started(**_):
    from branches.access.services.key_check import check_or_stop
    from branches.jobs import services as jobs

    check_or_stop()
    jobs.beat("beat")
