"""What a member may pledge of the business work that his branch carries (承诺), with the address it speaks of."""

from datetime import date

from django.urls import reverse

from common import clock
from common.text import quoted
from members.commitments.suggested import Suggested
from members.roster.models.members import Member
from responsibilities.work.models import SyncStage, SyncStageKind, WorkItem

MOST = 3
_QUARTERS = "一二三四"


def offers_of(member: Member, year: int) -> list[Suggested]:
    """Return sentences of the work that goes on in a year at the member's branch, the next business day first; two statements."""
    items = WorkItem.objects.filter(
        carriers__organisation=member.home_id, stopped_on__isnull=True, starts__year__lte=year
    )
    items = items.filter(ends__gte=max(clock.today(), date(year, 1, 1))).order_by("ends", "pk").distinct()[:MOST]
    rows = list(items)
    stages = SyncStage.objects.filter(item__in=[row.pk for row in rows], happened_on__isnull=True)
    stages = stages.filter(stage=SyncStageKind.IMPLEMENTATION, planned_on__year=year).order_by("planned_on")
    due = {stage.item_id: stage.planned_on for stage in stages if stage.planned_on is not None}
    found = []
    for row in rows:
        day = due.get(row.pk)
        what = f"第{_QUARTERS[(day.month - 1) // 3]}季度节点" if day else "本人承担的部分，按期完成"
        text = f"承担{quoted(row.name[:40])}{what}"
        found.append(Suggested(f"w{row.pk}", text, "支部承担的重点业务", reverse("work_detail", args=[row.pk])))
    return found
