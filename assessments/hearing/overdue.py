"""Answers that are overdue: whoever releases them is told, once."""

from django.urls import reverse

from assessments.hearing.models import Objection
from assessments.hearing.selectors import UNANSWERED
from assessments.hearing.services import KIND
from assessments.results.models import AssessmentState
from branches.access.models import User
from branches.notices.services import notice_send
from branches.reach import access
from branches.reach.models import Appointment
from branches.reach.rights import PUBLISH
from common import clock
from common.database import one_transaction
from common.operator import OPERATOR
from common.text import quoted

# Who releases the answer to a further objection (judgement 7.1).
SECOND = "party_group_secretary"


def objections_overdue() -> int:
    """Tell the reviewers of each objection whose answer is overdue today; return how many objections there were.

    Safe to run twice and at once: `overdue_told` is set by a conditional update, and whoever set it sends.
    """
    rows = Objection.objects.filter(
        state__in=UNANSWERED,
        due__lt=clock.today(),
        overdue_told__isnull=True,
        assessment__state=AssessmentState.SENT,
    )
    return sum(_tell(row) for row in rows.select_related("organisation__parent").order_by("pk"))


@one_transaction
def _tell(row: Objection) -> bool:
    waiting = Objection.objects.filter(pk=row.pk, state__in=UNANSWERED, overdue_told__isnull=True)
    if waiting.update(overdue_told=clock.now()) != 1:
        return False
    url = reverse("objection_detail", args=[row.pk])
    text = f"{row.organisation.label}对{quoted(row.name)}的异议应在 {clock.in_words(row.due)}前答复，已逾期，答复之前不能冻结结果"
    for user in _reviewers(row):
        notice_send(by=OPERATOR, to=user, kind=KIND, text=text, url=url, about=url)
    return True


def _reviewers(row: Objection) -> list[User]:
    """Those who publish at the branch; of a further objection the Party group's secretary. Nobody who made it."""
    seats: list[Appointment] = access.who_can(PUBLISH, row.organisation, limit=50)
    found = {seat.user for seat in seats if row.turn == 1 or seat.role == SECOND}
    return sorted((user for user in found if user.pk != row.made_by_id), key=lambda user: user.pk)
