"""Imports as their author sees them; nobody else does."""

from collections.abc import Iterable
from typing import Any

from django.http import Http404

from common.operator import Actor
from members.imports.agency import LEDGERS
from members.imports.models import RUNNING, ImportBatch, ImportLine


def own_batch(user: Actor, uid: Any, ledgers: Iterable[str] = LEDGERS) -> ImportBatch:
    """Return the ImportBatch `uid` of its author, with its job; anybody else gets Http404.

    ledgers: the kinds of file that the asking page knows; a batch of others is no page of its.
    """
    batch = ImportBatch.objects.select_related("job").filter(author=user.pk, uid=uid).first()
    if batch is None or not set(batch.files) <= set(ledgers):
        raise Http404
    return batch


def own_batches(user: Actor, limit: int = 10, ledgers: Iterable[str] = LEDGERS) -> list[ImportBatch]:
    """Return the newest imports of `user` of these ledgers."""
    rows = ImportBatch.objects.filter(author=user.pk)[: 10 * limit]
    return [batch for batch in rows if set(batch.files) <= set(ledgers)][:limit]


def running_batch(user: Actor, ledgers: Iterable[str] = LEDGERS) -> ImportBatch | None:
    """Return the import of `user` that the worker is at, if it is one of these ledgers: an account has one at a time."""
    batch = ImportBatch.objects.filter(author=user.pk, state__in=RUNNING).first()
    return batch if batch is not None and set(batch.files) <= set(ledgers) else None


def lines_of(batch: ImportBatch, kind: str) -> Any:
    """Return the ImportLines of one kind, in the order of the file."""
    return ImportLine.objects.filter(batch=batch, kind=kind)
