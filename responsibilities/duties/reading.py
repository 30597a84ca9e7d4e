"""Who reads what a duty's slots count: where it is few people who are looked after, whoever keeps these people alone."""

from collections.abc import Sequence

from common.operator import Actor
from members.care.rights import keeps_at
from responsibilities.duties.models import Duty, Level
from responsibilities.duties.slot import DutySlot


def read_by(user: Actor, duty: Duty, slots: Sequence[DutySlot]) -> list[DutySlot]:
    """Return the slots of a duty as a user reads them: of his own branch in numbers. What is above keeps nobody itself."""
    found = list(slots)
    for slot in found:
        slot.plain = bool(slot.veil) and duty.list.level == Level.BRANCH and keeps_at(user, duty.list.organisation_id)
    return found
