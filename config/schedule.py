"""What beat starts, and how often. Each entry expires just under its period: a late worker does no slot twice."""


def _every(seconds, task):
    return {"task": task, "schedule": float(seconds), "options": {"expires": seconds * 0.9}}


BEAT_SCHEDULE = {
    "beat-heartbeat": _every(10, "branches.tasks.beat_heartbeat"),
    "seal-audit": _every(30, "branches.tasks.seal_audit"),
    # A day with ten minutes of service has its anchor; a second line on one day is written only after many entries.
    "anchor-audit": _every(600, "branches.tasks.anchor_audit"),
    "requeue-jobs": _every(20, "branches.tasks.requeue_jobs"),
    "clear-sessions": _every(86400, "branches.tasks.clear_sessions"),
    "expire-imports": _every(3600, "members.tasks.expire_imports"),
    "fill-facts": _every(60, "assessments.tasks.fill_facts"),
    "escalate-supervisions": _every(3600, "responsibilities.tasks.escalate_supervisions"),
    "tell-overdue-objections": _every(3600, "assessments.tasks.tell_overdue_objections"),
    "check-files": _every(86400, "responsibilities.tasks.check_files"),
    "scan-files": _every(3600, "responsibilities.tasks.scan_files"),
    "check-tree": _every(86400, "branches.tasks.nightly_checks"),
}
