"""One requirement: who owes what in a period, what was done of it, and what was found and does not count."""

from dataclasses import dataclass, field
from datetime import date

from common.periods import Period
from members.activities.selectors.counting import Uncounted
from members.care.rules import ALL_DONE, NOT_ALL_DONE, is_few
from responsibilities.requirements.models import RequirementState as State
from responsibilities.requirements.rule import RequirementRule
from responsibilities.requirements.rules import REQUIREMENT_RULES_BY_ID

# States in which nothing is expected.
NOT_OWED = (State.NOT_APPLICABLE, State.EXEMPT, State.NOT_ALIVE)


@dataclass(slots=True)
class Requirement:
    """One row: organisation × rule × period; of the personal rules one for each person there.

    expected: how many are owed (0 when not applicable). on_time, late: how many records (members, for talks) meet
    it. made_up: how many of the late were held after it was due (补办), the others happened in time and were entered late
    (补录). records: ids of the records that meet it. waiting: it is met only with records still under review. found:
    records of the period that do not count, with why. returned: id of a returned one, or None. reason: why it is exempt
    or not applicable. missing: ids of members without a talk, or without their hours; unknown: how many of these have records of
    unknown length. person: key of the person who owes it, "" for the
    organisation's; person_name: his name. documents: ids of the papers that meet it, circulars: of the circulars,
    duty_lists: of the duty lists.
    open_places: labels of organisations for which it is still to be done (reminders of terms).
    least: the smallest number of people who are looked after that its counts tell (RequirementRule.looked_after); plain: its reader
    keeps these people, and reads every number (reading.py).
    """

    organisation: int
    rule: str
    period: Period
    expected: int
    due: date
    on_time: int = 0
    late: int = 0
    made_up: int = 0
    state: str = State.NOT_DUE
    reason: str = ""
    records: list[int] = field(default_factory=list)
    waiting: bool = False
    found: list[Uncounted] = field(default_factory=list)
    returned: int | None = None
    unknown: int = 0
    missing: list[int] = field(default_factory=list)
    person: str = ""
    person_name: str = ""
    documents: list[int] = field(default_factory=list)
    circulars: list[int] = field(default_factory=list)
    duty_lists: list[int] = field(default_factory=list)
    open_places: list[int] = field(default_factory=list)
    least: int = 0
    plain: bool = False

    @property
    def done(self) -> int:
        return self.on_time + self.late

    @property
    def met(self) -> bool:
        """Whether as much is done as is owed, in time or late."""
        return self.done >= self.expected

    def count_late(self, day: date, *, makes_up: bool = False) -> None:
        """Count one more that came late, of `day`. makes_up: whether it is said to make up for an earlier period."""
        self.late += 1
        self.made_up += self.held_late(day, makes_up=makes_up)

    def held_late(self, day: date, *, makes_up: bool = False) -> bool:
        """Whether what was done on `day` was done only after it was due, and not just entered late."""
        return day > self.due or (makes_up and day not in self.period)

    @property
    def entered_late(self) -> int:
        return self.late - self.made_up

    @property
    def late_word(self) -> str:
        """How it was met late: 补办 for what was held late, 补录 for what was entered late (judgement 1.7)."""
        if self.made_up and self.made_up < self.late:
            return "补录、补办完成"
        return "补办完成" if self.made_up else "补录完成"

    @property
    def word(self) -> str:
        """Its state in a word."""
        if self.returned and self.state == State.OVERDUE:
            return "已退回，逾期"
        return self.late_word if self.state == State.MET_LATE else str(State(self.state).label)

    @property
    def few(self) -> bool:
        """Whether its counts are of so few people that above the branch its state alone is told."""
        return self.row.looked_after and self.applies and is_few(self.least)

    @property
    def veiled(self) -> bool:
        """Whether its reader does not read its numbers: nobody does who is not found to keep these people."""
        return self.few and not self.plain

    @property
    def told(self) -> str:
        """What is done of what is owed, as its reader reads it."""
        if self.veiled:
            return ALL_DONE if self.met else NOT_ALL_DONE
        return f"{self.done}／{self.expected}"

    @property
    def key(self) -> tuple[int, str, str]:
        return (self.organisation, self.rule, str(self.period))

    @property
    def row(self) -> RequirementRule:
        return REQUIREMENT_RULES_BY_ID[self.rule]

    @property
    def kind(self) -> str:
        """The kind of record that a form for it begins with, "" where no record proves it."""
        return next(iter(self.row.kinds), "")

    @property
    def applies(self) -> bool:
        return self.state not in NOT_OWED


def not_applicable(row: Requirement, reason: str) -> Requirement:
    """Return the row as one that is not owed, with why; nothing is expected of it and nothing counted."""
    row.expected = row.on_time = row.late = row.made_up = 0
    row.records, row.documents, row.circulars, row.duty_lists = [], [], [], []
    row.missing, row.open_places, row.unknown = [], [], 0
    row.waiting = False
    row.state, row.reason = State.NOT_APPLICABLE, reason
    return row
