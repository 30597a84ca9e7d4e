"""One case as the rules read it: plain values, whichever way they were loaded."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

PASSED, FAILED, PUT_OFF = "passed", "failed", "put_off"
CONTACT, INTRODUCER = "contact", "introducer"
ADMIT, TO_FULL, EXTEND, CANCEL = "admit", "full", "extend", "cancel"


@dataclass(frozen=True)
class Vote:
    """Counts of one vote. expected, present: of those who may vote; written: yes in writing of those who were away.

    months: of an extension, 0 otherwise.
    """

    about: str
    expected: int
    present: int
    yes: int
    no: int
    abstain: int
    written: int = 0
    months: int = 0


@dataclass(frozen=True)
class Notice:
    """A public notice. first, last: working days; last None while the calendar of its year is unknown."""

    posted: date
    first: date | None
    last: date | None
    places: tuple[str, ...]
    objections: int | None = None


@dataclass(frozen=True)
class Entry:
    """One step as it was entered. pk: of its row.

    uncounted: why its record does not count, "" where it does or there is none. days, hours: length of its training.
    by_assembly: an assembly did what is for the committee of the branch, which had one that day.
    explained, excepted: whether a reason was accepted, or an exception made, by a superior.
    """

    pk: int
    key: str
    day: date
    result: str = PASSED
    text: str = ""
    uncounted: str = ""
    days: int = 0
    hours: float | None = None
    vote: Vote | None = None
    by_assembly: bool = False
    explained: bool = False
    excepted: bool = False
    by: int | None = None


@dataclass(frozen=True)
class Person:
    """A contact or introducer. full_from: since when he is a full member, None where he is none.

    barred: spells under 留党察看; sanctioned: spells under other sanctions; each (first, last or None).
    """

    name: str
    kind: str
    starts: date
    ends: date | None
    full_from: date | None
    barred: Sequence[tuple[date, date | None]] = ()
    sanctioned: Sequence[tuple[date, date | None]] = ()

    def serves_on(self, day: date) -> bool:
        return self.starts <= day and (self.ends is None or day <= self.ends)

    def full_on(self, day: date) -> bool:
        return self.full_from is not None and self.full_from <= day


@dataclass(frozen=True)
class CaseFile:
    """A case with everything its judgement reads.

    paper: key of the last step that rests on paper of before it was taken over, "" where it began here. general_branch: one
    stands between branch and committee. approver: why nobody above may admit, "" where somebody may. leaving: when the person
    leaves the agency, as far as that is known. moved_on: when he last came to another branch. floating: he is registered as one who
    works elsewhere. expiry_is_full: 转正 counts from the end of the probation, else from the vote.
    """

    born: date | None
    opened_on: date
    entries: Sequence[Entry] = ()
    people: Sequence[Person] = ()
    reviews: Sequence[date] = ()
    notice: Notice | None = None
    documents: frozenset[str] = frozenset()
    taken_over_on: date | None = None
    paper: str = ""
    closed_on: date | None = None
    general_branch: bool = False
    approver: str = ""
    leaving: date | None = None
    moved_on: date | None = None
    floating: bool = False
    expiry_is_full: bool = True
    days: dict[str, date] = field(default_factory=dict)
