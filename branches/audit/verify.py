"""Recompute the whole trail and name the first place where it was touched (control C55)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.contrib.auth import get_user_model

from branches.audit import anchors as kept_anchors
from branches.audit.anchors import ANCHOR, Anchor, AnchorFileError
from branches.audit.guards import broken_audit_guards
from branches.audit.macs import UnknownKey, entry_is_sound, link_is_sound
from branches.audit.models import AuditEntry, AuditSeal
from branches.audit.seal import GENESIS, seal_all
from common import clock
from common.text import quoted

BATCH = 2000


@dataclass
class Verdict:
    ok: bool
    message: str
    position: int | None = None
    checked: int = 0


def verify(anchor: str = "", further: Iterable[Anchor] = (), file: Path | None = None) -> Verdict:
    """Recompute every seal and mac, look for every anchor that was kept; return a Verdict naming the first broken position.

    anchor: `pos:hash` that somebody kept elsewhere. further: anchors of upper rooms (published reports). Those of the
    table and of AUDIT_ANCHOR_FILE (or of `file` in its place) are looked for in any case. What was cut off after the last
    anchor cannot be seen.
    """
    if anchor and not ANCHOR.fullmatch(anchor):
        return Verdict(False, f"锚点{quoted(anchor[:40])}无法识别，应写成“位置:哈希”，如 verify_audit 打印的链头。")
    broken_guards = broken_audit_guards()
    if broken_guards:
        return Verdict(False, f"审计表的保护缺失或被改动：{'、'.join(broken_guards)}")
    seal_all()
    checked, broken = _walk()
    return (
        broken
        or _unsealed(checked)
        or _empty(checked)
        or _without_anchor(checked, [*([Anchor(anchor, "所给锚点")] if anchor else []), *further], file)
        or Verdict(True, f"审计链完整，共 {checked} 条", None, checked)
    )


def _unsealed(checked: int) -> Verdict | None:
    """Look at the entries that wait for the sealer: sound, and none for long."""
    late = AuditEntry.objects.exclude(pk__in=AuditSeal.objects.values("entry_id"))
    for entry in late.order_by("pk"):
        if wrong := _wrong_entry(entry):
            return Verdict(False, f"未封存的记录（编号 {entry.pk}）{wrong}", checked + 1, checked)
    stale = late.filter(at__lt=clock.real_now() - timedelta(minutes=10)).count()
    if stale:
        return Verdict(False, f"有 {stale} 条记录超过10分钟未封存", checked + 1, checked)
    return None


def _empty(checked: int) -> Verdict | None:
    """An installation in which somebody has an account has a trail: the account itself left an entry."""
    if not checked and not AuditEntry.objects.exists() and get_user_model().objects.exists():
        return Verdict(False, "审计记录为空，而系统中已有账号：记录被清空", 1, 0)
    return None


def _without_anchor(checked: int, further: Iterable[Anchor], file: Path | None) -> Verdict | None:
    try:
        lost = kept_anchors.first_not_in_chain([*further, *kept_anchors.kept(file)])
    except AnchorFileError as error:
        return Verdict(False, str(error), None, checked)
    if lost is None:
        return None
    pos = int(lost.head.partition(":")[0])
    return Verdict(
        False, f"与{lost.place}不符：第 {pos} 位，其后的记录被截去、替换，或数据库被换回旧的一份", pos, checked
    )


def _wrong_entry(entry: AuditEntry) -> str:
    """Return what is wrong with an entry, in words, or ""."""
    try:
        return "" if entry_is_sound(entry) else "被改动"
    except UnknownKey as error:
        return f"无法核验：{error}"


def _walk() -> tuple[int, Verdict | None]:
    """Follow the chain from its beginning; return how many links are sound, and the Verdict of the first that is not."""
    prev, checked = GENESIS, 0
    seals = AuditSeal.objects.order_by("pos")
    while batch := list(seals.filter(pos__gt=checked)[:BATCH]):
        entries = AuditEntry.objects.in_bulk([row.entry_id for row in batch])
        for row in batch:
            wrong = _wrong_link(row, entries.get(row.entry_id), prev, checked + 1)
            if wrong:
                return checked, Verdict(False, wrong, checked + 1, checked)
            prev, checked = row.hash, row.pos
    return checked, None


def _wrong_link(row: AuditSeal, entry: AuditEntry | None, prev: str, expected: int) -> str:
    """Return what is wrong with a link of the chain, in words, or ""."""
    if row.pos != expected:
        return f"第 {expected} 位缺失"
    if entry is None:
        return f"第 {row.pos} 位的记录（编号 {row.entry_id}）已被删除"
    if wrong := _wrong_entry(entry):
        return f"第 {row.pos} 位的记录（编号 {row.entry_id}）{wrong}"
    try:
        sound = row.prev == prev and link_is_sound(row, entry)
    except UnknownKey as error:
        return f"第 {row.pos} 位的链接无法核验：{error}"
    return "" if sound else f"第 {row.pos} 位的链接不符"
