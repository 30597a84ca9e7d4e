"""Pages of a list that is counted only as far as somebody has come."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Paginator


class OpenPaginator(Paginator):
    """Pages of the rows that were counted. more: there are more of them; the pager says so (1,000+)."""

    def __init__(self, rows: Sequence[Any], per_page: int, *, more: bool):
        super().__init__(rows, per_page)
        self.more = more

    @property
    def said(self) -> str:
        """How many rows there are, as the pager says it."""
        return f"{self.count:,}+" if self.more else str(self.count)
