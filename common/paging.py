"""Pages of lists that may be long: nobody waits for a count of all of a hundred thousand rows."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import IntegerField, QuerySet, Subquery

# Rows are counted up to here; of more it is said that there are more.
MOST = 1000


class _Counted(Subquery):
    """How many rows a statement of its own gives."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


def counted(*several: QuerySet) -> list[int]:
    """Return how many rows each queryset of a model has, MOST + 1 where there are more; in one statement."""
    columns = [_Counted(rows.order_by().values("pk")[: MOST + 1]) for rows in several]
    found = several[0].model._base_manager.order_by().values_list(*columns)[:1]
    # A statement that can find nothing is left out by Django, and gives no number.
    return [number or 0 for number in next(iter(found), [0] * len(several))]


def number_words(number: int, most: int | None = None) -> str:
    """Return a number as lists say it: 1000+ where there are more than are counted, which is up to `most` (MOST)."""
    most = MOST if most is None else most
    return f"{most}+" if number > most else str(number)


class LongPage(Page):
    """A page that knows whether another follows, though nobody knows how many there are."""

    following = False

    def has_next(self) -> bool:
        return self.following

    def next_page_number(self) -> int:
        return self.number + 1

    def previous_page_number(self) -> int:
        return self.number - 1


class LongPaginator(Paginator):
    """Pages of rows that are counted up to MOST. number: how many there are, where that was counted (`counted`).

    Where there are more (`more`), any page may be asked for, and one row more than it shows tells whether another follows.
    """

    def __init__(self, rows: QuerySet, per_page: int, *, number: int | None = None):
        super().__init__(rows, per_page)
        self.number = number

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return counted(rows)[0] if self.number is None else self.number

    @property
    def more(self) -> bool:
        return self.count > MOST

    @property
    def said(self) -> str:
        """How many rows there are, in words."""
        return number_words(self.count)

    def get_page(self, number: Any) -> Page:
        """Return the page; the first for what is no number, the last that was counted for one beyond the end."""
        if not self.more:
            return super().get_page(number)
        text = str(number or "")
        wanted = max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 8 else 1
        return self._long(wanted) or self._long(MOST // self.per_page) or super().get_page(1)

    def _long(self, number: int) -> Page | None:
        start = (number - 1) * self.per_page
        rows = list(self.object_list[start : start + self.per_page + 1])
        if not rows:
            return None
        page = LongPage(rows[: self.per_page], number, self)
        page.following = len(rows) > self.per_page
        return page


class OpenPaginator(Paginator):
    """Pages of a list that is counted only as far as somebody has come. more: there are more rows; the pager says so (1000+)."""

    def __init__(self, rows: Sequence[Any], per_page: int, *, more: bool):
        super().__init__(rows, per_page)
        self.more = more

    @property
    def said(self) -> str:
        """How many rows there are, as the pager says it."""
        return f"{self.count}+" if self.more else str(self.count)
