"""The audit trail: record, seal, verify (security controls C50–C55).

Entries are plain inserts in the writer's transaction. The sealer chains them afterwards: a chain inside the transaction
puts all writers in one line and deadlocks.
"""

import hashlib
import hmac
import json
import logging
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import connection, models, transaction
from django.utils import timezone

from branches import database
from branches.models import AuditEntry, AuditSeal
from branches.scoping import OPERATOR

log = logging.getLogger("tongbu.audit")
GENESIS = "0" * 64
SEALER_LOCK = 7_302_001


@dataclass(frozen=True)
class Source:
    """Where a write comes from; set by the middleware for each request."""

    address: str = ""
    request_id: str = ""
    appointment_id: int | None = None


_NOWHERE = Source()
source = ContextVar("audit_source", default=_NOWHERE)


def _key():
    return settings.AUDIT_KEY.encode()


def _key_id():
    return hashlib.sha256(b"audit-key" + _key()).hexdigest()[:16]


def _canonical(value):
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)


def _row_text(entry):
    at = entry.at.astimezone(UTC)
    return _canonical(
        [
            at.strftime("%Y-%m-%dT%H:%M:%S.%f"),
            entry.actor_id,
            entry.actor_name,
            entry.appointment_id,
            entry.address,
            entry.request_id,
            entry.verb,
            entry.object_type,
            entry.object_id,
            entry.object_name,
            entry.organisation_id,
            entry.payload,
        ]
    )


def _mac(entry):
    return hmac.new(_key(), _row_text(entry).encode(), hashlib.sha256).hexdigest()


def snapshot(instance, hide=()):
    """Return a plain dict of an instance's columns for `before` and `after`.

    Encrypted and hidden columns are kept as a mark only, never as content (C46).
    """
    values = {}
    for field in instance._meta.concrete_fields:
        value = field.value_from_object(instance)
        if getattr(field, "encrypted", False) or field.name in hide or field.name in {"password", "name_key"}:
            value = "（已加密）" if value else ""
        if isinstance(value, datetime):
            # One moment is one text, in whichever zone it was read.
            value = value.astimezone(UTC).isoformat(sep=" ")
        values[field.name] = value if isinstance(value, str | int | bool | type(None)) else str(value)
    return values


def changes(before, after):
    """Return the two dicts reduced to the keys whose values differ."""
    keys = [key for key in after if before.get(key) != after[key]]
    return {key: before.get(key) for key in keys}, {key: after[key] for key in keys}


def _entry(*, by, verb, obj, before, after, organisation, note, name=None):
    where = source.get()
    if before is not None and after is not None:
        before, after = changes(before, after)
    payload = {key: value for key, value in (("before", before), ("after", after), ("note", note)) if value}
    entry = AuditEntry(
        at=timezone.now(),
        actor_id=None if by is OPERATOR else by.pk,
        actor_name=by.name,
        appointment_id=where.appointment_id if by is not OPERATOR else None,
        address=where.address,
        request_id=where.request_id,
        verb=verb,
        object_type=obj._meta.model_name if isinstance(obj, models.Model) else "",
        object_id=obj.pk if isinstance(obj, models.Model) and isinstance(obj.pk, int) else None,
        object_name=(str(obj or "") if name is None else name)[:200],
        organisation_id=getattr(organisation, "pk", organisation),
        payload=_canonical(payload),
        key_id=_key_id(),
    )
    entry.mac = _mac(entry)
    return entry


def record(*, by, verb, obj=None, before=None, after=None, organisation=None, note=""):
    """Add one entry in the caller's transaction and return it.

    by: a User or OPERATOR. verb: short dotted word such as "activity.submit". obj: the instance written.
    before, after: dicts (see `snapshot`); unchanged keys are dropped. organisation: instance or id it belongs to.
    """
    entry = _entry(by=by, verb=verb, obj=obj, before=before, after=after, organisation=organisation, note=note)
    entry.save(force_insert=True)
    transaction.on_commit(lambda: log.info("entry %s %s", entry.pk, entry.mac[:16]))
    return entry


def record_many(*, by, verb, rows):
    """Add one entry for each of many instances written together: `rows` of (instance, organisation id, name, after).

    The name is given, because `str()` of many instances would ask the database for each.
    """
    entries = [
        _entry(by=by, verb=verb, obj=obj, before=None, after=after, organisation=organisation, note="", name=name)
        for obj, organisation, name, after in rows
    ]
    made = AuditEntry.objects.bulk_create(entries, batch_size=500)
    if made:
        transaction.on_commit(lambda: log.info("entries %s–%s %s", made[0].pk, made[-1].pk, made[-1].mac[:16]))


