"""What is owed as it was last reckoned for everybody: a room above keeps it (assessments/facts/owed.py) and says so here.

Lists of many organisations are found, ordered and counted by it. What a page shows of a row is always reckoned anew.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple, Protocol

from django.db.models import QuerySet

from common.periods import MONTH, QUARTER, YEAR, Period


class Key(NamedTuple):
    """One requirement of an organisation as it is kept: what names it, and what it is listed by."""

    organisation: int
    rule: str
    period: str
    state: str
    due: date


@dataclass(frozen=True)
class Asked:
    """Which requirements are asked for.

    places: organisations that owe, None for all. rules: ids, in the order of lists. periods: as written. state: "" for any. first, last: days
    between which they are due, None for any.
    """

    places: QuerySet | None
    rules: list[str]
    periods: list[str]
    state: str = ""
    first: date | None = None
    last: date | None = None


class Keeper(Protocol):
    def age(self) -> tuple[datetime | None, bool]:
        """Return (when it was last reckoned or None, whether all of it is being reckoned anew)."""

    def stands(self, periods: Collection[str]) -> tuple[datetime | None, bool, bool]:
        """Return (when it was last reckoned or None, whether all of it is being reckoned anew, whether all these periods are kept)."""

    def counts(self, asked: Asked, states: Collection[str], most: int) -> dict[str, int]:
        """Return {state: how many} of these states, none counted beyond `most`."""

    def keys(self, asked: Asked, first: int, last: int) -> list[Key]:
        """Return the keys from place `first` up to `last` (not included), by due day, organisation, rule, period."""


_keepers: list[Keeper] = []


def keep_by(keeper: Keeper) -> None:
    """Name who keeps what is owed; at the start of the process."""
    _keepers[:] = [keeper]


def keeper() -> Keeper | None:
    return _keepers[0] if _keepers else None


def periods_within(span: Period) -> list[Period]:
    """Return every period of a kind that rules have within `span`."""
    if span.kind == MONTH:
        return [span]
    quarters = span.parts(QUARTER) if span.kind != QUARTER else ()
    whole = (span,) if span.kind in (QUARTER, YEAR) else ()
    return [*whole, *quarters, *span.parts(MONTH)]
