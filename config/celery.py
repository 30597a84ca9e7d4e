"""The Celery application; tasks are thin and live in each app's tasks.py."""

import logging
import os

from celery import Celery
from celery.signals import beat_init, worker_init, worker_process_init, worker_ready

from common import folder_broker
from common.queues import FILLS, SHORT, sign_of

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

log = logging.getLogger("tongbu.audit")
folder_broker.use()
app = Celery("tongbu", task_cls="config.agency_tasks:AgencyTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
def worker_begins(**_):
    from branches.agencies.starting import check_or_stop
    from common.database import limit_statements

    limit_statements(300)
    check_or_stop()


@worker_process_init.connect
def process_begins(**_):
    from common import agencies

    # A process does one thing at a time; of each kind several wait, and each connection is one of the database's hundred.
    agencies.keep_open(1)


@worker_ready.connect
def worker_started(sender=None, **_):
    """Say at once that the worker lives, and ask for a first roll-up: /readyz turns green without waiting for beat."""
    from assessments.tasks import fill_facts
    from branches.audit import anchors
    from branches.jobs import services as jobs
    from branches.tasks import anchor_audit
    from common import agencies

    served = list(sender.app.amqp.queues.consume_from)
    for queue in served:
        jobs.beat(sign_of(queue))
    if agencies.many():
        # The rounds of beat follow within the minute, and ask for work only where there is some; that of the anchors comes
        # each ten, and so long /readyz would be red of an agency that was just added.
        if SHORT in served:
            anchor_audit.apply_async(expires=540)
        return
    try:
        anchors.write_daily()
    except anchors.AnchorFileError as error:
        log.error("%s", error)
    jobs.requeue()
    if FILLS in served:
        fill_facts.apply_async(expires=55)


@beat_init.connect
def beat_started(**_):
    from branches.agencies.starting import check_or_stop
    from branches.jobs import services as jobs

    check_or_stop()
    jobs.beat("beat")
