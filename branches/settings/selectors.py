"""What of the agency's settings is in force, since when and by whom, and what begins later."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from branches.settings.dated import KNOWN, Known
from branches.settings.models import Setting
from branches.settings.start import KEY
from common import clock


@dataclass
class Line:
    """One key: the row in force today (None: the default), those that begin later (the nearest last)."""

    key: str
    known: Known
    now: Setting | None = None
    later: list[Setting] = field(default_factory=list)

    @property
    def value(self) -> str:
        return plain(self.now.value if self.now else self.known.default)


def plain(value: str) -> str:
    """Return a number as it is read aloud: without needless zeros."""
    return f"{Decimal(value).normalize():f}"


def setting_lines(rights: Collection[str]) -> list[Line]:
    """Return the Lines of the keys that these rights set, in the order of KNOWN, in one statement."""
    lines = {key: Line(key, known) for key, known in KNOWN.items() if known.right in rights}
    today = clock.today()
    for row in Setting.objects.filter(key__in=lines).select_related("set_by").order_by("-valid_from"):
        line = lines[row.key]
        if row.valid_from > today:
            line.later.append(row)
        elif line.now is None:
            line.now = row
    return list(lines.values())


def history(key: str) -> list[Setting]:
    """Return every row of a key, the newest first, with who set it."""
    return list(Setting.objects.filter(key=key).select_related("set_by").order_by("-valid_from"))


@dataclass(frozen=True)
class Start:
    """The agency's start date, when it was said and by whom ("" for the operator of the server)."""

    day: date
    said_on: date
    by: str


def start_line() -> Start | None:
    """Return the Start in force, None while nobody has said it."""
    row = next(iter(history(KEY)), None)
    if row is None:
        return None
    return Start(date.fromisoformat(row.value), row.valid_from, row.set_by.name if row.set_by else "")
