"""The agency's start date: nothing is owed, late, overdue or scored from before it (decisions 34).

The newest row of its key is the date for all days, past ones too: it says where the reckoning begins, not what held when.
The rows before it stay as history: `value` is the date, `valid_from` the day on which it was said.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import QuerySet, Subquery

from branches.settings.dated import Timeline, gathered, rows_of
from branches.settings.models import Setting

KEY = "agency_start"
LABEL = "启用日期"
PURPOSE = "从这一天起计算义务、逾期和得分；以前的记录只供查阅，不判逾期。"
EARLIEST = date(2000, 1, 1)


def start_rows() -> QuerySet[Setting, Any]:
    """Return (what was last said,), for a page that reads it along with other things: `start_in`."""
    return Setting.objects.filter(key=KEY).order_by("-valid_from").values_list("value")[:1]


def start_in(rows: Iterable[tuple[Any, ...]]) -> date:
    """Return `agency_start` as `start_rows` gave it."""
    return next((date.fromisoformat(text) for (text,) in rows if text), date.min)


def said_start() -> date | None:
    """Return the date from which the agency reckons, None while nobody has said it."""
    text = next((value for _, _, value in rows_of((KEY,))), None)
    return date.fromisoformat(text) if text else None


def agency_start() -> date:
    """Return the first day from which anything is owed; date.min while nobody has said it: then everything is."""
    return said_start() or date.min


def timelines_and_start(*keys: str) -> tuple[dict[str, Timeline], date]:
    """Return ({key: timeline}, `agency_start`) in one statement, for what judges by both."""
    rows = rows_of((KEY, *keys))
    said = next((value for key, _, value in rows if key == KEY), None)
    lines = gathered(keys, (row for row in rows if row[0] != KEY))
    return lines, date.fromisoformat(said) if said else date.min


def not_yet(start: date) -> str:
    """Return why a thing from before the start is not owed, in the words of pages and exports."""
    return f"本机关{start:%Y年%-m月%-d日}启用，以前的不计"


def with_start(rows: Any) -> Any:
    """Add `start_said` to each row, for `start_of`: a list then judges without a statement for each of its rows."""
    said = Setting.objects.filter(key=KEY).order_by("-valid_from").values("value")[:1]
    return rows.annotate(start_said=Subquery(said))


def start_of(row: Any) -> date:
    """Return `agency_start` as it was read along with the row, or read it now."""
    if not hasattr(row, "start_said"):
        return agency_start()
    return date.fromisoformat(row.start_said) if row.start_said else date.min
