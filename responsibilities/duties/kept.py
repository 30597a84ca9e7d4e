"""How duties stood when they were last reckoned for everybody: a room above keeps it (assessments/facts/standing.py).

The board of many lists is made of it; what a page shows of single lists is always reckoned anew.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol

from django.db.models import Expression, QuerySet

from responsibilities.duties.tallies import Tallies


class Keeper(Protocol):
    """Members' own lists are not kept: nobody is ranked by them."""

    def age(self, year: int) -> tuple[datetime | None, bool] | None:
        """Return (when a year's duties were last reckoned or None, whether all of them are being reckoned anew).

        None for a year of which nothing is kept: one to come, or one from before everything that is known.
        """

    def below(self, year: int, places: Collection[int]) -> Tallies:
        """Return the Tallies of all lists at these organisations (ids, none of them below another) and below them."""

    def at(self, year: int, places: Collection[int] | QuerySet, measures: Collection[str] = ()) -> Tallies:
        """Return the Tallies of the lists of these organisations themselves. measures: those alone, all when there are none."""

    def of_lists(self, year: int, lists: Collection[int]) -> dict[int, Tallies]:
        """Return {list id: Tallies} of these lists, with the dates of their duties; a list that was not reckoned yet is left out."""

    def standing(self, lists: Mapping[int, int]) -> dict[int, Tallies]:
        """Return what `of_lists` does of lists of several years ({list id: year}), of a year that is reckoned anew nothing; in one
        statement.
        """

    def behind(self, year: int, places: QuerySet, measures: Collection[str]) -> int:
        """Return how many of these organisations have something past its date in one of these measures of their own."""

    def number(self, year: int, measure: str, column: str, organisation: str) -> Expression:
        """Return the expression «this number of the organisation's own measure, 0 where there is none».

        column: numerator or overdue. organisation: the path to it from the rows that are asked.
        """


_keepers: list[Keeper] = []


def keep_by(keeper: Keeper) -> None:
    """Name who keeps how duties stand; at the start of the process."""
    _keepers[:] = [keeper]


def keeper() -> Keeper | None:
    return _keepers[0] if _keepers else None
