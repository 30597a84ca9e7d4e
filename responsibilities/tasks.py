"""Thin doors for the worker; importing the jobs of the year plan and of the catalogue of policies registers them."""

from celery import shared_task

from branches.jobs import services as jobs
from responsibilities.policies.imports import jobs as policy_import_jobs
from responsibilities.policies.services.opening import runs_turn
from responsibilities.proof_files import checks
from responsibilities.supervision.services.escalation import supervisions_escalate
from responsibilities.work import import_jobs

__all__ = [
    "check_files",
    "escalate_supervisions",
    "import_jobs",
    "policy_import_jobs",
    "scan_files",
    "turn_policies",
]


@shared_task
def escalate_supervisions():
    supervisions_escalate()


@shared_task
def check_files():
    checks.files_check()
    jobs.beat("files")


@shared_task
def scan_files():
    checks.files_scan()


@shared_task
def turn_policies():
    runs_turn()
