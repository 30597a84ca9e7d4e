"""Look at kept files again: are their bytes still there, and what does the scanner say of those it has not seen.

Marks are the system's own, so each change for the worse, and its end, leaves an entry; that a file was found clean leaves none.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from branches import audit
from branches.access.auditors import tell_auditors
from branches.kept_files.models import ScanState
from common import clock
from common.database import one_transaction
from common.operator import OPERATOR
from common.uploads import scanning
from common.uploads import sniffing as files


class Looked(NamedTuple):
    """How many files were looked at, and how many of them were found lost and infected now."""

    number: int = 0
    lost: int = 0
    infected: int = 0

    def plus(self, other: "Looked") -> "Looked":
        return Looked(*(one + two for one, two in zip(self, other, strict=True)))


def _label(row: Any) -> str:
    return f"{row._meta.model_name} {row.pk}"


@one_transaction
def mark_lost(*, row: Any, lost: bool) -> bool:
    """Note that a file is gone or altered, or that it is back; returns whether that is news. The entry says which file."""
    rows = type(row).objects.filter(pk=row.pk, lost_since__isnull=lost)
    if not rows.update(lost_since=clock.now() if lost else None):
        return False
    verb = "file.lost" if lost else "file.back"
    audit.record(by=OPERATOR, verb=verb, obj=row, organisation=row.organisation, after={"sha256": row.sha256})
    return True


@one_transaction
def mark_scanned(*, row: Any, verdict: scanning.Verdict) -> bool:
    """Keep what the scanner said; returns whether the file is infected, which the security auditors are told."""
    if verdict.state == scanning.UNKNOWN:
        return False
    rows = type(row).objects.filter(pk=row.pk).exclude(scan=ScanState.INFECTED)
    if not rows.update(scan=verdict.state, scanned=clock.now(), found=verdict.found):
        return False
    if verdict.state != scanning.INFECTED:
        return False
    audit.record(
        by=OPERATOR, verb="file.infected", obj=row, organisation=row.organisation, after={"found": verdict.found}
    )
    tell_auditors(text=f"扫描发现文件带有恶意程序，已隔离：{row.organisation.label}，编号 {row.pk}", about=_label(row))
    return True


def look_at(rows: Iterable[Any], *, scan: bool) -> Looked:
    """Read each of the KeptFiles `rows`, note which are lost or back; scan those that nobody has scanned, where `scan`."""
    number = lost = infected = 0
    for row in rows:
        number += 1
        data = files.kept_bytes(row.path, row.sha256, _label(row))
        lost += mark_lost(row=row, lost=data is None) and data is None
        if scan and data is not None and row.scan == ScanState.UNKNOWN:
            infected += mark_scanned(row=row, verdict=scanning.scan_bytes(data))
    return Looked(number, lost, infected)
