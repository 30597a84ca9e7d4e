"""Rows that are in force between two days, both included; an open end is no last day (domain truth 2)."""

from datetime import date
from typing import Self

from django.db import models
from django.db.models import Q


def in_force(day: date, path: str = "", *, open_start: bool = False) -> Q:
    """Return the condition «in force on `day`»; arguments as for `in_force_during`."""
    return in_force_during(day, day, path, open_start=open_start)


def in_force_during(first: date, last: date, path: str = "", *, open_start: bool = False) -> Q:
    """Return the condition «in force on at least one day from `first` to `last`».

    path: leads from the filtered rows to the dated ones. open_start: a row without a first day has been in force since
    before it was entered.
    """
    began = Q(**{f"{path}starts__lte": last})
    if open_start:
        began |= Q(**{f"{path}starts__isnull": True})
    return began & (Q(**{f"{path}ends__isnull": True}) | Q(**{f"{path}ends__gte": first}))


class DatedQuerySet(models.QuerySet):
    """Rows with `starts` and `ends`."""

    open_start = False

    def in_force(self, day: date) -> Self:
        """Return the rows in force on `day`."""
        return self.in_force_during(day, day)

    def in_force_during(self, first: date, last: date) -> Self:
        """Return the rows in force on at least one day from `first` to `last`."""
        return self.filter(in_force_during(first, last, open_start=self.open_start))
