"""Write entries of the trail (security controls C50–C55): plain inserts in the writer's transaction.

The sealer (seal.py) chains them afterwards: a chain inside the transaction puts all writers in one line and deadlocks.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db import models, transaction

from branches.audit.macs import canonical, key_id, mac
from branches.audit.models import AuditEntry
from common import clock
from common.numbers import identity_masked
from common.operator import OPERATOR, Actor

log = logging.getLogger("tongbu.audit")


@dataclass(frozen=True)
class Source:
    """Where a write comes from; set by the middleware for each request."""

    address: str = ""
    request_id: str = ""
    appointment_id: int | None = None


_NOWHERE = Source()
# A blind index finds its number again for whoever holds the key, and tells that two entries mean one person.
_NEVER_KEPT = {"password", "code_digest", "name_key", "identity_index"}
source = ContextVar("audit_source", default=_NOWHERE)


def snapshot(instance: models.Model, hide: Iterable[str] = ()) -> dict[str, Any]:
    """Return a plain dict of an instance's columns for `before` and `after`.

    Encrypted and hidden columns are kept as a mark only, never as content (C46).
    """
    values = {}
    for field in instance._meta.concrete_fields:
        value = field.value_from_object(instance)
        if getattr(field, "encrypted", False) or field.name in hide or field.name in _NEVER_KEPT:
            value = "（已加密）" if value else ""
        if isinstance(value, datetime):
            # One moment is one text, in whichever zone it was read.
            value = value.astimezone(UTC).isoformat(sep=" ")
        values[field.name] = value if isinstance(value, str | int | bool | type(None)) else str(value)
    return values


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the two dicts reduced to the keys whose values differ."""
    keys = [key for key in after if before.get(key) != after[key]]
    return {key: before.get(key) for key in keys}, {key: after[key] for key in keys}


def _hidden(value: Any) -> Any:
    """Return a value of the payload with identity numbers in its texts masked: the trail keeps them for ever (C46)."""
    if isinstance(value, str):
        return identity_masked(value)
    if isinstance(value, Mapping):
        return {key: _hidden(one) for key, one in value.items()}
    return [_hidden(one) for one in value] if isinstance(value, list | tuple) else value


def _entry(
    *,
    by: Actor,
    verb: str,
    obj: Any,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    organisation: Any,
    note: str,
    name: str | None = None,
) -> AuditEntry:
    where = source.get()
    if before is not None and after is not None:
        before, after = changes(before, after)
    payload = {key: _hidden(value) for key, value in (("before", before), ("after", after), ("note", note)) if value}
    entry = AuditEntry(
        at=clock.real_now(),
        actor_id=None if by is OPERATOR else by.pk,
        actor_name=by.name,
        appointment_id=where.appointment_id if by is not OPERATOR else None,
        address=where.address,
        request_id=where.request_id,
        verb=verb,
        object_type=(obj._meta.model_name or "") if isinstance(obj, models.Model) else "",
        object_id=obj.pk if isinstance(obj, models.Model) and isinstance(obj.pk, int) else None,
        object_name=identity_masked(str(obj or "") if name is None else name)[:200],
        organisation_id=getattr(organisation, "pk", organisation),
        payload=canonical(payload),
        key_id=key_id(),
    )
    entry.mac = mac(entry)
    return entry


def record(
    *,
    by: Actor,
    verb: str,
    obj: Any = None,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    organisation: Any = None,
    note: str = "",
) -> AuditEntry:
    """Add one entry in the caller's transaction and return it.

    by: a User or OPERATOR. verb: short dotted word such as "activity.submit". obj: the instance written.
    before, after: dicts (see `snapshot`); unchanged keys are dropped. organisation: instance or id it belongs to.
    """
    entry = _entry(by=by, verb=verb, obj=obj, before=before, after=after, organisation=organisation, note=note)
    entry.save(force_insert=True)
    # Until the commit the line alone is held: entries have all that was written in them.
    line = (entry.pk, entry.mac[:16])
    transaction.on_commit(lambda: log.info("entry %s %s", *line))
    return entry


@dataclass
class Change:
    """What may still be said of a write while it is made: its note, and the organisation that it belongs to."""

    note: str = ""
    organisation: object = None


@contextmanager
def change(
    *,
    by: Actor,
    verb: str,
    obj: Any,
    organisation: Any = None,
    note: str = "",
    view: Callable[[Any], dict[str, Any]] = snapshot,
) -> Iterator[Change]:
    """Write `obj` inside the block; leaves one entry with what stood before and what stands after.

    by, verb, organisation, note: as for `record`; yields a Change, where the last two can still be set. view: what of an
    instance is kept, a function that returns a dict (see `snapshot`). A new instance has no before. The entry is part of
    the caller's transaction; an error in the block leaves none.
    """
    before = view(obj) if obj.pk is not None else None
    said = Change(note, organisation)
    yield said
    record(by=by, verb=verb, obj=obj, before=before, after=view(obj), organisation=said.organisation, note=said.note)


class Row(NamedTuple):
    """One of many instances written together; before: as it stood, None where it is new."""

    obj: models.Model
    organisation: int | None
    name: str
    after: Mapping[str, Any]
    before: Mapping[str, Any] | None = None
    note: str = ""


def record_many(*, by: Actor, verb: str, rows: Iterable[Row]) -> None:
    """Add one entry for each of many instances written together.

    The name is given, because `str()` of many instances would ask the database for each.
    """
    entries = [
        _entry(
            by=by,
            verb=verb,
            obj=row.obj,
            before=row.before,
            after=row.after,
            organisation=row.organisation,
            note=row.note,
            name=row.name,
        )
        for row in rows
    ]
    made = AuditEntry.objects.bulk_create(entries, batch_size=500)
    if made:
        line = (made[0].pk, made[-1].pk, made[-1].mac[:16])
        transaction.on_commit(lambda: log.info("entries %s–%s %s", *line))
