"""The scheduler of celery beat; it gives a sign of life of its own, so that a worker that stands is not taken for a dead beat."""

import logging
from time import monotonic
from typing import Any

from celery.beat import PersistentScheduler

log = logging.getLogger("tongbu.jobs")
EVERY = 10  # seconds


class Scheduler(PersistentScheduler):
    said: float | None = None

    def tick(self, *args: Any, **kwargs: Any) -> Any:
        """Send what is due, and return how many seconds to sleep."""
        if self.said is None or monotonic() - self.said >= EVERY:
            self.said = monotonic()
            _say()
        return min(super().tick(*args, **kwargs), EVERY)


def _say() -> None:
    """Write the sign down; a database that is away stops no schedule."""
    from django.db import DatabaseError, close_old_connections, connection

    from branches.jobs import services as jobs

    close_old_connections()
    try:
        jobs.beat("beat")
    except DatabaseError as error:
        log.warning("the sign of life of beat was not written (%s)", type(error).__name__)
        connection.close()
