"""What the rooms above know of who visits whom; they put themselves here when they are ready."""

from collections.abc import Callable
from datetime import date

from common.operator import Actor

# (account, day) -> ids of the branches that he looks after as a leader.
CONTACTS: list[Callable[[Actor, date], list[int]]] = []


def contacts(user: Actor, day: date) -> list[int]:
    """Return the ids of the branches that an account looks after on a day."""
    return sorted({place for said in CONTACTS for place in said(user, day)})
