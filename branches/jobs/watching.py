"""What goes on beside a running job: its lease is renewed, its progress written down, and a stop passed on to it.

A thread with a connection of its own does it, because the job may sit in one transaction for minutes. The thread dies with
its process, so a killed worker's lease runs out within JOB_LEASE_SECONDS and another one takes the job up.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection

from branches.jobs.models import JobRun
from common import agencies, clock, database
from common.progress import Progress, watched

log = logging.getLogger("tongbu.jobs")
LEASE = timedelta(seconds=settings.JOB_LEASE_SECONDS)
EVERY = 0.5  # seconds between two looks


@contextmanager
def watching(run: JobRun) -> Iterator[None]:
    """Watch over the block that does the claimed job `run`; inside it common/progress.py reports."""
    progress, over = Progress(), threading.Event()
    progress.publish = lambda: _note(run, (progress.step, progress.done, progress.total))
    thread = None
    # Inside a transaction (tests) no other connection sees the row of the job.
    if not connection.in_atomic_block and not database.in_memory():
        inside = agencies.remembered()
        thread = threading.Thread(target=_watch, args=(run, progress, over, inside), daemon=True)
        thread.start()
    try:
        with watched(progress):
            yield
    finally:
        over.set()
        if thread is not None:
            thread.join()


def _watch(run: JobRun, progress: Progress, over: threading.Event, inside: Callable[[], Any]) -> None:
    with inside():
        _look(run, progress, over)


def _look(run: JobRun, progress: Progress, over: threading.Event) -> None:
    noted: tuple[str, int, int] = ("", 0, 0)
    renew_at = clock.real_now() + LEASE / 4
    try:
        while not over.wait(EVERY):
            now = (progress.step, progress.done, progress.total)
            try:
                if not _goes_on(run, progress):
                    progress.stopped = True
                elif (now != noted or clock.real_now() >= renew_at) and _may_write(progress):
                    _note(run, now)
                    noted, renew_at = now, clock.real_now() + LEASE / 4
            except DatabaseError as error:
                # Locked or away for a moment: the lease outlives several looks.
                log.warning("job %s: its progress was not noted (%s)", run.pk, type(error).__name__)
                connection.close()
    finally:
        connection.close()


def _goes_on(run: JobRun, progress: Progress) -> bool:
    """Whether the job is still this process's: neither called off nor taken over by another."""
    mark = database.stop_mark(run.pk)
    if mark is not None and mark.exists():
        return False
    return JobRun.objects.filter(pk=run.pk, state=JobRun.State.RUNNING, tries=run.tries).exists()


def _may_write(progress: Progress) -> bool:
    """While SQLite's one writer is the job itself, nothing is noted; but nobody else can claim the job before it commits."""
    return connection.vendor != "sqlite" or not progress.writing


def _note(run: JobRun, now: tuple[str, int, int]) -> None:
    step, done, total = now
    JobRun.objects.filter(pk=run.pk, state=JobRun.State.RUNNING, tries=run.tries).update(
        lease_until=clock.now() + LEASE, step=step, done=done, total=total
    )
