"""How a command fills the facts: it waits for the worker's fill to end, and says so when that lasts too long."""

from contextlib import contextmanager

from django.core.management.base import CommandError

from assessments.facts import fill as rollups

PATIENCE = 60


@contextmanager
def filled(**kwargs):
    """Yield the Outcome of a fill and keep other fills out meanwhile; exit 1 when another one holds on for a minute."""
    with rollups.filled(patience=PATIENCE, **kwargs) as outcome:
        if outcome.busy:
            raise CommandError("另一次汇总正在进行，请稍后再试。", returncode=1)
        yield outcome
