"""What an indicator is scored from: counted things with their states, or one figure.

Four states are kept apart everywhere: unknown is not zero, zero is not "not required", and not required is
not late.
"""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from assessments.scoring.numbers import exact

MET, MET_LATE, OVERDUE = "met", "met_late", "overdue"
NOT_DUE, DUE_SOON = "not_due", "due_soon"
EXEMPT, WAIVED, NOT_APPLICABLE = "exempt", "waived", "not_applicable"
UNKNOWN, KNOWN = "unknown", "known"
# Nothing is built that could count it: not the same as "does not apply".
NOT_MEASURED = "not_measured"

COUNTED = frozenset({MET, MET_LATE, OVERDUE})
PENDING = frozenset({NOT_DUE, DUE_SOON})
LEFT_OUT = frozenset({EXEMPT, WAIVED, NOT_APPLICABLE})
STATES = COUNTED | PENDING | LEFT_OUT | {UNKNOWN}

Number = int | Decimal | Fraction | str


@dataclass(frozen=True)
class Item:
    """One thing that was owed: a requirement, a stage, a duty.

    state     one of STATES; an overdue item may be done in part
    name      what it is, as a reason names it: 10月支委会
    target    opaque reference of the page that would mend it: ("requirement", 12, "life-group-m", "2026-10")
    expected  how many units the item stands for (14 members); done: of these in time; late: of these late.
              Both may be left out: a met item is done whole, a late one late whole, an overdue one not at all
    unit      measure word of the units: 人, 次
    text      the whole reason, where the words made from name and unit do not fit; late_text: the same for
              what was late; late_word: how it came late, where they do fit
    final     cannot be made good any more
    rests_on  the measures by which another indicator may count the same thing
    fault     number of the deduction that it costs where it is missed, from 0, of an indicator with several
    """

    state: str
    name: str = ""
    target: tuple = ()
    expected: Number = 1
    done: Number | None = None
    late: Number | None = None
    unit: str = "次"
    text: str = ""
    late_text: str = ""
    late_word: str = "补录或补办完成"
    final: bool = False
    rests_on: tuple[str, ...] = ()
    fault: int = 0

    def __post_init__(self):
        if self.state not in STATES:
            raise ValueError(f"{self.state!r} is no state of an item")
        expected, done, late = self.parts()
        if expected <= 0 or done < 0 or late < 0 or done + late > expected:
            raise ValueError(f"{self.name}: {done} + {late} of {expected} cannot be counted")

    def parts(self):
        """Expected, done in time and done late as exact numbers."""
        expected = exact(self.expected)
        done = expected if self.state == MET else Fraction(0)
        late = expected if self.state == MET_LATE else Fraction(0)
        if self.done is not None:
            done = exact(self.done)
            late = late if self.late is not None or self.state != MET_LATE else expected - done
        return expected, done, exact(self.late) if self.late is not None else late


@dataclass(frozen=True)
class Deduction:
    """One fault found, with the points it costs.

    part   number of the sub-item it falls on, from 0, where an indicator has sub-items
    case   deductions of the same case count once, by the highest
    mendable  falls away when it is put right within the period
    """

    text: str
    points: Number
    target: tuple = ()
    part: int = 0
    case: str = ""
    mendable: bool = False


@dataclass(frozen=True)
class Votes:
    """Ballots counted: valid votes per level, and invalid ones, which leave the denominator."""

    counts: dict
    blank: int = 0
    double: int = 0

    @property
    def invalid(self):
        return self.blank + self.double


@dataclass(frozen=True)
class Fact:
    """What is known for one indicator, one organisation and one period; which field is read depends on its
    method.

    ratio → items · deduct → deductions, inside_bonus · graded → level, also (where several facts decide one level, the
    lowest counts) · bands, steps → value out of `of` (1: the value is the figure) · count → count · votes → votes ·
    derived and manual → value out of `of`, with `text` naming what was lost. A fact of state UNKNOWN or
    NOT_APPLICABLE has nothing else; `text` may say why.
    """

    state: str = KNOWN
    items: tuple[Item, ...] = ()
    deductions: tuple[Deduction, ...] = ()
    inside_bonus: tuple[Number, ...] = ()
    level: str | None = None
    also: tuple[str, ...] = ()
    count: Number | None = None
    votes: Votes | None = None
    value: Number | None = None
    of: Number = 100
    text: str = ""
    target: tuple = ()

    def __post_init__(self):
        if self.state not in (KNOWN, UNKNOWN, NOT_APPLICABLE):
            raise ValueError(f"{self.state!r} is no state of a fact")

    @classmethod
    def unknown(cls, text=""):
        """No data: the score stays open and the total incomplete."""
        return cls(state=UNKNOWN, text=text)

    @classmethod
    def not_applicable(cls, text=""):
        """Nothing of the kind is owed: the weight goes to the other indicators."""
        return cls(state=NOT_APPLICABLE, text=text)

    @classmethod
    def counted(cls, name, done, expected, late=0, unit="项", target=()):
        """A ratio known only by its numbers (`done` in time, `late`, of `expected`); expected 0: not
        applicable.
        """
        expected, done, late = exact(expected), exact(done), exact(late)
        if expected == 0:
            return cls.not_applicable()
        state = MET if done == expected else MET_LATE if done + late == expected else OVERDUE
        return cls(
            items=(Item(state, name, target, expected=expected, done=done, late=late, unit=unit),),
            target=target,
        )
