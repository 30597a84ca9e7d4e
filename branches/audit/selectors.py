"""The audit trail as people read it."""

import datetime
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from branches.audit.models import AuditEntry, AuditSeal
from branches.audit.subjects import grouped
from branches.audit.verbs import verb_label


def verbs_in_use() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return [(subject, [(verb, label)])] of the verbs that occur."""
    return grouped(AuditEntry.objects.order_by().values_list("verb", flat=True).distinct())


def day_bounds(
    first: datetime.date | None, last: datetime.date | None
) -> tuple[datetime.datetime | None, datetime.datetime | None]:
    """Return the aware moments at which the day `first` begins and the day `last` ends (None stays None)."""
    zone = timezone.get_current_timezone()
    begin = datetime.datetime.combine(first, datetime.time(), zone) if first else None
    end = datetime.datetime.combine(last + datetime.timedelta(days=1), datetime.time(), zone) if last else None
    return begin, end


def entries(data: Mapping[str, Any]) -> QuerySet[AuditEntry]:
    """Return the entries that fit `data` (cleaned values of AuditFilter), the newest first."""
    rows = AuditEntry.objects.order_by("-pk")
    begin, end = day_bounds(data.get("first"), data.get("last"))
    if begin:
        rows = rows.filter(at__gte=begin)
    if end:
        rows = rows.filter(at__lt=end)
    if data.get("who"):
        rows = rows.filter(actor_name__icontains=data["who"])
    if data.get("verb"):
        rows = rows.filter(verb=data["verb"])
    if data.get("object_name"):
        rows = rows.filter(object_name__icontains=data["object_name"])
    return rows


_MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?[+-]\d\d:\d\d")


def said(value: Any) -> Any:
    """Return a value of a payload as people read it: a moment, kept in UTC, in the agency's own time; else unchanged."""
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        return f"{timezone.localtime(datetime.datetime.fromisoformat(value)):%Y-%m-%d %H:%M:%S}"
    return value


def changes_of(entry: AuditEntry) -> tuple[list[dict[str, Any]], str]:
    """Return [{"field", "before", "after"}] and the note of an entry."""
    payload = json.loads(entry.payload or "{}")
    before, after = payload.get("before") or {}, payload.get("after") or {}
    rows = [
        {"field": key, "before": said(before.get(key)), "after": said(after.get(key))} for key in {**before, **after}
    ]
    return rows, payload.get("note", "")


def history_of(organisation: Any, kinds: Iterable[str], limit: int = 30) -> list[dict[str, Any]]:
    """Return the newest entries about an organisation for c-timeline; `kinds`: object types (model names)."""
    rows = AuditEntry.objects.filter(organisation_id=organisation.pk, object_type__in=kinds).order_by("-pk")[:limit]
    return [
        {"when": row.at, "title": f"{verb_label(row.verb)}：{row.object_name}", "who": row.actor_name} for row in rows
    ]


def sealed_among(rows: Iterable[AuditEntry]) -> set[int]:
    """Return the ids of those of some entries that are sealed."""
    return set(AuditSeal.objects.filter(entry_id__in=[row.pk for row in rows]).values_list("entry_id", flat=True))


def to_seal() -> int:
    """Return how many entries wait for their seal."""
    return AuditEntry.objects.count() - AuditSeal.objects.count()


def entries_about(things: Mapping[str, Iterable[int]], limit: int | None = 30) -> QuerySet[AuditEntry]:
    """Return the newest entries about some objects, {object type: ids}, in one statement."""
    wanted = Q()
    for kind, ids in things.items():
        wanted |= Q(object_type=kind, object_id__in=list(ids))
    return AuditEntry.objects.filter(wanted).order_by("-pk")[:limit]
