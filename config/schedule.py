"""What beat starts, and how often; which queue each task goes to.

Each entry expires just under its period: a late worker does no slot twice.
"""

import zlib
from collections.abc import Iterator
from typing import Any

from celery.schedules import crontab

from common.agencies_file import ACTIVE, CLOSED, Agency
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
    "members.tasks.blank_notes": HEAVY,
    "members.tasks.expire_imports": HEAVY,
    "responsibilities.tasks.check_files": HEAVY,
    "responsibilities.tasks.escalate_supervisions": HEAVY,
    "responsibilities.tasks.scan_files": HEAVY,
    "responsibilities.tasks.turn_policies": HEAVY,
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
    # Notes of care that ended five years ago.
    "blank-notes": _every(86400, "members.tasks.blank_notes"),
    "fill-facts": _every(60, "assessments.tasks.fill_tick"),
    "check-facts": _every(86400, "assessments.tasks.check_facts"),
    "escalate-supervisions": _every(3600, "responsibilities.tasks.escalate_supervisions"),
    "tell-overdue-objections": _every(3600, "assessments.tasks.tell_overdue_objections"),
    "check-files": _every(86400, "responsibilities.tasks.check_files"),
    "scan-files": _every(3600, "responsibilities.tasks.scan_files"),
    # Runs open on the first day of their period, and with the record that begins them.
    "turn-policies": _every(3600, "responsibilities.tasks.turn_policies"),
    "check-tree": _every(86400, "branches.tasks.nightly_checks"),
}


# Said for the installation, not for an agency: a worker serves all of them.
SIGNS = frozenset({"branches.tasks.beat_heartbeat"})
# What one message does for each agency in turn: a look, and a message of its own where there is work.
ROUNDS = frozenset(
    {
        "assessments.tasks.fill_tick",
        "branches.tasks.anchor_audit",
        "branches.tasks.requeue_jobs",
        "branches.tasks.seal_audit",
    }
)
# What goes on in an agency that is only read: signing in leaves entries, and they are sealed.
ALSO_READ_ONLY = frozenset(
    {"branches.tasks.anchor_audit", "branches.tasks.seal_audit", "branches.tasks.clear_sessions"}
)


def schedule_of(agencies: dict[str, Agency] | None) -> dict[str, dict[str, Any]]:
    """Return Celery's beat_schedule: of many agencies what takes long once for each, spread over the hour or the night."""
    if agencies is None:
        return BEAT_SCHEDULE
    made = {name: entry for name, entry in BEAT_SCHEDULE.items() if entry["task"] in ROUNDS | SIGNS}
    # A fill waits for those of others here: the look comes twice as often, so that the whole stays within the minute and a half.
    made["fill-facts"] = _every(30, BEAT_SCHEDULE["fill-facts"]["task"])
    for agency in agencies.values():
        made.update(_own_entries(agency))
    return made


def _own_entries(agency: Agency) -> Iterator[tuple[str, dict[str, Any]]]:
    for name, entry in BEAT_SCHEDULE.items():
        task = entry["task"]
        serves = agency.state == ACTIVE or (agency.state != CLOSED and task in ALSO_READ_ONLY)
        if task in ROUNDS | SIGNS or not serves:
            continue
        # The same minute each time, another for each agency and task: nothing of fifty agencies begins at once.
        minute = zlib.crc32(f"{agency.key} {name}".encode()) % 360
        daily = entry["schedule"] >= 86400
        when = crontab(minute=minute % 60, hour=minute // 60 if daily else "*")
        options = entry["options"] | {"headers": {"agency": agency.key}}
        yield f"{name}@{agency.key}", entry | {"schedule": when, "options": options}


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
