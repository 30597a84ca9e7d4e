"""Who reads amounts of dues: whoever keeps the roster at the branch itself, and the payer. Above only numbers and sums are read."""

from typing import Any

from branches.places.models.organisations import Kind
from branches.reach import access
from branches.reach.reach import fresh, reach_of
from branches.reach.rights import MEMBERS
from common.operator import Actor

NOT_HERE = "党费由党支部自己登记；上级只看人数和合计。"


def _at(seats: Any, place: int) -> bool:
    return any(seat.organisation == place and seat.gives(MEMBERS) for seat in seats)


def reads_amounts(user: Actor, branch: Any) -> bool:
    """Return whether `user` keeps the roster at this branch itself (an instance), by the rights of his request."""
    found = reach_of(user)
    return found.whole or _at(found.seats, branch.pk)


def reads_balance(user: Actor, place: Any) -> bool:
    """Return whether `user` reads what an organisation's dues of a year come to: of a branch only the branch itself does."""
    return place.kind != Kind.BRANCH or reads_amounts(user, place)


def require_keeper(user: Actor, branch: Any) -> None:
    """Raise as `access.require` does unless `user` keeps the roster at this branch itself now; the re-check after a write."""
    access.require(user, MEMBERS, branch)
    now = fresh(user, at=branch.pk)
    if not now.whole and not _at(now.seats, branch.pk):
        raise access.Forbidden(MEMBERS, branch, NOT_HERE)
