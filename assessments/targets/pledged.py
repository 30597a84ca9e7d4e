"""What a member may pledge of the aims that his branch has a share of (承诺)."""

from datetime import date

from django.urls import reverse

from assessments.targets.models import PlanState, TargetShare
from common import clock
from common.text import quoted
from members.commitments.suggested import Suggested
from members.roster.models.members import Member

MOST = 3


def offers_of(member: Member, year: int) -> list[Suggested]:
    """Return sentences of the targets of a year that the member's branch shares; one statement."""
    day = min(max(clock.today(), date(year, 1, 1)), date(year, 12, 31))
    shares = TargetShare.objects.in_force(day).filter(
        organisation=member.home_id, target__plan__year=year, target__plan__state=PlanState.ISSUED
    )
    rows = shares.select_related("target").order_by("target")[:MOST]
    return [
        Suggested(
            f"t{row.target_id}",
            f"为完成{quoted(row.target.name[:40])}尽本人的一份力",
            "支部的党建目标",
            reverse("target_detail", args=[row.target_id]),
        )
        for row in rows
    ]
