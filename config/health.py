"""Is the process alive, and is the installation fit to serve."""

from ipaddress import ip_address

from celery import current_app
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import JsonResponse

from branches.access.services import key_check
from branches.audit import anchors
from branches.frame.middleware import client_address
from branches.jobs.models import Heartbeat
from common import clock

# Oldest acceptable sign of life, in seconds.
LIMITS = {"worker": 60, "beat": 180, "rollup": 26 * 3600}
LAST_BACKUP = 50 * 3600


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
    beats = dict(Heartbeat.objects.values_list("name", "at"))
    problems = []
    # Asked only where one was made: a backup may also be the business of the machine's own.
    limits = LIMITS | ({"backup": LAST_BACKUP} if "backup" in beats else {})
    for name, limit in limits.items():
        at = beats.get(name)
        if at is None:
            problems.append(f"{name} 尚无记录")
        elif (moment - at).total_seconds() > limit:
            problems.append(f"{name} 最近一次是 {int((moment - at).total_seconds())} 秒前")
    return "；".join(problems)


CHECKS = (
    ("migrations", _migrations),
    ("broker", _broker),
    ("ages", _ages),
    ("anchors", anchors.file_problem),
    ("keys", key_check.problem),
)


def readyz(request):
    """Answer 200 when database, migrations, broker, worker, beat and roll-up are in order, else 503 with the reasons.

    The reasons are told to this machine and to MONITOR_ADDRESSES alone; others read only whether it is ready.
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
    return JsonResponse(answer, status=503 if reasons else 200)


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
