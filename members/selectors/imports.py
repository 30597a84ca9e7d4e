"""Imports as their author sees them; nobody else does."""

from django.http import Http404

from members.models import ImportBatch


def own_batch(user, uid):
    """Return the ImportBatch `uid` of its author, with its job; anybody else gets Http404."""
    batch = ImportBatch.objects.select_related("job").filter(author=user, uid=uid).first()
    if batch is None:
        raise Http404
    return batch


def own_batches(user, limit=10):
    """Return the newest imports of `user`."""
    return ImportBatch.objects.filter(author=user)[:limit]
