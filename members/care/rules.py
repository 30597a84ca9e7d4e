"""Decisions about care that need no database: which occasions ask for a visit, until when, and what answers them.

An occasion is derived, never stored: New Year to the Spring Festival, 1 July where the agency says so, and what befell somebody.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from common.workdays import UnknownYear, spring_festival
from members.care.models import AT_FESTIVAL

FESTIVAL, JULY, EVENT = "festival", "july", "event"
NAMES = {FESTIVAL: "元旦春节走访慰问", JULY: "“七一”走访慰问", EVENT: "事由走访"}
# From this day on before 1 July.
_JULY_FROM = (6, 1)
# Of what was missed an answer is taken as late for so long.
LATE_DAYS = 180
COMING, OPEN, OVERDUE, ANSWERED, LATE, UNDETERMINED = "coming", "open", "overdue", "answered", "late", "undetermined"
LOOKS = {
    COMING: "care_coming",
    OPEN: "care_due",
    OVERDUE: "care_overdue",
    ANSWERED: "care_done",
    LATE: "care_late",
    UNDETERMINED: "undetermined",
}
# Who joined before this day is visited by all, whether or not anybody noted a mark (care-pre1949: all=true).
BEFORE_PRC = date(1949, 10, 1)
# A leader reads whom he is to visit so many days before the window ends, or opens.
LEADER_DAYS = 7
# Nor does he keep the name of whom he did not visit: after so many days it is the branch's again.
LEADER_DAYS_AFTER = 30
# A note is blanked so many years after its mark ended, or its event (sec-pi-min).
NOTE_YEARS = 5
# Smaller numbers of a kind of mark are not told above the branch.
LEAST = 3
FEW = "不足3人"
# What is told of visits in place of such a number.
ALL_DONE, NOT_ALL_DONE = "已办", "未办齐"
Span = tuple[date, date | None]


def is_few(number: int) -> bool:
    """Whether a count is so small that it is not told above the branch, nor what it could be reckoned from."""
    return 0 < number < LEAST


def least_of(due: int, kinds: Iterable[int]) -> int:
    """Return the smallest number that visits tell: how many are due, and how many people each kind that asks for them has.

    Beside the told numbers of the other kinds the visits due would tell a small one.
    """
    return min((number for number in (due, *kinds) if number), default=0)


def sum_is_told(hidden: Collection[int]) -> bool:
    """Whether a sum over branches is told beside the numbers of those that are. hidden: what those count that are not told.

    Less what is told, it says what these count together: of one branch its own number, of two or more a small one.
    """
    return not hidden or (len(hidden) > 1 and not is_few(sum(hidden)))


def told(number: int) -> str:
    """Return a count as it is shown above the branch."""
    return FEW if is_few(number) else str(number)


@dataclass(frozen=True)
class Window:
    """When whoever bears a mark is visited. last: None while the holidays of the year are not published."""

    kind: str
    year: int
    first: date
    last: date | None

    @property
    def words(self) -> str:
        if self.last is None:
            return undetermined_words(self.year)
        return f"{self.first.month}月{self.first.day}日至{self.last.month}月{self.last.day}日"


def festival_eve(year: int) -> date | None:
    """Return the last day before the holiday of the Spring Festival, None while the year's holidays are not published."""
    try:
        return spring_festival(year) - timedelta(days=1)
    except UnknownYear:
        return None


def undetermined_words(year: int) -> str:
    return f"时限待定：{year}年节假日安排尚未收录。"


def windows(year: int, *, july: bool) -> list[Window]:
    """Return the windows of a year. july: whether the agency visits before 1 July too."""
    found = [Window(FESTIVAL, year, date(year, 1, 1), festival_eve(year))]
    return [*found, Window(JULY, year, date(year, *_JULY_FROM), date(year, 7, 1))] if july else found


@dataclass(frozen=True)
class Mark:
    """A spell in which somebody bears a mark."""

    pk: int
    kind: str
    starts: date
    ends: date | None

    def on(self, day: date) -> bool:
        return self.starts <= day and (self.ends is None or day <= self.ends)


