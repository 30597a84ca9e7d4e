"""How the levels below a duty stand: shown beside it, and never what fulfils it (judgement 4.1)."""

from dataclasses import dataclass
from datetime import date

from common import clock
from responsibilities.duties.headline import headline
from responsibilities.duties.models import Duty, Level
from responsibilities.duties.selectors.chain import Family
from responsibilities.duties.slot import DONE, LEFT_OUT, DutySlot, Slots

# What a holder of a level is called where many are counted.
UNITS = {Level.BRANCH: "个党支部", Level.MEMBER: "名党员"}


@dataclass(frozen=True)
class Below:
    """done, owed: occurrences, 0 where they are not told; a stage counts once, whoever carries it. holders, behind: lists, those with one overdue."""

    done: int
    owed: int
    holders: int
    behind: int
    unit: str

    @property
    def words(self) -> str:
        """Return 「37 / 57 项次，14 个党支部，5 个有逾期」."""
        late = f"，{self.behind} 个有逾期" if self.behind else "，无逾期"
        return (f"{self.done} / {self.owed} 项次，" if self.owed else "") + f"{self.holders} {self.unit}{late}"


def below(duty: Duty, family: Family, slots: Slots, as_of: date | None = None) -> Below | None:
    """Return how what serves a duty stands: at the branches where any serve it, else at the level that does; None for nothing.

    family: the Family of the duty. slots: {duty id: [DutySlot]} of what the user may read. A leader's duty about the work
    in his charge has nothing that serves it: of it the branches' stages of that work are told.
    """
    crowd = family.crowds.get(Level.BRANCH)
    if crowd is not None:
        # One stage is one occurrence at all who carry it: of so many only the holders are told.
        return Below(0, 0, crowd.lists, crowd.behind, UNITS[Level.BRANCH]) if duty.list.level != Level.LEADER else None
    rows, mine = _serving(duty, family, slots)
    as_of = as_of or clock.today()
    head = headline(rows, mine, as_of)
    if not head.slots:
        return None
    once = {_key(row, slot): slot for row in rows for slot in mine.get(row.pk, ()) if slot.state not in LEFT_OUT}
    levels = {Level(row.list.level) for row in rows}
    unit = UNITS.get(levels.pop(), "个责任主体") if len(levels) == 1 else "个责任主体"
    return Below(sum(slot.state in DONE for slot in once.values()), len(once), head.holders, head.behind, unit)


def _serving(duty: Duty, family: Family, slots: Slots) -> tuple[list[Duty], Slots]:
    readable = [row for row in family.below if row.pk in slots]
    branches = [row for row in readable if row.list.level == Level.BRANCH]
    rows = branches or readable
    if rows or duty.list.level != Level.LEADER:
        return rows, {row.pk: slots[row.pk] for row in rows}
    items = {slot.item for slot in slots.get(duty.pk, ()) if slot.item is not None}
    beside = [row for row in family.beside if row.list.level == Level.BRANCH and row.pk in slots] if items else []
    return beside, {row.pk: [slot for slot in slots[row.pk] if slot.item in items] for row in beside}


def _key(row: Duty, slot: DutySlot) -> tuple[int, str]:
    """One stage is one occurrence at all who carry it; the meetings of two branches are two."""
    return (0 if slot.item is not None else row.pk, slot.key)
