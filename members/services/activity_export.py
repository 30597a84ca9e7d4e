"""The list of records as a workbook: formula-safe, with the requester's name in it, audited without content."""

import io

from django.db import transaction
from django.utils import timezone

from branches import audit, clock
from branches.tabular import write_xlsx
from members.selectors.activities import figures_for

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


def _row(activity):
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


@transaction.atomic
def activities_export(*, by, activities, filters):
    """Return the bytes of an XLSX of `activities` (a queryset within the requester's reach).

    filters: the query string, kept in the audit entry together with the number of rows (control C42).
    """
    rows = figures_for(list(activities))
    file = io.BytesIO()
    moment = timezone.localtime(clock.now())
    write_xlsx(
        [_row(row) for row in rows],
        COLUMNS,
        file,
        title="活动记录",
        notes=[f"导出人：{by.name}　导出时间：{moment:%Y-%m-%d %H:%M}　共 {len(rows)} 条"],
    )
    audit.record(by=by, verb="activity.export", note=f"{len(rows)} 条；筛选：{filters[:500] or '无'}")
    return file.getvalue()