def _link(prev, pos, entry):
    return hmac.new(
        _key(), f"{prev}|{pos}|{entry.pk}|{entry.mac}|{_row_text(entry)}".encode(), hashlib.sha256
    ).hexdigest()


def seal(limit=5000):
    """Chain the entries whose transactions surely ended; return how many were sealed.

    PostgreSQL: only rows below the oldest running transaction, in the order of their ids. SQLite: writers stand in one
    line anyway, so every visible row has ended.
    """
    sealed = 0
    with transaction.atomic():
        database.advisory_lock(SEALER_LOCK)
        head = AuditSeal.objects.order_by("-pos").first()
        pos, prev = (head.pos, head.hash) if head else (0, GENESIS)
        waiting = AuditEntry.objects.exclude(pk__in=AuditSeal.objects.values("entry_id")).order_by("pk")
        if connection.vendor == "postgresql":
            waiting = waiting.extra(where=["xid < pg_snapshot_xmin(pg_current_snapshot())"])
        links = []
        for entry in waiting[:limit]:
            pos += 1
            value = _link(prev, pos, entry)
            links.append(AuditSeal(pos=pos, entry_id=entry.pk, prev=prev, hash=value, key_id=_key_id()))
            prev = value
            sealed += 1
        AuditSeal.objects.bulk_create(links)
    if sealed:
        log.info("sealed %s entries, head %s:%s", sealed, pos, prev)
    return sealed


def seal_all():
    """Seal until nothing that can be sealed waits; return the head as `pos:hash`."""
    while seal():
        pass
    return head()


def head():
    """Return the head of the chain as `pos:hash`, or "0:…" when nothing is sealed."""
    last = AuditSeal.objects.order_by("-pos").first()
    return f"{last.pos}:{last.hash}" if last else f"0:{GENESIS}"


@dataclass
class Verdict:
    ok: bool
    message: str
    position: int | None = None
    checked: int = 0


def verify(anchor=""):
    """Recompute every seal and mac; return a Verdict naming the first broken position.

    anchor: `pos:hash` printed earlier outside the database; without one a cut at the end cannot be seen.
    """
    missing = database.missing_audit_guards()
    if missing:
        return Verdict(False, f"审计表缺少保护：{'、'.join(missing)}")
    seal_all()
    prev, checked = GENESIS, 0
    seals = AuditSeal.objects.order_by("pos")
    entries = {}
    batch = 2000
    while True:
        rows = list(seals.filter(pos__gt=checked)[:batch])
        if not rows:
            break
        entries = AuditEntry.objects.in_bulk([row.entry_id for row in rows])
        for row in rows:
            expected = checked + 1
            if row.pos != expected:
                return Verdict(False, f"第 {expected} 位缺失", expected, checked)
            entry = entries.get(row.entry_id)
            if entry is None:
                return Verdict(False, f"第 {row.pos} 位的记录（编号 {row.entry_id}）已被删除", row.pos, checked)
            if not hmac.compare_digest(entry.mac, _mac(entry)):
                return Verdict(False, f"第 {row.pos} 位的记录（编号 {row.entry_id}）被改动", row.pos, checked)
            if row.prev != prev or not hmac.compare_digest(row.hash, _link(prev, row.pos, entry)):
                return Verdict(False, f"第 {row.pos} 位的链接不符", row.pos, checked)
            prev, checked = row.hash, row.pos
    late = AuditEntry.objects.exclude(pk__in=AuditSeal.objects.values("entry_id"))
    for entry in late.order_by("pk"):
        if not hmac.compare_digest(entry.mac, _mac(entry)):
            return Verdict(False, f"未封存的记录（编号 {entry.pk}）被改动", checked + 1, checked)
    stale = late.filter(at__lt=timezone.now() - timedelta(minutes=10)).count()
    if stale:
        return Verdict(False, f"有 {stale} 条记录超过10分钟未封存", checked + 1, checked)
    if anchor:
        pos, _, value = anchor.partition(":")
        held = AuditSeal.objects.filter(pos=int(pos) if pos.isdigit() else -1).first()
        if int(pos or 0) > 0 and (held is None or held.hash != value):
            return Verdict(False, f"与锚点不符：第 {pos} 位", int(pos) if pos.isdigit() else None, checked)
    return Verdict(True, f"审计链完整，共 {checked} 条", None, checked)
