"""How a case and its steps stand, as the pages, the queue and the measures read it; rules.py says how it comes about."""

from dataclasses import dataclass, field
from datetime import date

from members.development.file import Entry
from members.development.steps import DECIDED, Step
from members.roster.models.members import MemberStage

# How a step stands.
DONE, DONE_LATE, STOPPED, UNCOUNTED, PAPER, SKIPPED = "done", "done_late", "stopped", "uncounted", "paper", "skipped"
OVERDUE, DUE_SOON, WAITING, READY, NOT_DUE, LATER = "overdue", "due_soon", "waiting", "ready", "not_due", "later"
# Of a case that is over: what was not done and is asked no more.
ENDED = "ended"
OPEN = (OVERDUE, DUE_SOON, WAITING, READY, NOT_DUE, STOPPED, UNCOUNTED)
# Worst first: what a card of the board shows of a case that has several steps before it.
_URGENCY = {OVERDUE: 0, STOPPED: 1, DUE_SOON: 2, UNCOUNTED: 3, WAITING: 4, READY: 5, NOT_DUE: 6}


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong. level: STOP or WARN; day: when it became so; mendable: whether it can still be put right.

    settled: an explanation was accepted, or an exception made: it stays marked and costs nothing. late: a limit passed, nothing lacks.
    decided: those who decide said no, which is nobody's mistake.
    """

    key: str
    rule: str
    level: str
    words: str
    day: date
    mendable: bool
    settled: bool = False
    late: bool = False
    decided: bool = False

    @property
    def counts(self) -> bool:
        """Whether it costs anything: a mistake that nobody above has accepted the reason of."""
        return not self.settled and not self.decided


@dataclass(frozen=True)
class StepView:
    """One step of a case. due: until when, None where the text gives no limit; since: the day that this is counted from.

    from_day: the first day on which it may be done, where that still lies ahead; note: why it waits or took no effect. reviews: of step
    6, until when each was owed and when it took place (None: it has not).
    """

    step: Step
    state: str
    entry: Entry | None = None
    due: date | None = None
    since: date | None = None
    from_day: date | None = None
    note: str = ""
    faults: tuple[Fault, ...] = ()
    reviews: tuple[tuple[date, date | None], ...] = ()

    @property
    def open(self) -> bool:
        return self.state in OPEN

    @property
    def stood(self) -> bool:
        return self.state in (DONE, DONE_LATE, PAPER, SKIPPED)


@dataclass
class CaseStanding:
    """A case as a whole. stage: what the person is by it; joined_on, full_on, approved_on (of full membership): as far as they follow.

    stage_since: {stage: day from which he is it}; outcome: full or cancelled once that was approved, "" before. over: the case is
    closed, so that nothing of it is next.
    """

    steps: list[StepView]
    stage: MemberStage
    stage_since: dict[MemberStage, date] = field(default_factory=dict)
    joined_on: date | None = None
    full_on: date | None = None
    approved_on: date | None = None
    probation_ends: date | None = None
    outcome: str = ""
    over: bool = False

    @property
    def next(self) -> StepView | None:
        """The step that a card shows: the worst of those that can be done, then the first; None of a case that is over."""
        waits = [one for one in self.steps if one.open and not self.over]
        # What was entered before its turn waits for its turn.
        waits = [one for one in waits if not self.missing(one.step)] or waits
        proposed = self.of("7").stood

        def rank(one: StepView) -> tuple[int, int]:
            # Reviews go on beside the way to the notice, which is what a card tells of once somebody is proposed.
            beside = one.step.key == "6" and proposed and one.state != OVERDUE
            return len(_URGENCY) if beside else _URGENCY[one.state], one.step.order

        return min(waits, key=rank, default=None)

    @property
    def faults(self) -> list[Fault]:
        """What is wrong and not settled: stops, and warnings without an accepted reason."""
        return [fault for one in self.steps for fault in one.faults if not fault.settled]

    @property
    def column(self) -> str:
        """The column of the board: of the last step that stands; whoever was admitted stands in the last."""
        if self.stage in (MemberStage.PROBATIONARY, MemberStage.FULL):
            return "probation"
        stood = [one.step for one in self.steps if one.stood and one.state != SKIPPED]
        return stood[-1].column if stood else "apply"

    def missing(self, spec: Step) -> list[Step]:
        """Return what has to be done before a step and does not stand."""
        return [one.step for one in self.steps if one.step.key in spec.needs and not one.stood]

    def blocking(self, spec: Step) -> list[Step]:
        """Return what has to be done before anything of a step is entered, whatever it decides."""
        return [one for one in self.missing(spec) if one.key not in spec.only_full]

    def decision_on(self, key: str) -> StepView | None:
        """Return the first decision above that stands and rests on a step, by itself or through others; None where none does."""
        resting = {key}
        for one in self.steps:
            if resting & set(one.step.needs):
                resting.add(one.step.key)
                if one.step.key in DECIDED and one.stood and one.entry is not None:
                    return one
        return None

    def of(self, key: str) -> StepView:
        return next(one for one in self.steps if one.step.key == key)
