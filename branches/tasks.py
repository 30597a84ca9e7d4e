"""Thin doors for the worker: an id in, one service call."""

from celery import shared_task
from django.core.management import call_command

from branches import audit, jobs, tree


@shared_task
def run_job(pk):
    jobs.run(pk)


@shared_task
def beat_heartbeat():
    jobs.beat("beat")
    jobs.beat("worker")


@shared_task
def seal_audit():
    audit.seal()
    jobs.beat("sealer")


@shared_task
def requeue_jobs():
    jobs.requeue()


@shared_task
def clear_sessions():
    call_command("clearsessions")


@shared_task
def nightly_checks():
    faults = tree.check_tree()
    verdict = audit.verify()
    if faults or not verdict.ok:
        raise RuntimeError("；".join([*faults, *([] if verdict.ok else [verdict.message])]))
