"""Who may write what of a commitment: the member himself, whoever keeps his roster; nobody reviews his own or what he entered."""

from branches.reach import access
from branches.reach.rights import MEMBERS
from common.errors import Conflict
from common.operator import OPERATOR, Actor, account_of
from members.commitments.models import Commitment
from members.commitments.rules import ENTERED, OWN
from members.roster.models.members import Member


def is_own(by: Actor, member: Member) -> bool:
    account = account_of(by)
    return account is not None and member.account_id == account.pk


def require_writer(by: Actor, member: Member) -> None:
    """Raise as `access.require` does unless `by` is the member himself, or keeps his roster."""
    if not is_own(by, member):
        access.require(by, MEMBERS, member.home)


def why_not_review(by: Actor, commitment: Commitment) -> str:
    """Return why somebody who keeps the roster may not decide on a commitment, "" where he may."""
    if by is OPERATOR:
        return ""
    if is_own(by, commitment.member):
        return OWN
    account = account_of(by)
    return ENTERED if account is not None and commitment.entered_by_id == account.pk else ""


def require_reviewer(by: Actor, commitment: Commitment) -> None:
    """Raise Conflict where somebody would decide on his own or on what he entered, and as `access.require` does."""
    access.require(by, MEMBERS, commitment.member.home)
    if why := why_not_review(by, commitment):
        raise Conflict(why, record=commitment)
