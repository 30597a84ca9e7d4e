"""When a result is heard: until which day, and whether a branch has been heard (judgement 7.1)."""

from dataclasses import dataclass
from datetime import date, timedelta

from branches.settings import dated as dated_settings
from common.workdays import UnknownYear, working_days_after

CONFIRMED, OBJECTED, SILENT, WAITING = "confirmed", "objected", "silent", "waiting"


def last_day(start: date) -> date:
    """Return the last day of the window that `start` opens: so many working days after it as `objection_days` says.

    Where the holidays of a year are not known yet, Monday to Friday are its working days. Without any days the window
    is closed from the beginning.
    """
    days = dated_settings.whole("objection_days", start)
    if not days:
        return start - timedelta(days=1)
    try:
        return working_days_after(start, days)[1]
    except UnknownYear:
        day = start
        while days:
            day += timedelta(days=1)
            days -= day.weekday() < 5
        return day


@dataclass(frozen=True)
class Heard:
    """How far one branch has been heard.

    state: CONFIRMED, OBJECTED (an answer is owed), WAITING (it may still speak until `until`), SILENT (nothing was said in time,
    or nothing more after an answer: as good as confirmed).
    """

    organisation: int
    state: str
    until: date | None = None

    @property
    def settled(self) -> bool:
        return self.state in (CONFIRMED, SILENT)


def heard(
    organisation: int, *, until: date, today: date, confirmed: bool, unanswered: bool, again_until: date | None
) -> Heard:
    """Return the Heard of a branch.

    until: last day of the window of all. confirmed: it has confirmed the points as they are. again_until: last day for the one
    further objection after an answer that did not take the first one whole, None without such an answer.
    """
    if unanswered:
        return Heard(organisation, OBJECTED)
    if confirmed:
        return Heard(organisation, CONFIRMED)
    last = max(until, again_until) if again_until else until
    return Heard(organisation, WAITING, last) if today <= last else Heard(organisation, SILENT)
