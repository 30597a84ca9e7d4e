"""What beat starts, and how often; which queue each task goes to.

Each entry expires just under its period: a late worker does no slot twice.
"""

from typing import Any

from common.queues import FILLS, HEAVY, QUEUES, SHORT

# Name of the task: its queue. What is not named here is short.
_LONG = {
    "assessments.tasks.fill_facts": FILLS,
    # Imports, exports, reports, trials: every job that is a row.
    "branches.tasks.run_job": HEAVY,
    # Once an hour or a night, over everything there is.
    "assessments.tasks.check_facts": HEAVY,
    "assessments.tasks.tell_overdue_objections": HEAVY,
    "branches.tasks.clear_sessions": HEAVY,
    "branches.tasks.nightly_checks": HEAVY,
    "members.tasks.expire_imports": HEAVY,
    "responsibilities.tasks.check_files": HEAVY,
    "responsibilities.tasks.escalate_supervisions": HEAVY,
    "responsibilities.tasks.scan_files": HEAVY,
}


def _every(seconds, task):
    return {"task": task, "schedule": float(seconds), "options": {"expires": seconds * 0.9}}


def _sign_of(queue):
    """Whoever serves the queue says that he lives: a message that goes through it."""
    entry = _every(10, "branches.tasks.beat_heartbeat")
    return entry | {"args": (queue,), "options": entry["options"] | {"queue": queue}}


BEAT_SCHEDULE = {
    **{f"sign-of-{queue}": _sign_of(queue) for queue in QUEUES},
    "seal-audit": _every(30, "branches.tasks.seal_audit"),
    # A day with ten minutes of service has its anchor; a second line on one day is written only after many entries.
    "anchor-audit": _every(600, "branches.tasks.anchor_audit"),
    "requeue-jobs": _every(20, "branches.tasks.requeue_jobs"),
    "clear-sessions": _every(86400, "branches.tasks.clear_sessions"),
    "expire-imports": _every(3600, "members.tasks.expire_imports"),
    "fill-facts": _every(60, "assessments.tasks.fill_tick"),
    "check-facts": _every(86400, "assessments.tasks.check_facts"),
    "escalate-supervisions": _every(3600, "responsibilities.tasks.escalate_supervisions"),
    "tell-overdue-objections": _every(3600, "assessments.tasks.tell_overdue_objections"),
    "check-files": _every(86400, "responsibilities.tasks.check_files"),
    "scan-files": _every(3600, "responsibilities.tasks.scan_files"),
    "check-tree": _every(86400, "branches.tasks.nightly_checks"),
}


def queue_of(task: str) -> str:
    """Return the name of the queue that a task, named as Celery names it, goes to."""
    return _LONG.get(task, SHORT)


def routes() -> dict[str, dict[str, str]]:
    """Return Celery's task_routes; what is missing goes to task_default_queue."""
    return {task: {"queue": queue} for task, queue in _LONG.items()}


def limits() -> dict[str, dict[str, Any]]:
    """Return Celery's task_annotations: the limits of each task that is not short."""
    return {
        task: {"soft_time_limit": QUEUES[queue].soft, "time_limit": QUEUES[queue].hard} for task, queue in _LONG.items()
    }
