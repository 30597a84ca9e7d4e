"""What the own page says of one's commitment: first of all from 1 January until it is made, and in December."""

from django.urls import reverse

from common import clock
from members.commitments.models import Commitment, CommitmentState
from members.commitments.rules import due_of, personal_due
from members.commitments.selectors.rosters import pledgers
from members.roster.models.members import Member

_SAID_FROM = 12


def brief(member: Member) -> tuple[str, str, str]:
    """Return (what waits in words, what to do, its address); empty words where nothing does. Three statements at most."""
    today, address = clock.today(), reverse("own_commitment")
    made = Commitment.objects.filter(member=member, year=today.year).first()
    if made is not None and made.is_returned:
        return f"{today.year} 年承诺退回修改：{made.return_reason}", "修改", address
    if made is None:
        own = next((one for rows in pledgers(today, among=[member.pk]).values() for one in rows), None)
        if own is None or own.exempt or personal_due(own.since, today.year, due_of(today.year)) is None:
            return "", "", address
        return f"还没有作 {today.year} 年承诺", "选用后提交", address
    if made.state == CommitmentState.PUBLISHED and today.month >= _SAID_FROM:
        number = made.pledges.standing().filter(own="").count()
        if number:
            return f"{today.year} 年承诺有 {number} 项还没有说明兑现情况", "填写", address
    return "", "", address
