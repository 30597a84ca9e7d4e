"""Is the process alive, and is the installation fit to serve."""

from celery import current_app
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import JsonResponse

from branches.jobs.models import Heartbeat
from common import clock

# Oldest acceptable sign of life, in seconds.
LIMITS = {"worker": 60, "beat": 180, "rollup": 26 * 3600}


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
    for name, limit in LIMITS.items():
        at = beats.get(name)
        if at is None:
            problems.append(f"{name} 尚无记录")
        elif (moment - at).total_seconds() > limit:
            problems.append(f"{name} 最近一次是 {int((moment - at).total_seconds())} 秒前")
    return "；".join(problems)


def readyz(request):
    """Answer 200 when database, migrations, broker, worker, beat and roll-up are in order, else 503 with the reason."""
    reasons = {}
    try:
        _database()
    except DatabaseError:
        reasons["database"] = "数据库不可用"
    else:
        for name, check in (("migrations", _migrations), ("broker", _broker), ("ages", _ages)):
            reason = check()
            if reason:
                reasons[name] = reason
    return JsonResponse(
        {"status": "unready" if reasons else "ready", "reasons": reasons}, status=503 if reasons else 200
    )
