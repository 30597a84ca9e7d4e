"""Encrypt anew with the key that writes now (security control C43): in batches, safe to stop and start again."""

from collections.abc import Sequence
from typing import Any

from branches import audit
from branches.access.models import KeyCanary
from branches.access.services.key_check import encrypted_models, index_key_holds, index_mark, indexed_fields
from common import crypto, database
from common.crypto import CannotBeShown
from common.database import one_transaction
from common.operator import Actor


def field_keys_rotate(*, by: Actor, batch: int = 500) -> tuple[int, list[tuple[str, int, str]]]:
    """Write every encrypted value that another key or algorithm wrote anew with the first key of FIELD_KEYS.

    Returns (values written, [(model, id, field)] of values that cannot be read). Progress needs no notes: what is done
    no longer asks for it, so a run that was stopped goes on where it stood. Each value is replaced only if nobody
    changed it in between; one audit entry for each batch that wrote something. The blind indexes stay as they are while
    their key does; where that has changed, they are made anew first (`index_rebuild`).
    """
    index_rebuild(by=by)
    written = 0
    unreadable: list[tuple[str, int, str]] = []
    for model, names in encrypted_models():
        last = 0
        while True:
            rows = list(model._default_manager.filter(pk__gt=last).order_by("pk").only("uid", *names)[:batch])
            if not rows:
                break
            last = rows[-1].pk
            written += _rotate(by, model, names, rows, unreadable)
    return written, unreadable


@one_transaction
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


@one_transaction
def index_rebuild(*, by: Actor) -> int:
    """Make every blind index anew where its key is no longer that of the data; returns how many, 0 where it is.

    All or nothing, with the tables locked against writers: at no moment do two indexes of one number stand beside each
    other, so that none is registered twice. Whoever still writes with the former key is refused from then on
    (`index_key_holds`). Raises CannotBeShown, and changes nothing, where a value cannot be read: an old key is missing.
    """
    fields = list(indexed_fields())
    for model, *_ in fields:
        database.lock_against_writes(model._meta.db_table)
    if index_key_holds():
        return 0
    number = 0
    for model, name, column, purpose in fields:
        for row in model._default_manager.exclude(**{name: ""}).order_by("pk").only("uid", name).iterator(500):
            plain = crypto.decrypt(getattr(row, name), model._meta.get_field(name).aad(row))
            model._default_manager.filter(pk=row.pk).update(**{column: crypto.blind_index(plain, purpose)})
            number += 1
    KeyCanary.objects.filter(name="index").update(value=index_mark())
    audit.record(by=by, verb="keys.index", note=f"{number} 个盲索引改用新密钥")
    return number
