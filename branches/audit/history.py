"""The history of one record, read from the audit trail, as items of <c-timeline>."""

import json
import re
from collections.abc import Collection
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils import timezone

from branches.audit.models import AuditEntry
from branches.audit.selectors import said
from branches.audit.verbs import verb_label
from common.errors import Stale, changed_by

# Columns that say how the system keeps a record, not what it says.
_SILENT = frozenset(
    [
        *("id", "uid", "state", "version", "changed", "created", "form_key", "edited_by_hand", "ordinal", "valid"),
        *("voters_expected", "voters_present", "author", "reviewer", "reviewed_at", "review_opened_at", "submitted_at"),
        *("no_reviewer", "origin", "organisation", "late", "made", "made_by", "frozen", "frozen_by"),
        *("published", "published_by", "first_said", "withdrawn_at"),
    ]
)
_PARTS = {"kinds": "类型", "attendance": "考勤", "resolutions": "决议", "hosts": "共同举办"}
_LONG = 60


def history(obj: Any, limit: int = 50) -> list[dict[str, Any]]:
    """Return the last `limit` entries of `obj`, newest first: {"when", "title", "who", "note", "changes", "kind"}.

    One statement. Long texts and references are named as changed, without their content.
    """
    rows = AuditEntry.objects.filter(object_type=obj._meta.model_name, object_id=obj.pk).order_by("-pk")[:limit]
    return [_item(obj, entry) for entry in rows]


def changed_by_another(obj: Any, *, looks: Collection[str] = ()) -> Stale:
    """Return what is said to whoever saves a form that was opened before somebody else saved: with the name of who wrote last.

    looks: verbs under which the object was merely looked at.
    """
    rows = AuditEntry.objects.filter(object_type=obj._meta.model_name, object_id=obj.pk).exclude(verb__in=looks)
    name, at = rows.order_by("-pk").values_list("actor_name", "at").first() or (None, None)
    return changed_by(name, obj, at)


def _item(obj: Any, entry: AuditEntry) -> dict[str, Any]:
    payload = json.loads(entry.payload)
    before, after = payload.get("before") or {}, payload.get("after") or {}
    action = entry.verb.rpartition(".")[2]
    changes: list[dict[str, str]] = []
    named: list[str] = []
    if before and after:
        changes, named = _changes(obj, before, after)
    if action == "return":
        changes, named = [], [after.get("return_reason", "")]
    notes = [
        payload.get("note", ""),
        before.get("attachment", "") or after.get("attachment", ""),
        "、".join(filter(None, named)),
    ]
    return {
        "when": entry.at,
        "title": verb_label(entry.verb),
        "who": f"{entry.actor_name}　{timezone.localtime(entry.at):%H:%M}",
        "note": "；".join(filter(None, notes)),
        "changes": changes,
        "kind": "missed" if action == "return" else "",
    }


def _changes(obj: Any, before: dict[str, Any], after: dict[str, Any]) -> tuple[list[dict[str, str]], list[str]]:
    changes: list[dict[str, str]] = []
    named: list[str] = []
    for name, value in after.items():
        if name in _SILENT or name == "return_reason":
            continue
        if name in _PARTS:
            named.append(f"{_PARTS[name]}有修改")
            continue
        try:
            field = obj._meta.get_field(name)
        except FieldDoesNotExist:
            continue
        if str(field.verbose_name).isascii():
            # A column of the machine's own bookkeeping has no name for readers.
            continue
        old, new = _words(obj, field, before.get(name)), _words(obj, field, value)
        if field.is_relation or max(len(old), len(new)) > _LONG:
            named.append(f"{field.verbose_name}有修改")
        else:
            changes.append({"field": field.verbose_name, "before": old, "after": new})
    return changes, named


def _words(obj: Any, field: Any, value: Any) -> str:
    """Return a value of a column as its form shows it: names for codes, hours and minutes for a time of day.

    A model names the codes of a list that it keeps in `TRAIL_NAMES`: {column: {code: name}}.
    """
    text = str(said(value) or "")
    if isinstance(field, models.TimeField):
        return text[:5]
    listed = getattr(obj, "TRAIL_NAMES", {}).get(field.name)
    if listed is not None:
        return "、".join(str(listed.get(code, code)) for code in re.findall(r"'([^']*)'", text))
    return str(dict(field.flatchoices or ()).get(text, text))
