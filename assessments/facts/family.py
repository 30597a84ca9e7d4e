"""What a family of measures is to the fill engine; the kinds of family and their table are in families.py."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from branches.jobs.models import ChangeMark
from common.periods import QUARTER, Period

# Ids of organisations; None: all.
Places = Collection[int] | None
# Names of measures; None: all of the family.
Measures = Collection[str] | None
Marks = list[ChangeMark]
OwnValues = Callable[[Period, Places], Iterable["Own"]]


@dataclass(slots=True)
class Own:
    """An organisation's own value of a measure in a slot, before anything below it is added."""

    organisation: int
    measure: str
    numerator: int
    denominator: int | None = None
    late: int = 0
    overdue: int = 0
    state: str = ""
    due: date | None = None
    waiting: bool = False
    returned: int | None = None
    # Of a part: what is open is fulfilled in part (tallies.Numbers).
    begun: bool = False


@dataclass(frozen=True)
class Days:
    """Days from first to last, both included, where they make no period of the calendar."""

    first: date
    last: date


@dataclass(frozen=True)
class Family:
    """A family of measures as the fill engine sees it; each kind below says how its own values come about.

    key: name. subjects: of the change marks that concern it. kinds: slots that are filled from the records. summed: longer
    slots, made by adding months.
    """

    key: str
    subjects: frozenset[str]
    kinds: tuple[str, ...]
    summed: tuple[str, ...] = ()

    # Open slots change with the date alone.
    daily: ClassVar[bool] = True
    # Whole slots are judged some organisations at a time.
    by_lots: ClassVar[bool] = False

    def own_values(self, period: Period, places: Places, as_of: date) -> Iterable[Own]:
        """Return the own values of `places` (all when None) in `period`, judged on `as_of`."""
        raise NotImplementedError

    def mended(self, period: Period, places: Places, marks: Marks, as_of: date) -> tuple[Iterable[Own], Measures]:
        """Return (own values of `places` as far as `marks` concern them, the measures they are of)."""
        return self.own_values(period, places, as_of), None

    def turned(self, since: date, as_of: date, periods: list[Period]) -> dict[Period, set[int]] | None:
        """Return what is another in these slots on `as_of` than on `since`, the day of the last fill, though nobody wrote: the ids
        of organisations, of things where the family has parts. None: nobody knows, and slots are judged whole.
        """
        return None

    def quicker_whole(self, places: set[int]) -> bool:
        """Whether so many organisations (ids) are better filled with all others; both end alike."""
        return False

    def mended_for(self, period: Period) -> "Days | Period":
        """Return the days whose changes the slot `period` is mended for."""
        return period

    def tail(self) -> int:
        """Return how many days after its end a slot still changes with the date alone."""
        return 0


def last_filled(as_of: date) -> date:
    """Return the last day of the slots that are filled as of a day: of the running quarter, of which the dashboard shows what is
    still to come.
    """
    return Period.containing(QUARTER, as_of).last
