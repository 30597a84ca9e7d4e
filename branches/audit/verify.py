"""Recompute the whole trail and name the first place where it was touched (control C55)."""

import hmac
from dataclasses import dataclass
from datetime import timedelta

from branches.audit.guards import missing_audit_guards
from branches.audit.macs import link, mac
from branches.audit.models import AuditEntry, AuditSeal
from branches.audit.seal import GENESIS, seal_all
from common import clock


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
    missing = missing_audit_guards()
    if missing:
        return Verdict(False, f"审计表缺少保护：{'、'.join(missing)}")
    seal_all()
    prev, checked = GENESIS, 0
    seals = AuditSeal.objects.order_by("pos")
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
            if not hmac.compare_digest(entry.mac, mac(entry)):
                return Verdict(False, f"第 {row.pos} 位的记录（编号 {row.entry_id}）被改动", row.pos, checked)
            if row.prev != prev or not hmac.compare_digest(row.hash, link(prev, row.pos, entry)):
                return Verdict(False, f"第 {row.pos} 位的链接不符", row.pos, checked)
            prev, checked = row.hash, row.pos
    late = AuditEntry.objects.exclude(pk__in=AuditSeal.objects.values("entry_id"))
    for entry in late.order_by("pk"):
        if not hmac.compare_digest(entry.mac, mac(entry)):
            return Verdict(False, f"未封存的记录（编号 {entry.pk}）被改动", checked + 1, checked)
    stale = late.filter(at__lt=clock.real_now() - timedelta(minutes=10)).count()
    if stale:
        return Verdict(False, f"有 {stale} 条记录超过10分钟未封存", checked + 1, checked)
    if anchor:
        pos, _, value = anchor.partition(":")
        held = AuditSeal.objects.filter(pos=int(pos) if pos.isdigit() else -1).first()
        if int(pos or 0) > 0 and (held is None or held.hash != value):
            return Verdict(False, f"与锚点不符：第 {pos} 位", int(pos) if pos.isdigit() else None, checked)
    return Verdict(True, f"审计链完整，共 {checked} 条", None, checked)
