"""A record as a row of the exported list."""

from typing import Any

from django.utils import timezone

from members.activities.models import Activity

COLUMNS = (
    "党组织",
    "日期",
    "类型",
    "主题",
    "地点",
    "主持人",
    "应到",
    "实到",
    "议程与决议",
    "状态",
    "报送时间",
    "是否迟报",
    "来源",
)


def activity_row(activity: Activity) -> list[Any]:
    """Return the cells of one record in the order of COLUMNS; its figures must have been asked (`figures_for`)."""
    sent = timezone.localtime(activity.submitted_at) if activity.submitted_at else None
    return [
        activity.organisation.name,
        activity.day,
        activity.kinds_label,
        activity.title,
        activity.place,
        activity.chair.name if activity.chair else activity.chair_name,
        activity.expected,
        activity.present,
        activity.content,
        activity.get_state_display(),
        sent,
        "是" if activity.late else "否",
        activity.get_origin_display(),
    ]