@dataclass(frozen=True)
class Happened:
    """What befell somebody. due: by the agency's days."""

    pk: int
    kind: str
    day: date
    due: date


@dataclass(frozen=True)
class Visit:
    """A record that names him: a visit or a talk. since: the day from which it counts; by: id of the organisation that made it."""

    activity: int
    day: date
    since: date
    by: int = 0


@dataclass(frozen=True)
class Occasion:
    """One demand for a visit. kinds: of the marks that make it, or of the event. answered: the record that met it."""

    member: int
    kind: str
    opens: date
    due: date | None
    kinds: tuple[str, ...]
    event: int | None = None
    state: str = COMING
    answered: Visit | None = None

    @property
    def name(self) -> str:
        return NAMES[self.kind]

    @property
    def look(self) -> str:
        return LOOKS[self.state]


def occasions_of(
    member: int,
    marks: Iterable[Mark],
    events: Iterable[Happened],
    asked: Iterable[Window],
    as_of: date,
) -> list[Occasion]:
    """Return what one member's marks and events ask for, two marks of one window being one occasion.

    A mark asks where it is in force on the window's last day; until that has come, where it stands today.
    """
    found = []
    marks = list(marks)
    for window in asked:
        day = window.last if window.last is not None and window.last <= as_of else max(as_of, window.first)
        kinds = tuple(mark.kind for mark in marks if mark.kind in AT_FESTIVAL and mark.on(day))
        if kinds:
            found.append(Occasion(member, window.kind, window.first, window.last, tuple(dict.fromkeys(kinds))))
    found += [Occasion(member, EVENT, one.day, one.due, (one.kind,), event=one.pk) for one in events]
    return found


def judged(occasion: Occasion, visits: Sequence[Visit], as_of: date) -> Occasion:
    """Return an occasion with its state on a day: answered by the first visit within its window, late by the first after it.

    visits: in order of days. A visit before the occasion opened answers nothing.
    """
    if occasion.due is None:
        return replace(occasion, state=UNDETERMINED)
    seen = [one for one in visits if occasion.opens <= one.day <= as_of and one.since <= as_of]
    in_time = next((one for one in seen if one.day <= occasion.due), None)
    if in_time is not None:
        return replace(occasion, state=ANSWERED, answered=in_time)
    last = occasion.due + timedelta(days=LATE_DAYS)
    late = next((one for one in seen if one.day <= last), None)
    if late is not None:
        return replace(occasion, state=LATE, answered=late)
    if as_of > occasion.due:
        return replace(occasion, state=OVERDUE)
    return replace(occasion, state=OPEN if as_of >= occasion.opens else COMING)


def missed(occasion: Occasion, today: date) -> bool:
    """Whether no visit from now on answers an occasion: only the record of one that took place is still missing."""
    return occasion.state == OVERDUE and occasion.due is not None and today > occasion.due + timedelta(days=LATE_DAYS)


def told_to_leader(occasion: Occasion, today: date) -> bool:
    """Whether a leader who is to visit somebody reads his name: a week before the occasion is due, until it is met or long past."""
    if occasion.due is None or occasion.state not in (OPEN, OVERDUE):
        return False
    return -LEADER_DAYS <= (today - occasion.due).days <= LEADER_DAYS_AFTER


def birthday_in(joined: date | None, full: date | None, which: int, month: int) -> date | None:
    """Return the day of a political birthday that falls into a month, None where none does. which: 1 joined, 2 full; 0 off."""
    day = {1: joined, 2: full}.get(which)
    return day if day is not None and day.month == month else None


def blank_before(today: date) -> date:
    """Return the day before which what ended has its note blanked."""
    try:
        return today.replace(year=today.year - NOTE_YEARS)
    except ValueError:
        return today.replace(year=today.year - NOTE_YEARS, day=28)


def together(kinds: Collection[str], names: dict[str, str]) -> str:
    return "、".join(names[kind] for kind in kinds)
