"""How a membership ends otherwise than by a transfer; what was open of a transfer ends with it."""

from datetime import date
from typing import Any

from common.database import one_transaction
from common.operator import Actor
from members.development.models.cases import CaseOutcome
from members.development.services.effects import case_ends_with
from members.roster.models.members import Member
from members.roster.models.standing import End, PartyStatus
from members.roster.services.standing import member_leave
from members.transfers.services.transfers import transfers_overtaken


@one_transaction
def membership_end(
    *, by: Actor, member: Member, ground: str, on: date, document: str = "", decided_in: Any = None
) -> PartyStatus:
    """End a membership by death or a decision; raises as `member_leave`."""
    row = member_leave(by=by, member=member, ground=ground, on=on, document=document, decided_in=decided_in)
    case_ends_with(by, member, CaseOutcome.WITHDRAWN, End(ground).label)
    transfers_overtaken(by=by, members=[member.pk], why=End(ground).label)
    return row
