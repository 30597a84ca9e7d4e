"""Background work: a row, a message that carries its id, a claim that only one worker wins.

Both brokers lose or repeat messages, so the row is the truth: a lost message is found again from the row (`requeue`), a
repeated one finds the row already claimed (security controls C61–C63, faults F03–F06).
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from celery import shared_task
from celery.exceptions import SoftTimeLimitExceeded
from django.db import transaction
from django.db.models import F, Q

from branches.jobs.models import Heartbeat, JobRun
from branches.jobs.watching import LEASE, watching
from common import clock, database, signs
from common.operator import OPERATOR, Actor, account_of
from common.progress import Stopped
from common.queues import HEAVY, QUEUES

log = logging.getLogger("tongbu.jobs")
MAX_TRIES = 3
# Seconds: a big import may take its time.
SOFT_LIMIT, HARD_LIMIT = QUEUES[HEAVY].soft, QUEUES[HEAVY].hard
_ALONE_LOCK = 7_302_060
Work = Callable[..., str | None]
GivenUp = Callable[[JobRun, str], None]
_KINDS: dict[str, Work] = {}
_ALONE: set[str] = set()
_GIVEN_UP: dict[str, GivenUp] = {}


class JobFailed(Exception):
    """A job ends with a reason that its requester may read."""


def job(kind: str, *, alone: bool = False, given_up: GivenUp | None = None) -> Callable[[Work], Work]:
    """Register the function that does jobs of this kind: `function(by, **parameters) -> outcome text`.

    alone: of all kinds that say so one job runs at a time, so that long ones never take every process of the worker.
    given_up: called with the JobRun and its reason when such a job has failed for good.
    """

    def register(function: Work) -> Work:
        _KINDS[kind] = function
        if alone:
            _ALONE.add(kind)
        if given_up is not None:
            _GIVEN_UP[kind] = given_up
        return function

    return register


def enqueue(*, by: Actor, kind: str, **parameters: Any) -> JobRun:
    """Queue a job of a registered kind and return its JobRun; the message goes out when the transaction commits."""
    if kind not in _KINDS:
        raise KeyError(kind)
    run = JobRun.objects.create(kind=kind, requester=account_of(by), parameters=parameters)
    transaction.on_commit(lambda: _send(run.pk))
    return run


def _send(pk: int) -> None:
    try:
        run_job.delay(pk)
    except Exception as error:  # any broker's own error: the row stays queued and is sent again by `requeue`
        log.warning("job %s not sent now (%s); it will follow", pk, type(error).__name__)


def claim(pk: object) -> JobRun | None:
    """Return the claimed JobRun, or None when it is finished, someone else's, or no job at all."""
    if not isinstance(pk, int) or isinstance(pk, bool):
        log.warning("message without a job id")
        return None
    moment = clock.now()
    free = Q(state=JobRun.State.QUEUED) | Q(state=JobRun.State.RUNNING, lease_until__lt=moment)
    with transaction.atomic():
        if not _has_room(pk, moment):
            return None
        won = JobRun.objects.filter(free, pk=pk, tries__lt=MAX_TRIES).update(
            state=JobRun.State.RUNNING, lease_until=moment + LEASE, tries=F("tries") + 1
        )
    return JobRun.objects.select_related("requester").get(pk=pk) if won == 1 else None


def _has_room(pk: int, moment: datetime) -> bool:
    """Whether no other job that runs alone is under way; what has to wait is sent again when that one ends."""
    if JobRun.objects.filter(pk=pk, kind__in=_ALONE).exists():
        database.advisory_lock(_ALONE_LOCK)
        others = JobRun.objects.filter(kind__in=_ALONE, state=JobRun.State.RUNNING, lease_until__gte=moment)
        return not others.exclude(pk=pk).exists()
    return True


def run(pk: object) -> None:
    """Claim and do one job. The requester's reach is computed again by the service it calls (control C63)."""
    claimed = claim(pk)
    if claimed is None:
        return
    try:
        _do(claimed)
    finally:
        if claimed.kind in _ALONE:
            _send_next()


