"""Encrypt anew with the key that writes now (security control C43): in batches, safe to stop and start again."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import apps
from django.db import transaction

from branches import audit
from common import crypto
from common.crypto import CannotBeShown
from common.operator import Actor


def _encrypted_models() -> Iterator[tuple[type[Any], list[str]]]:
    """Yield (model, names of its encrypted fields)."""
    for model in apps.get_models():
        names = [field.name for field in model._meta.concrete_fields if getattr(field, "encrypted", False)]
        if names:
            yield model, names


def field_keys_rotate(*, by: Actor, batch: int = 500) -> tuple[int, list[tuple[str, int, str]]]:
    """Write every encrypted value that another key or algorithm wrote anew with the first key of FIELD_KEYS.

    Returns (values written, [(model, id, field)] of values that cannot be read). Progress needs no notes: what is done
    no longer asks for it, so a run that was stopped goes on where it stood. Each value is replaced only if nobody
    changed it in between; one audit entry for each batch that wrote something.
    """
    written = 0
    unreadable: list[tuple[str, int, str]] = []
    for model, names in _encrypted_models():
        last = 0
        while True:
            rows = list(model._default_manager.filter(pk__gt=last).order_by("pk").only("uid", *names)[:batch])
            if not rows:
                break
            last = rows[-1].pk
            written += _rotate(by, model, names, rows, unreadable)
    return written, unreadable


@transaction.atomic
def _rotate(
    by: Actor, model: type[Any], names: Sequence[str], rows: Sequence[Any], unreadable: list[tuple[str, int, str]]
) -> int:
    number = 0
    for row in rows:
        for name in names:
            old = getattr(row, name)
            if not old or not crypto.needs_rotation(old):
                continue
            bound_to = model._meta.get_field(name).aad(row)
            try:
                new = crypto.encrypt(crypto.decrypt(old, bound_to), bound_to)
            except CannotBeShown:
                unreadable.append((model._meta.model_name, row.pk, name))
                continue
            number += model._default_manager.filter(pk=row.pk, **{name: old}).update(**{name: new})
    if number:
        note = f"{model._meta.verbose_name} {rows[0].pk}–{rows[-1].pk}，{number} 个值改用新密钥"
        audit.record(by=by, verb="keys.rotate", note=note)
    return number
