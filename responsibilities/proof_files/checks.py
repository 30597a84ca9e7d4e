"""Every night: which of the kept files are gone or altered (fault F09). Every hour: scan what nobody has scanned (control C41)."""

from typing import Any

from django.db.models import Count, Q, QuerySet

from branches.kept_files.checks import Looked, look_at
from branches.kept_files.models import ScanState
from common.uploads import scanning
from members.activities.models import Attachment
from responsibilities.proof_files.models import ProofFile

# So many files of a kind are scanned an hour: a scanner that was away for long must not hold up the worker.
_SCANNED_AT_ONCE = 200
MOST_LISTED = 200


def _kinds() -> list[QuerySet[Any]]:
    attachments = Attachment.objects.select_related("activity__organisation__parent")
    return [attachments, ProofFile.objects.select_related("organisation__parent")]


def files_check() -> Looked:
    """Read every kept file, note what is lost or back, and scan what nobody has; returns how many."""
    looked = Looked()
    for rows in _kinds():
        looked = looked.plus(look_at(rows.order_by("pk").iterator(chunk_size=200), scan=scanning.answers()))
    return looked


def files_scan() -> Looked:
    """Scan files that nobody has scanned, the oldest first; nothing without a scanner that answers."""
    looked = Looked()
    if not scanning.answers():
        return looked
    for rows in _kinds():
        waiting = rows.filter(scan=ScanState.UNKNOWN).order_by("pk")[:_SCANNED_AT_ONCE]
        looked = looked.plus(look_at(waiting, scan=True))
    return looked


def troubled() -> list[Any]:
    """Return the files that are lost or infected, the newest first, at most MOST_LISTED of each kind."""
    found = [row for rows in _kinds() for row in rows.filter(_TROUBLED).order_by("-pk")[:MOST_LISTED]]
    return sorted(found, key=lambda row: row.uploaded, reverse=True)


def counts() -> dict[str, int]:
    """Return {"files", "unscanned", "lost", "infected"}: how many kept files there are of each."""
    named = {
        "files": Q(),
        "unscanned": Q(scan=ScanState.UNKNOWN),
        "lost": Q(lost_since__isnull=False),
        "infected": Q(scan=ScanState.INFECTED),
    }
    asked = {name: Count("pk", filter=which) if which else Count("pk") for name, which in named.items()}
    found = [rows.order_by().aggregate(**asked) for rows in _kinds()]
    return {name: sum(row[name] for row in found) for name in named}


_TROUBLED = Q(scan=ScanState.INFECTED) | Q(lost_since__isnull=False)
