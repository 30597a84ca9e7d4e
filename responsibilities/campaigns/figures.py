"""Figures before and after: what a measure was before a campaign and is since; the room above that keeps facts says it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol

from common.periods import MONTH, Period, add_months

PERCENT = "%"


@dataclass(frozen=True)
class Asked:
    """A measure over whole months. places: ids of organisations, none of them below another."""

    measure: str
    places: Collection[int]
    months: tuple[str, ...]


class Figures(Protocol):
    """What keeps facts. names: {measure: its name}; unit: "%" of a rate; figures: the value of each, None where it is unknown."""

    def names(self) -> Mapping[str, str]: ...

    def unit(self, measure: str) -> str: ...

    def figures(self, asked: Sequence[Asked]) -> list[Decimal | None]: ...


_kept: list[Figures] = []


def keep_by(figures: Figures) -> None:
    """Say who keeps facts; by the room above, when it is ready."""
    _kept[:] = [figures]


def measure_names() -> Mapping[str, str]:
    """Return {measure: its name} of what a goal may be bound to; empty where nobody keeps facts."""
    return _kept[0].names() if _kept else {}


def unit_of(measure: str) -> str:
    """Return the unit of a measure."""
    return _kept[0].unit(measure) if _kept else ""


@dataclass(frozen=True)
class Change:
    """before: over as many months as have passed since, right before the first day; after: since. None: unknown."""

    before: Decimal | None = None
    after: Decimal | None = None


def months_of(first: date, last: date) -> tuple[str, ...]:
    """Return the months between two days as written."""
    month, found = Period.containing(MONTH, first), []
    while month.first <= last:
        found.append(str(month))
        month = month.next()
    return tuple(found)


def compared(first: date, last: date) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return (as many months right before the first day, the months since) of a campaign that runs between two days."""
    since = months_of(first, last)
    begin = first.replace(day=1)
    return months_of(add_months(begin, -len(since)), add_months(begin, -1)) if since else (), since


def span_words(months: Sequence[str]) -> str:
    """Return 「2026年9月至11月」 of months as written, one after another; "" for none."""
    if not months:
        return ""
    first, last = Period.parse(months[0]), Period.parse(months[-1])
    if first == last:
        return first.label()
    return f"{first.label()}至{last.short() if first.year == last.year else last.label()}"


def changes(measures: Sequence[str], places: Collection[int], first: date, last: date) -> list[Change]:
    """Return the Change of each measure with a campaign that runs between two days (the last not after today)."""
    if not measures or not places or not _kept:
        return [Change() for _ in measures]
    before, since = compared(first, last)
    asked = [Asked(measure, places, months) for measure in measures for months in (before, since)]
    values = _kept[0].figures(asked)
    return [Change(*values[at : at + 2]) for at in range(0, len(values), 2)]
