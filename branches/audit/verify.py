"""Recompute the whole trail and name the first place where it was touched (control C55)."""

import hmac
import re
from dataclasses import dataclass
from datetime import timedelta

from branches.audit.guards import missing_audit_guards
from branches.audit.macs import link, mac
from branches.audit.models import AuditEntry, AuditSeal
from branches.audit.seal import GENESIS, seal_all
from common import clock

BATCH = 2000
# A position and the hash of the chain there, as `seal.head` prints them.
_ANCHOR = re.compile(r"[0-9]{1,18}:[0-9a-f]{64}")


@dataclass
class Verdict:
    ok: bool
    message: str
    position: int | None = None
    checked: int = 0


def verify(anchor: str = "") -> Verdict:
    """Recompute every seal and mac; return a Verdict naming the first broken position.

    anchor: `pos:hash` printed earlier outside the database; without one a cut at the end cannot be seen.
    """
    if anchor and not _ANCHOR.fullmatch(anchor):
        return Verdict(False, f"锚点“{anchor[:40]}”无法识别，应写成“位置:哈希”，如 verify_audit 打印的链头。")
    missing = missing_audit_guards()
    if missing:
        return Verdict(False, f"审计表缺少保护：{'、'.join(missing)}")
    seal_all()
    checked, broken = _walk()
    if broken is not None:
        return broken
    late = AuditEntry.objects.exclude(pk__in=AuditSeal.objects.values("entry_id"))
    for entry in late.order_by("pk"):
        if not hmac.compare_digest(entry.mac, mac(entry)):
            return Verdict(False, f"未封存的记录（编号 {entry.pk}）被改动", checked + 1, checked)
    stale = late.filter(at__lt=clock.real_now() - timedelta(minutes=10)).count()
    if stale:
        return Verdict(False, f"有 {stale} 条记录超过10分钟未封存", checked + 1, checked)
    if anchor:
        number, _, value = anchor.partition(":")
        pos = int(number)
        if pos > 0 and not AuditSeal.objects.filter(pos=pos, hash=value).exists():
            return Verdict(False, f"与锚点不符：第 {pos} 位", pos, checked)
    return Verdict(True, f"审计链完整，共 {checked} 条", None, checked)


def _walk() -> tuple[int, Verdict | None]:
    """Follow the chain from its beginning; return how many links are sound, and the Verdict of the first that is not."""
    prev, checked = GENESIS, 0
    seals = AuditSeal.objects.order_by("pos")
    while batch := list(seals.filter(pos__gt=checked)[:BATCH]):
        entries = AuditEntry.objects.in_bulk([row.entry_id for row in batch])
        for row in batch:
            expected = checked + 1
            if row.pos != expected:
                return checked, Verdict(False, f"第 {expected} 位缺失", expected, checked)
            entry = entries.get(row.entry_id)
            if entry is None:
                return checked, Verdict(
                    False, f"第 {row.pos} 位的记录（编号 {row.entry_id}）已被删除", row.pos, checked
                )
            if not hmac.compare_digest(entry.mac, mac(entry)):
                return checked, Verdict(False, f"第 {row.pos} 位的记录（编号 {row.entry_id}）被改动", row.pos, checked)
            if row.prev != prev or not hmac.compare_digest(row.hash, link(prev, row.pos, entry)):
                return checked, Verdict(False, f"第 {row.pos} 位的链接不符", row.pos, checked)
            prev, checked = row.hash, row.pos
    return checked, None
