"""How a number of duties stands, the same for every page: in duties and in those who answer for them, occurrences second.

A holder with twelve monthly occurrences would else weigh twelve times as much as one with a single duty of the year.
"""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date

from common import clock
from responsibilities.duties.models import Duty
from responsibilities.duties.slot import DONE, LEFT_OUT, REPORTED, UNJUDGED, DutySlot, Slots

OVERDUE, LATE, ON_TIME, WAITING = "overdue", "late", "on_time", "waiting"


@dataclass(frozen=True)
class Headline:
    """Whole numbers about some duties.

    duties: those of which anything is owed; each is one of overdue (something is past its date), late (all that fell due
    is fulfilled, some of it after its date), on_time (the same, nothing late), waiting (nothing is due or fulfilled yet).
    holders: lists they stand on, behind: those with an overdue duty, busy: those with anything due or fulfilled. slots:
    occurrences owed, fulfilled: of those fulfilled, pending: of those fulfilled the ones nobody has reviewed yet,
    unjudged: of those fulfilled the ones reported where nobody stands above to judge, missed: past their date.
    """

    duties: int = 0
    overdue: int = 0
    late: int = 0
    on_time: int = 0
    waiting: int = 0
    holders: int = 0
    behind: int = 0
    busy: int = 0
    slots: int = 0
    fulfilled: int = 0
    pending: int = 0
    unjudged: int = 0
    missed: int = 0

    def __add__(self, other: "Headline") -> "Headline":
        """Return the Headline of both together, which have no list in common."""
        return Headline(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))

    def words(self, noun: str = "项责任") -> str:
        """Return 「12 项责任，8 项按期，2 项逾期」."""
        if not self.duties:
            return f"0 {noun}"
        late = f"{self.overdue} 项逾期" if self.overdue else "无逾期"
        return f"{self.duties} {noun}，{self.on_time} 项按期，{late}"

    @property
    def rest(self) -> str:
        """What is neither on time nor overdue, so that the numbers add up: 「1 项补录或补办，1 项未到期」, "" for nothing."""
        parts = [f"{self.late} 项补录或补办"] * bool(self.late) + [f"{self.waiting} 项未到期"] * bool(self.waiting)
        return "，".join(parts)

    @property
    def holders_words(self) -> str:
        """Return 「37 个责任主体，5 个有逾期」."""
        return f"{self.holders} 个责任主体" + (f"，{self.behind} 个有逾期" if self.behind else "")

    @property
    def occurrences(self) -> str:
        """The second line: 「按次计应落实 386 项次，已落实 337 项次（其中待审核 3），逾期 49 项次」, "" where nothing is owed."""
        if not self.slots:
            return ""
        text = f"按次计应落实 {self.slots} 项次，已落实 {self.fulfilled} 项次"
        parts = [f"待审核 {self.pending}"] * bool(self.pending)
        parts += [f"已报告无上级审核 {self.unjudged}"] * bool(self.unjudged)
        text += f"（其中{'，'.join(parts)}）" if parts else ""
        return text + (f"，逾期 {self.missed} 项次" if self.missed else "")


def headline(duties: Iterable[Duty], slots: Slots, as_of: date | None = None) -> Headline:
    """Return the Headline of these duties. slots: {duty id: [DutySlot]} as judged on `as_of` (default today)."""
    as_of = as_of or clock.today()
    counts = dict.fromkeys((OVERDUE, LATE, ON_TIME, WAITING), 0)
    holders: dict[str, set[int]] = {"all": set(), "behind": set(), "busy": set()}
    owed: list[DutySlot] = []
    for duty in duties:
        mine = [slot for slot in slots.get(duty.pk, ()) if slot.state not in LEFT_OUT]
        if not mine:
            continue
        owed += mine
        how = standing(mine, as_of)
        counts[how] += 1
        holders["all"].add(duty.list_id)
        if how != WAITING:
            holders["busy"].add(duty.list_id)
        if how == OVERDUE:
            holders["behind"].add(duty.list_id)
    return Headline(
        duties=sum(counts.values()),
        **counts,
        holders=len(holders["all"]),
        behind=len(holders["behind"]),
        busy=len(holders["busy"]),
        slots=len(owed),
        fulfilled=sum(slot.state in DONE for slot in owed),
        pending=sum(slot.stands == REPORTED for slot in owed),
        unjudged=sum(slot.state == UNJUDGED for slot in owed),
        missed=sum(slot.behind(as_of) for slot in owed),
    )


def standing(owed: Iterable[DutySlot], as_of: date) -> str:
    """Return how one duty stands by its occurrences that are owed: OVERDUE, LATE, ON_TIME or WAITING."""
    owed = list(owed)
    if any(slot.behind(as_of) for slot in owed):
        return OVERDUE
    done = [slot for slot in owed if slot.state in DONE]
    if any(slot.missed for slot in done):
        return LATE
    return ON_TIME if done else WAITING
