"""Imports as their author sees them; nobody else does."""

from collections.abc import Iterable
from typing import Any

from django.http import Http404

from common.operator import Actor
from members.imports.agency import LEDGERS
from members.imports.models import ImportBatch


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
