"""Write what a member says of his pledges at the year's end."""

from django.core.exceptions import ValidationError

from branches import audit
from common import clock
from common.database import one_transaction
from common.errors import Conflict
from common.operator import Actor
from members.activities.models import Activity
from members.commitments.marks import mark_members
from members.commitments.models import CommitmentState, Pledge
from members.commitments.rights import require_writer
from members.commitments.rules import check_own
from members.commitments.selectors.shown import records_shared
from members.commitments.services.pledging import held


@one_transaction
def pledge_say(*, by: Actor, pledge: Pledge, own: str, how: str = "", activity: Activity | None = None) -> Pledge:
    """Say how a pledge was kept; a sentence only where it was not kept whole. Raises Conflict once the year has been judged.

    activity: a record at which the member was.
    """
    commitment = held(pledge.commitment)
    require_writer(by, commitment.member)
    row = Pledge.objects.select_for_update(of=("self",)).get(pk=pledge.pk)
    require_open(commitment.state, row)
    check_own(own, how)
    if activity is not None and activity.pk not in {one.pk for one, _ in records_shared(row, commitment.member)}:
        raise ValidationError({"activity": "请从列出的本人参加的记录中选择。"})
    row.commitment = commitment
    with audit.change(by=by, verb="commitment.say", obj=row, organisation=commitment.member.home):
        row.own, row.how, row.activity, row.said_on = own, how, activity, clock.today()
        row.full_clean()
        row.save()
        require_writer(by, commitment.member)
    mark_members([commitment.member_id], commitment.year)
    return row


def require_open(state: str, pledge: Pledge) -> None:
    """Raise Conflict unless something may be said of a pledge."""
    if pledge.ended_on is not None:
        raise Conflict("这一项已改为新的承诺。")
    if state == CommitmentState.APPRAISED:
        raise Conflict("这个年度已经评定，不能再改。")
    if state != CommitmentState.PUBLISHED:
        raise Conflict("承诺公开以后再填写兑现情况。")
