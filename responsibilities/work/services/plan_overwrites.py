"""What a year plan would overwrite: columns of an item that stand as somebody put them by hand after the plan."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from branches.audit.models import AuditEntry
from common import clock
from common.text import quoted
from responsibilities.work.models import SyncStage, SyncStageKind, WorkItem, WorkKind
from responsibilities.work.services.items import WorkData

# The note of a trail entry that a year plan wrote; every other entry about an item was written by hand.
FROM_PLAN = "按年度计划"


def changed_by_hand(items: Iterable[WorkItem]) -> dict[int, dict[str, str]]:
    """Return {item id: {column: name of who changed it}} of WorkItems, in three statements whatever their number.

    column: as a year plan names it. What the plan itself wrote last is not by hand; an item entered by hand is so whole.
    """
    ids = [item.pk for item in items]
    stages = dict(SyncStage.objects.filter(item__in=ids).values_list("pk", "item"))
    kinds = dict(SyncStage.objects.filter(item__in=ids).values_list("pk", "stage"))
    rows = AuditEntry.objects.filter(object_type="workitem", object_id__in=ids, verb__in=("work.create", "work.update"))
    rows |= AuditEntry.objects.filter(object_type="syncstage", object_id__in=list(stages), verb="work.stage")
    by_hand: dict[int, dict[str, str]] = {pk: {} for pk in ids}
    for row in rows.order_by("pk"):
        payload, item = json.loads(row.payload), row.object_id or 0
        if row.object_type == "syncstage":
            columns = {f"planned_{kinds[item]}"} if "planned_on" in (payload.get("after") or {}) else set()
            item = stages[item]
        else:
            columns = _columns(payload)
        for column in columns:
            if payload.get("note") == FROM_PLAN:
                by_hand[item].pop(column, None)
            else:
                by_hand[item][column] = row.actor_name
    return by_hand


def _columns(payload: dict[str, Any]) -> set[str]:
    """Return the columns of a year plan that a trail entry about an item changed."""
    before, after = payload.get("before") or {}, payload.get("after") or {}
    columns = {"leader" if name == "leader_name" else name for name in after} - {"planned"}
    if "planned" in after:
        old, new = (set(text.split("；")) for text in (before.get("planned") or "", after["planned"] or ""))
        columns |= {
            f"planned_{stage.value}" for stage in SyncStageKind if any(stage.label in part for part in old ^ new)
        }
    return columns


def overwritten(stored: WorkData, data: WorkData, hand: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return [(column, sentence)] of what `data` would change although it was changed by hand.

    stored, data: WorkData, as the item is and as the plan wants it. hand: of changed_by_hand, for this item.
    """
    old, new = _words(stored), _words(data)
    return [
        (
            column,
            f"{quoted(stored.name)}的这一项由{hand[column]}改过（{old.get(column) or '空'}），导入后改为{value or '空'}。",
        )
        for column, value in new.items()
        if column in hand and old.get(column, "") != value
    ]


def _words(data: WorkData) -> dict[str, str]:
    """The columns of a year plan as a reader compares them."""
    words = {
        "kind": WorkKind(data.kind).label,
        "lead": data.lead.name if data.lead else "",
        "helpers": "、".join(sorted(row.name for row in data.helpers if row != data.lead)),
        "leader": data.leader.name if data.leader else data.leader_name,
        "carriers": "、".join(place.label for place in data.carriers),
        "starts": clock.in_words(data.starts),
        "ends": clock.in_words(data.ends),
        "source": data.source,
    }
    return words | {
        f"planned_{SyncStageKind(stage).value}": clock.in_words(day) for stage, day in data.planned.items() if day
    }