def _do(claimed: JobRun) -> None:
    by = claimed.requester or OPERATOR
    try:
        if not by.is_active:
            raise JobFailed("发起人的账号已停用。")
        with watching(claimed):
            outcome = _KINDS[claimed.kind](by, **claimed.parameters)
    except Stopped:
        # Called off, or taken over by another process: the row says so already.
        log.info("job %s (%s) was stopped", claimed.pk, claimed.kind)
    except JobFailed as reason:
        _finish(claimed, JobRun.State.FAILED, str(reason))
    except SoftTimeLimitExceeded:
        _finish(claimed, JobRun.State.FAILED, f"{SOFT_LIMIT // 60} 分钟仍未完成，已停止")
    except Exception as error:
        log.exception("job %s (%s) failed", claimed.pk, claimed.kind)
        last = claimed.tries >= MAX_TRIES
        _finish(
            claimed,
            JobRun.State.FAILED if last else JobRun.State.QUEUED,
            f"{type(error).__name__}，已试 {claimed.tries} 次",
        )
    else:
        _finish(claimed, JobRun.State.DONE, outcome or "")


def _finish(claimed: JobRun, state: str, outcome: str, *, lapsed: bool = False) -> None:
    """Write down how a try ended, unless the job was called off or is another process's by now.

    lapsed: only if the lease has not been renewed since `claimed` was read.
    """
    mine = JobRun.objects.filter(pk=claimed.pk, state=JobRun.State.RUNNING, tries=claimed.tries)
    if lapsed:
        mine = mine.filter(lease_until=claimed.lease_until)
    with transaction.atomic():
        if not mine.update(
            state=state,
            outcome=outcome,
            lease_until=None,
            finished=None if state == JobRun.State.QUEUED else clock.now(),
        ):
            return
        if state == JobRun.State.FAILED and claimed.kind in _GIVEN_UP:
            _GIVEN_UP[claimed.kind](claimed, outcome)


def _send_next() -> None:
    waiting = JobRun.objects.filter(kind__in=_ALONE, state=JobRun.State.QUEUED, tries=0).order_by("queued", "pk")
    if (pk := waiting.values_list("pk", flat=True).first()) is not None:
        _send(pk)


@contextmanager
def stopping(pk: int) -> Iterator[None]:
    """Tell a running job beside SQLite to let go of the database, so that the block can write that it is called off."""
    mark = database.stop_mark(pk)
    if mark is None:
        yield
        return
    mark.touch(mode=0o600)
    try:
        yield
    finally:
        mark.unlink(missing_ok=True)


def call_off(pk: int) -> bool:
    """Call a job off; returns whether it had not ended before. What it has not committed by then is never written.

    Stands in a block of `stopping`, in the transaction that says what becomes of the job's subject.
    """
    unfinished = JobRun.objects.filter(pk=pk, state__in=(JobRun.State.QUEUED, JobRun.State.RUNNING))
    ended = {"outcome": "发起人取消", "finished": clock.now(), "lease_until": None}
    return unfinished.update(state=JobRun.State.CANCELLED, **ended) == 1


def requeue(everything: bool = False) -> None:
    """Send again what lies queued for two minutes or whose worker died; give up after three tries.

    everything: also what was queued just now, after the queue itself was emptied.
    """
    moment = clock.now()
    dead = JobRun.objects.filter(state=JobRun.State.RUNNING, lease_until__lt=moment)
    for run in dead.filter(tries__gte=MAX_TRIES):
        _finish(run, JobRun.State.FAILED, "处理中断，已试 3 次", lapsed=True)
    stale = JobRun.objects.filter(
        Q(state=JobRun.State.QUEUED, queued__lte=moment if everything else moment - timedelta(minutes=2))
        | Q(state=JobRun.State.RUNNING, lease_until__lt=moment)
    )
    for pk in stale.values_list("pk", flat=True)[:100]:
        _send(pk)


@shared_task(name="branches.tasks.run_job")
def run_job(pk: object = None, *foreign: object, **words: object) -> None:
    """The message of a job: its id, and one call. What else a message of others brings along is not read."""
    run(pk)


def beating(name: str, seconds: float = 10) -> Callable[[], None]:
    """Return what gives the sign of life `name` when called, at most once in so many seconds."""
    last: list[float] = []

    def say() -> None:
        if not last or monotonic() - last[0] >= seconds:
            last[:] = [monotonic()]
            beat(name)

    return say


def beat(name: str) -> None:
    """Note a sign of life of a worker (sign_of its queue), beat, sealer or roll-up."""
    if not signs.noted(name):
        Heartbeat.objects.update_or_create(name=name, defaults={"at": clock.now()})
