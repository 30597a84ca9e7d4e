"""What facts say of practices: a room above keeps facts (assessments/home/selectors/practices.py) and says so here."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Protocol

from branches.places.models.organisations import Organisation

# Fewer others are not set beside one: their sum would show single ones.
OTHERS_FROM = 3


@dataclass(frozen=True)
class Case:
    """One organisation whose figures are compared: those of `measure` before and after `start`.

    excluded: ids of organisations that did the same in those months, so that they are none of the others.
    """

    measure: str
    place: Organisation
    start: date
    excluded: frozenset[int] = frozenset()

    @property
    def key(self) -> tuple[str, int, date]:
        return self.measure, self.place.pk, self.start


class Lack(StrEnum):
    """Why nothing can be compared."""

    MONTHS = "months"
    UNKNOWN = "unknown"
    NOTHING_OWED = "nothing_owed"


@dataclass(frozen=True)
class Figure:
    """A sum over some months: of a rate with its denominator, of a count without, as the mean of `places` organisations."""

    numerator: int
    denominator: int | None
    places: int = 1


@dataclass(frozen=True)
class Effect:
    """A measure before and after, at one organisation and at comparable ones that did not adopt in those months.

    lack: why it cannot be compared; then there are no figures. ready: the first day on which there are months enough. others:
    how many there are; fewer than OTHERS_FROM have no figures.
    """

    lack: Lack | None = None
    ready: date | None = None
    before: Figure | None = None
    after: Figure | None = None
    others: int = 0
    others_before: Figure | None = None
    others_after: Figure | None = None
    unit: str = "%"
    months: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class Weak:
    """A rate of an organisation that lies below that of its group over the last months. own, middle: per cent."""

    measure: str
    name: str
    own: int
    middle: int


class Keeper(Protocol):
    def measures(self) -> Mapping[str, str]:
        """Return {measure: its name} of what is counted by months, and so can be compared."""

    def grain_of(self, measure: str) -> str:
        """Return the kind of period by which a measure is counted (periods.py), "" where there is none of this name."""

    def effects(self, cases: Sequence[Case], *, others: bool = True) -> Mapping[tuple[str, int, date], Effect]:
        """Return {Case.key: Effect}; a constant number of statements. others: those that did not adopt are set beside."""

    def weak(self, place: Organisation, measures: Collection[str]) -> list[Weak]:
        """Return the rates among `measures` that lie below their group's at `place`, the farthest first."""


_keepers: list[Keeper] = []


def keep_by(keeper: Keeper) -> None:
    """Name who keeps facts; at the start of the process."""
    _keepers[:] = [keeper]


def keeper() -> Keeper:
    return _keepers[0]
