"""Is the process alive, and is the installation fit to serve."""

import shutil
import tempfile
from ipaddress import ip_address
from pathlib import Path

from celery import current_app
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import JsonResponse

from assessments.facts.check import warning as facts_warning
from branches.access.services import key_check
from branches.audit import anchors
from branches.frame.middleware import client_address
from branches.jobs.models import Heartbeat, JobRun
from common import agencies, clock, signs
from common.queues import HEAVY, QUEUES, sign_of

# Oldest acceptable sign of life, in seconds.
LIMITS = {**{sign_of(queue): 60 for queue in QUEUES}, "beat": 60, "rollup": 26 * 3600}
LAST_BACKUP = 50 * 3600
# Room on the disks, in bytes: below FULL the next upload fails; below LOW, or a twentieth of a small disk, it is time to act.
FULL, LOW = 64 * 2**20, 2**30


def healthz(request):
    """Answer 200 while the process answers at all."""
    return JsonResponse({"status": "ok"})


def _database():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return ""


def _migrations():
    executor = MigrationExecutor(connection)
    return "有未执行的迁移" if executor.migration_plan(executor.loader.graph.leaf_nodes()) else ""


def _broker():
    if not settings.REDIS_URL:
        return ""
    try:
        with current_app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, timeout=2)
    except Exception as error:  # kombu raises the transport's own classes
        return f"消息队列不可用（{type(error).__name__}）"
    return ""


def _ages():
    moment = clock.real_now()
    # Of many agencies the processes serve all: their signs stand with the broker, those of the data with the agency.
    beats = dict(Heartbeat.objects.values_list("name", "at")) | signs.seen()
    problems = []
    # Asked only where one was made: a backup may also be the business of the machine's own.
    limits = LIMITS | ({"backup": LAST_BACKUP} if "backup" in beats else {})
    for name, limit in limits.items():
        at = beats.get(name)
        if at is None:
            problems.append(f"{name} 尚无记录")
        elif (moment - at).total_seconds() > limit and not _is_busy(name):
            problems.append(f"{name} 最近一次是 {int((moment - at).total_seconds())} 秒前")
    return "；".join(problems)


def _is_busy(name):
    """Whether all that serve the long jobs may have their hands full: what they do keeps its lease, and that is their sign."""
    running = JobRun.objects.filter(state=JobRun.State.RUNNING, lease_until__gt=clock.real_now())
    return name == sign_of(HEAVY) and running.exists()


def _folders():
    """Yield the folders that the processes write in, one of each file system."""
    seen = set()
    for folder in map(
        Path, (settings.VAR_DIR, agencies.setting("MEDIA_ROOT"), Path(agencies.setting("AUDIT_ANCHOR_FILE")).parent)
    ):
        there = next(path for path in (folder, *folder.parents) if path.exists())
        if there.stat().st_dev not in seen:
            seen.add(there.stat().st_dev)
            yield there


def _disk():
    """Return why nothing can be written: no room, a quota, a file system that went read-only."""
    for folder in _folders():
        if (free := shutil.disk_usage(folder).free) < FULL:
            return f"{folder} 所在磁盘已满，剩余 {free // 2**20} MB"
        try:
            with tempfile.TemporaryFile(dir=folder) as probe:
                probe.write(bytes(64 * 1024))
                probe.flush()
        except OSError as error:
            return f"{folder} 无法写入（{error.strerror}）"
    return ""


def _little_room():
    """Return which disk is nearly full: all is served still, so it is a warning."""
    for folder in _folders():
        room = shutil.disk_usage(folder)
        if room.free < min(LOW, room.total // 20):
            return f"{folder} 所在磁盘将满，剩余 {room.free // 2**20} MB，请清理或扩容"
    return ""


def _warnings(reasons):
    """Return {name: what whoever runs the installation should look at, though all is served}."""
    found = {} if "disk" in reasons else {"disk": _little_room()}
    if "database" not in reasons and "migrations" not in reasons:
        found["facts"] = facts_warning()
    return {name: words for name, words in found.items() if words}


CHECKS = (
    ("disk", _disk),
    ("migrations", _migrations),
    ("broker", _broker),
    ("ages", _ages),
    ("anchors", anchors.file_problem),
    ("keys", key_check.problem),
)


def readyz(request):
    """Answer 200 when database, disk, migrations, broker, worker, beat and roll-up are in order, else 503 with the reasons.

    A disk that is nearly full, facts that had to be put right, are warnings beside 200: whoever takes an unready installation out of service would do so
    days too early. The reasons and warnings are told to this machine and to MONITOR_ADDRESSES alone; others read only whether it is ready.
    """
    reasons = {}
    try:
        _database()
    except DatabaseError:
        reasons["database"] = "数据库不可用"
    else:
        for name, check in CHECKS:
            reason = check()
            if reason:
                reasons[name] = reason
    answer = {"status": "unready" if reasons else "ready"}
    if _may_know(request):
        answer["reasons"] = reasons
        if warnings := _warnings(reasons):
            answer["warnings"] = warnings
    return JsonResponse(answer, status=503 if reasons else 200)


def unready(request, reasons):
    """Answer as /readyz does for an agency that cannot be asked at all."""
    told = {"reasons": reasons} if _may_know(request) else {}
    return JsonResponse({"status": "unready"} | told, status=503)


def _may_know(request):
    """Whether the reasons are for this client: one on this machine, or a monitor that is named.

    Whoever comes through a proxy that is not trusted comes from anywhere, though the proxy stands on this machine.
    """
    forwarded = any(name in request.META for name in ("HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_X_REAL_IP"))
    if forwarded and request.META.get("REMOTE_ADDR", "") not in settings.TRUSTED_PROXIES:
        return False
    address = client_address(request)
    try:
        here = ip_address(address).is_loopback
    except ValueError:
        here = False
    return here or address in settings.MONITOR_ADDRESSES
