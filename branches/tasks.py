"""Thin doors for the worker: an id in, one service call."""

from celery import shared_task
from django.core.management import call_command

from branches.audit import anchors, seal
from branches.audit.verify import verify
from branches.frame import sent_once
from branches.jobs import services as jobs
from branches.jobs.services import run_job
from branches.places import tree
from common.queues import QUEUES, SHORT, sign_of

__all__ = [
    "anchor_audit",
    "beat_heartbeat",
    "clear_sessions",
    "nightly_checks",
    "requeue_jobs",
    "run_job",
    "seal_audit",
]


@shared_task
def beat_heartbeat(queue=SHORT):
    jobs.beat(sign_of(queue if queue in QUEUES else SHORT))


@shared_task
def seal_audit():
    seal.seal()
    jobs.beat("sealer")


@shared_task
def anchor_audit():
    anchors.write_daily()


@shared_task
def requeue_jobs():
    jobs.requeue()


@shared_task
def clear_sessions():
    call_command("clearsessions")
    sent_once.clear()


@shared_task
def nightly_checks():
    problems = tree.check_tree()
    verdict = verify()
    if problems or not verdict.ok:
        raise RuntimeError("；".join([*problems, *([] if verdict.ok else [verdict.message])]))
