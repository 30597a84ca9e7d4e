"""A record as a row of the exported list, which the import reads as it is."""

from typing import Any

from django.utils import timezone

from members.activities.ledger import ACTIVITIES_LEDGER
from members.activities.models import Activity, AttendanceState

# The reasons stand with the names, in one column.
READ = tuple(field.name for field in ACTIVITIES_LEDGER.fields if field.name != "absent_reason")
# What the product knows beside it; the import leaves it aside.
OWN_COLUMNS = ACTIVITIES_LEDGER.aside
COLUMNS = (*(ACTIVITIES_LEDGER.label(name) for name in READ), *OWN_COLUMNS)
AWAY = (AttendanceState.LEAVE, AttendanceState.ABSENT)
PREFETCHED = ("kinds", "attendance__member", "unknown_absentees")


def _away(activity: Activity) -> str:
    """Return who was away with the reason: 何一（病假）、石二. A leave without a reason says that it was one."""
    said = [
        (entry.member.name, entry.reason or ("请假" if entry.state == AttendanceState.LEAVE else ""))
        for entry in activity.attendance.all()
        if entry.state in AWAY
    ]
    said += [(one.name, one.reason) for one in activity.unknown_absentees.all()]
    return "、".join(f"{name}（{reason}）" if reason else name for name, reason in said)


def _makes_up(activity: Activity) -> str:
    """Return the month that a record makes up for, with the kinds where these are not all: 2026年9月（主题党日）."""
    if activity.makes_up_for is None:
        return ""
    label = activity.made_up_label
    return f"{activity.makes_up_for:%Y年%-m月}" + (f"（{label}）" if label else "")


def activity_row(activity: Activity) -> list[Any]:
    """Return the cells of one record in the order of COLUMNS; its figures must have been asked (`figures_for`)."""
    sent = timezone.localtime(activity.submitted_at) if activity.submitted_at else None
    cells = {
        "date": activity.day,
        "organisation": activity.organisation.name,
        "kind": "、".join(kind.get_kind_display() for kind in activity.kinds.all()),
        "topic": activity.title,
        "place": activity.place,
        # A ledger may name several hosts; the first is the chair.
        "chair": activity.chair_name or (activity.chair.name if activity.chair else ""),
        "recorder": activity.recorder_name,
        "expected": activity.expected,
        "present": activity.present,
        "absent": _away(activity),
        "content": activity.content,
        "last_day": activity.last_day,
        "hours": activity.hours_stated,
        "state": activity.get_state_display(),
        "makes_up": _makes_up(activity),
    }
    late = "是" if activity.late else "否"
    return [*(cells[name] for name in READ), sent, late, activity.get_origin_display()]
