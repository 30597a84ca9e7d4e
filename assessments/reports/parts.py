"""A large report on its page: of each long list some rows at a time. Files, and what is asked for to be printed, hold all."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.paginator import Page, Paginator

from assessments.reports.annexes import MOVES, SHEETS, lists_of, moves_tables

# A list of more rows than these is shown some at a time.
MOST = 200
ROWS = 50
# A page of more rows than these takes too long to write: their paper is the Word file.
PRINTED = 1000
WHOLE = "all"


def parts_of(report: Mapping[str, Any], sheet: str, page: str) -> dict[str, Any]:
    """Return what the page of a report shows of long lists, as context: parts, {annex, with _ for -: Page} of those that are cut;
    printable: whether the whole may be asked for as one page; moves, where it is one, the tables of what moved the mean with their part.

    sheet: of which annex a page is asked for, else the key of a branch whose sheet is, or WHOLE. page: as the address has it.
    """
    lists: dict[str, Sequence[Any]] = {**lists_of(report)}
    moves = moves_tables(report) if report.get("moves") else []
    lists[MOVES] = moves[-1][1] if moves else []
    printable = all(len(rows) <= PRINTED for rows in lists.values())
    parts: dict[str, Page] = {}
    for key, rows in lists.items():
        if len(rows) > MOST and not (printable and sheet == WHOLE):
            number: str | int = page if key == sheet else 1
            if key == SHEETS and sheet not in lists:
                number = _page_of(sheet, rows)
            parts[key.replace("-", "_")] = Paginator(rows, ROWS).get_page(number)
    context = {"parts": parts, "printable": printable}
    if MOVES not in parts:
        return context
    heads, _, widths = moves[-1]
    return context | {"moves": [*moves[:-1], (heads, parts[MOVES], widths)]}


def _page_of(branch: str, chapters: Sequence[Any]) -> int:
    """The page on which the sheet of a branch stands, the first where there is none."""
    return next((place for place, one in enumerate(chapters) if one["key"] == branch), 0) // ROWS + 1
