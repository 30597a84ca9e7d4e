"""An overdue notice goes to the next level, once."""

from datetime import date

from django.urls import reverse

from branches import audit
from branches.notices.services import notice_send
from branches.reach import access
from common import clock
from common.database import one_transaction
from common.text import quoted
from responsibilities.assigning import above
from responsibilities.supervision.models import AWAITING, Supervision
from responsibilities.supervision.selectors.notices import overdue


def supervisions_escalate(as_of: date | None = None) -> int:
    """Tell the next level above and the sender of every notice overdue on `as_of` (default today); return how many.

    Safe to run twice and at once: `escalated_at` is set by a conditional update, and whoever set it sends.
    """
    as_of = as_of or clock.today()
    waiting = Supervision.objects.filter(overdue(as_of), escalated_at__isnull=True).order_by("pk")
    return sum(_escalate(row) for row in waiting.select_related("organisation__parent", "holder", "issued_by"))


@one_transaction
def _escalate(supervision: Supervision) -> bool:
    rows = Supervision.objects.filter(
        pk=supervision.pk, state__in=AWAITING, escalated_at__isnull=True, due=supervision.due
    )
    if rows.update(escalated_at=clock.now()) != 1:
        return False
    sender = supervision.issued_by
    people = above(supervision.organisation, supervision.holder, without=[sender.pk] if sender else [])
    for user in [*people, *([sender] if sender else [])]:
        notice_send(
            by=access.OPERATOR,
            to=user,
            kind="supervision",
            text=f"{supervision.label}{quoted(supervision.title)}逾期未回复：{supervision.recipient}，"
            f"时限{supervision.due:%-m月%-d日}",
            url=reverse("supervision_detail", args=[supervision.pk]),
            about=f"supervision/{supervision.pk}/overdue",
        )
    audit.record(
        by=access.OPERATOR,
        verb="supervision.escalate",
        obj=supervision,
        organisation=supervision.organisation_id,
        note="、".join(user.name for user in people) or "上级没有可通知的负责人",
    )
    return True
