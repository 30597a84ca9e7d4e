"""Imports as their author sees them; nobody else does."""

from django.http import Http404

from members.imports.agency import LEDGERS
from members.imports.models import ImportBatch


def own_batch(user, uid, ledgers=LEDGERS):
    """Return the ImportBatch `uid` of its author, with its job; anybody else gets Http404.

    ledgers: the kinds of file that the asking page knows; a batch of others is no page of its.
    """
    batch = ImportBatch.objects.select_related("job").filter(author=user, uid=uid).first()
    if batch is None or not set(batch.files) <= set(ledgers):
        raise Http404
    return batch


def own_batches(user, limit=10, ledgers=LEDGERS):
    """Return the newest imports of `user` of these ledgers."""
    rows = ImportBatch.objects.filter(author=user)[: 10 * limit]
    return [batch for batch in rows if set(batch.files) <= set(ledgers)][:limit]
