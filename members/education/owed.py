"""What members owe of a year's hours of study and how they stand; read for many at once."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from branches.settings import dated
from common import clock
from common.periods import MONTH, YEAR, Period
from members.activities.study import tenths
from members.education.hours import Studied, Study, study
from members.education.models import StudyState
from members.education.rules import behind, owed_hours, owed_months, state_of

HOURS = "hours_member"


@dataclass(frozen=True)
class StudyYear:
    """How a member stands with his hours of a year. owed, due_now: hours of the year, and by the end of the last full month."""

    known: Studied
    owed: int
    due_now: int
    months: int
    state: StudyState

    @property
    def hours(self) -> str:
        return tenths(self.known.minutes)

    @property
    def behind(self) -> bool:
        return behind(self.known.minutes, self.known.unknown, self.due_now)


def hours_of_year(year: int) -> int:
    """Return the hours that a whole year asks of a member, as they were set for its first day."""
    return dated.whole(HOURS, date(year, 1, 1))


def study_of_year(members: Collection[int], year: Period, today: date) -> Study:
    """Return the Study of some members (ids) in a year as known on a day, or on the year's last one."""
    return study(members, year.first, year.last, min(today, year.last))


def study_years(
    members: Collection[int],
    year: int,
    today: date | None = None,
    *,
    hours: int | None = None,
    read: Study | None = None,
) -> dict[int, StudyYear]:
    """Return {member id: StudyYear} as it stands on a day (today unless said); a constant number of statements.

    hours: what a whole year asks, where it is not what was set. read: what was read of these members for the year already.
    """
    today = today or clock.today()
    span = Period(YEAR, year)
    read = read or study_of_year(members, span, today)
    whole = hours_of_year(year) if hours is None else hours
    ended = span.last if today > span.last else Period.containing(MONTH, today).previous().last
    found = {}
    for pk in members:
        months = owed_months(read.lives[pk], span.first, span.last)
        so_far = owed_months(read.lives[pk], span.first, ended) if ended >= span.first else 0
        owed, mine = owed_hours(whole, months), read.known[pk]
        state = state_of(mine.minutes, mine.unknown, owed, over=today > span.last)
        found[pk] = StudyYear(mine, owed, owed_hours(whole, so_far), months, state)
    return found
