"""What stands beside a report on its page: length, contents, attachments."""

from collections.abc import Mapping
from typing import Any

from assessments.reports.annexes import annexes_of, moves_tables
from assessments.reports.shape import LONGEST, characters, length_warning
from assessments.reports.wording import numeral


def side_of(report: Mapping[str, Any]) -> dict[str, Any]:
    """Return the context of the page of a report of chapters: numbered chapters, annexes, length and its warning."""
    body = dict(report)
    return {
        "chapters": [(f"{numeral(number)}、{row['title']}", row) for number, row in enumerate(report["sections"], 1)],
        "annexes": annexes_of(report),
        "moves": moves_tables(report) if report["moves"] else [],
        "characters": characters(body),
        "longest": LONGEST,
        "too_long": length_warning(body),
    }
