"""Who reads whom an organisation looks after: whoever keeps the roster at the branch itself, and the person; nobody else knows of it."""

from typing import Any

from django.http import Http404

from branches.reach.reach import fresh, reach_of
from branches.reach.rights import MEMBERS
from common.operator import Actor, account_of
from members.roster.models.members import Member


def _at(seats: Any, place: int) -> bool:
    return any(seat.organisation == place and seat.gives(MEMBERS) for seat in seats)


def keeps(user: Actor, branch: Any) -> bool:
    """Return whether `user` keeps the roster at this branch itself (an instance), by the rights of his request."""
    return keeps_at(user, branch.pk)


def keeps_at(user: Actor, branch: int) -> bool:
    """Return the same of a branch's id."""
    found = reach_of(user)
    return found.whole or _at(found.seats, branch)


def is_own(user: Actor, member: Member) -> bool:
    account = account_of(user)
    return account is not None and member.account_id == account.pk


def require_keeper(user: Actor, branch: Any) -> None:
    """Raise Http404 unless `user` keeps the roster at this branch itself now; the re-check after a write."""
    now = fresh(user, at=branch.pk)
    if not now.whole and not _at(now.seats, branch.pk):
        raise Http404
