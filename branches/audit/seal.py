"""Chain the entries of the trail, so that none can be changed, cut out or slipped in unseen (controls C51–C53)."""

import logging

from django.db import connection, transaction

from branches.audit.macs import key_id, link
from branches.audit.models import AuditEntry, AuditSeal
from common import database

log = logging.getLogger("tongbu.audit")
GENESIS = "0" * 64
SEALER_LOCK = 7_302_001


def seal(limit: int = 5000) -> int:
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
        links, number = [], key_id()
        for entry in waiting[:limit]:
            pos += 1
            value = link(prev, pos, entry, number)
            links.append(AuditSeal(pos=pos, entry_id=entry.pk, prev=prev, hash=value, key_id=number))
            prev = value
            sealed += 1
        AuditSeal.objects.bulk_create(links)
    if sealed:
        log.info("sealed %s entries, head %s:%s", sealed, pos, prev)
    return sealed


def seal_all() -> str:
    """Seal until nothing that can be sealed waits; return the head as `pos:hash`."""
    while seal():
        pass
    return head()


def head() -> str:
    """Return the head of the chain as `pos:hash`, or "0:…" when nothing is sealed."""
    last = AuditSeal.objects.order_by("-pos").first()
    return f"{last.pos}:{last.hash}" if last else f"0:{GENESIS}"
