"""Signs of life of the processes of an installation with many agencies: beside the broker, which every box reaches.

A worker and beat serve all agencies, so their signs belong to none of them. Of a single agency they stand in its database.
"""

from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings

from common import agencies, clock
from common.queues import QUEUES, sign_of

if TYPE_CHECKING:
    import redis

OF_PROCESSES = frozenset({"beat", *map(sign_of, QUEUES)})
_PREFIX = "tongbu:sign:"
# A sign this old says nothing any more.
_KEPT_SECONDS = 86400


def _server() -> "redis.Redis":
    import redis  # late: 6 MB, and with one agency nobody asks it

    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2)


def noted(name: str) -> bool:
    """Note the sign of a process; returns False where it is not kept here. A broker that is away loses it."""
    if not agencies.many() or name not in OF_PROCESSES:
        return False
    import redis  # late, as above

    try:
        with _server() as server:
            server.set(f"{_PREFIX}{name}", clock.real_now().isoformat(), ex=_KEPT_SECONDS)
    except redis.RedisError:
        pass
    return True


def seen() -> dict[str, datetime]:
    """Return when each process of many agencies gave its last sign; nothing where there is one agency."""
    if not agencies.many():
        return {}
    import redis  # late, as above

    names = sorted(OF_PROCESSES)
    try:
        with _server() as server:
            values = server.mget([f"{_PREFIX}{name}" for name in names])
    except redis.RedisError:
        return {}
    return {name: datetime.fromisoformat(value.decode()) for name, value in zip(names, values, strict=True) if value}
