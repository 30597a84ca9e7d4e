"""Background work: a row, a message that carries its id, a claim that only one worker wins.

Both brokers lose or repeat messages, so the row is the truth: a lost message is found again from the row (`requeue`), a
repeated one finds the row already claimed (security controls C61–C63, faults F03–F06).
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from celery import shared_task
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q

from branches.jobs.models import Heartbeat, JobRun
from common import clock
from common.operator import OPERATOR, Actor, account_of

log = logging.getLogger("tongbu.jobs")
MAX_TRIES = 3
LEASE = timedelta(seconds=2 * settings.CELERY_TASK_TIME_LIMIT)
Work = Callable[..., str | None]
_KINDS: dict[str, Work] = {}


class JobFailed(Exception):
    """A job ends with a reason that its requester may read."""


def job(kind: str) -> Callable[[Work], Work]:
    """Register the function that does jobs of this kind: `function(by, **parameters) -> outcome text`."""

    def register(function: Work) -> Work:
        _KINDS[kind] = function
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
    won = JobRun.objects.filter(free, pk=pk, tries__lt=MAX_TRIES).update(
        state=JobRun.State.RUNNING, lease_until=moment + LEASE, tries=F("tries") + 1
    )
    return JobRun.objects.select_related("requester").get(pk=pk) if won == 1 else None


def run(pk: object) -> None:
    """Claim and do one job. The requester's reach is computed again by the service it calls (control C63)."""
    claimed = claim(pk)
    if claimed is None:
        return
    by = claimed.requester or OPERATOR
    try:
        if not by.is_active:
            raise JobFailed("发起人的账号已停用。")
        outcome = _KINDS[claimed.kind](by, **claimed.parameters)
    except JobFailed as reason:
        _finish(claimed, JobRun.State.FAILED, str(reason))
    except Exception as error:
        log.exception("job %s (%s) failed", pk, claimed.kind)
        last = claimed.tries >= MAX_TRIES
        _finish(
            claimed,
            JobRun.State.FAILED if last else JobRun.State.QUEUED,
            f"{type(error).__name__}，已试 {claimed.tries} 次",
        )
    else:
        _finish(claimed, JobRun.State.DONE, outcome or "")


def _finish(claimed: JobRun, state: str, outcome: str) -> None:
    JobRun.objects.filter(pk=claimed.pk, state=JobRun.State.RUNNING).update(
        state=state,
        outcome=outcome,
        lease_until=None,
        finished=None if state == JobRun.State.QUEUED else clock.now(),
    )


def requeue(everything: bool = False) -> None:
    """Send again what lies queued for two minutes or whose worker died; give up after three tries.

    everything: also what was queued just now, after the queue itself was emptied.
    """
    moment = clock.now()
    JobRun.objects.filter(state=JobRun.State.RUNNING, lease_until__lt=moment, tries__gte=MAX_TRIES).update(
        state=JobRun.State.FAILED, finished=moment, outcome="处理中断，已试 3 次"
    )
    stale = JobRun.objects.filter(
        Q(state=JobRun.State.QUEUED, queued__lte=moment if everything else moment - timedelta(minutes=2))
        | Q(state=JobRun.State.RUNNING, lease_until__lt=moment)
    )
    for pk in stale.values_list("pk", flat=True)[:100]:
        _send(pk)


@shared_task(name="branches.tasks.run_job")
def run_job(pk: object) -> None:
    """The message of a job: its id, and one call."""
    run(pk)


def beat(name: str) -> None:
    """Note a sign of life of worker, beat, sealer or roll-up."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": clock.now()})
