"""Occasions of care, gathered for some branches or all of them and judged on a day, in a constant number of statements."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, Min, OuterRef, QuerySet

from branches.settings import dated
from branches.settings.dated import Timeline
from branches.settings.start import timelines_and_start
from common import clock
from common.together import read_together
from members.activities.models import ATTENDING, COUNTING_STATES, ActivityKind, Attendance
from members.activities.models import ActivityKindCode as Code
from members.activities.models.codes import PICKED
from members.care.marks import LONGEST
from members.care.models import ANSWER_DAYS, AT_FESTIVAL, JULY_FIRST, CareEvent, CareMark, MarkKind
from members.care.rules import (
    BEFORE_PRC,
    LATE_DAYS,
    Happened,
    Mark,
    Occasion,
    Visit,
    Window,
    judged,
    least_of,
    occasions_of,
    windows,
)
from members.roster.models.members import Member, Membership

# What answers an occasion: a record of these kinds that names the person.
ANSWERING = (Code.VISIT, Code.TALK)


@dataclass(frozen=True)
class Placed:
    """An occasion at the branch to which its member belongs when it is due, or today while that is to come.

    visits: all that name him from the day on which it opened until it is due.
    """

    branch: int
    name: str
    occasion: Occasion
    visits: tuple[Visit, ...] = ()


def least_told(rows: Iterable[Placed]) -> int:
    """Return the smallest number that the numbers of some occasions tell (rules.least_of), by the kinds that ask for them."""
    rows = list(rows)
    return least_of(len(rows), Counter(kind for one in rows for kind in one.occasion.kinds).values())


def asked_windows(first: date, last: date, *, undetermined: bool = False) -> tuple[list[Window], Any, date]:
    """Return (windows that end between two days, {key: timeline}, the agency's start). undetermined: those without an end too."""
    lines, start = timelines_and_start(ANSWER_DAYS, JULY_FIRST)
    found = []
    for year in range(first.year, last.year + 1):
        july = bool(dated.at(lines[JULY_FIRST], date(year, 7, 1)))
        for window in windows(year, july=july):
            if (window.last is None and undetermined) or (window.last is not None and first <= window.last <= last):
                found.append(window)
    return found, lines, start


def occasion_reads(
    first: date, last: date, branches: Collection[int] | None, as_of: date, *, undetermined: bool = False
) -> dict[str, QuerySet[Any, Any]]:
    """Return {name: statement} of what `occasions` asks for first: the register, what happened to those in it, and who joined before
    it all; few rows.
    """
    asked, _, _ = asked_windows(first, last, undetermined=undetermined)
    return {
        "marks": _marks(asked, branches),
        "events": _events(first, min(last, as_of), branches),
        "joined": _veterans(asked, branches),
    }


def occasions(
    first: date,
    last: date,
    branches: Collection[int] | None,
    as_of: date | None = None,
    *,
    undetermined: bool = False,
    until: date | None = None,
    read: Mapping[str, Any] | None = None,
) -> list[Placed]:
    """Return the occasions that fall due between two days at some branches (ids; None: at all), judged on a day.

    undetermined: also of windows whose end is not published. until: what was held later proves nothing. read: the rows of
    `occasion_reads`, for a caller who has read them. Three statements, one where nobody is looked after, and the settings.
    """
    as_of = as_of or clock.today()
    asked, lines, start = asked_windows(first, last, undetermined=undetermined)
    if read is None:
        read = read_together(occasion_reads(first, last, branches, as_of, undetermined=undetermined))
    marks = _marked(read["marks"], read["joined"])
    events = _happened(read["events"], (first, last), lines[ANSWER_DAYS])
    people = sorted({*marks, *events})
    if not people:
        return []
    stays = _stays(people)
    visits = _visits(people, first - timedelta(days=LONGEST + 31), min(until or as_of, as_of), as_of)
    found = []
    for member in people:
        for occasion in occasions_of(member, marks.get(member, ()), events.get(member, ()), asked, as_of):
            day = min(occasion.due or as_of, max(as_of, occasion.opens))
            stay = next((one for one in stays.get(member, ()) if one[1] <= day <= (one[2] or day)), None)
            if stay is None or (branches is not None and stay[0] not in branches):
                continue
            if occasion.due is not None and occasion.due < max(start, stay[3] or date.min):
                continue
            own = visits.get(member, ())
            within = tuple(one for one in own if occasion.due and occasion.opens <= one.day <= occasion.due)
            found.append(Placed(stay[0], stay[4], judged(occasion, own, as_of), within))
    return found


def _near(rows: Any, branches: Collection[int] | None) -> Any:
    """Leave of rows of members those who ever belonged to one of these branches."""
    if branches is None:
        return rows
    there = Membership.objects.filter(member=OuterRef("member"), organisation__in=branches).order_by()
    return rows.filter(Exists(there))


def _marks(asked: Collection[Window], branches: Collection[int] | None) -> QuerySet[CareMark, Any]:
    rows = CareMark.objects.filter(kind__in=AT_FESTIVAL) if asked else CareMark.objects.none()
    return _near(rows, branches).order_by("starts", "pk").values_list("member", "pk", "kind", "starts", "ends")


def _veterans(asked: Collection[Window], branches: Collection[int] | None) -> QuerySet[Member, Any]:
    rows = _joined_before_prc(branches) if asked else Member.objects.none()
    return rows.values_list("pk", "joined_on")


def _marked(rows: Iterable[Any], joined: Iterable[Any]) -> dict[int, list[Mark]]:
    found: dict[int, list[Mark]] = defaultdict(list)
    for member, *columns in rows:
        found[member].append(Mark(*columns))
    for member, day in joined:
        found[member].append(Mark(0, MarkKind.PRE1949, day, None))
    return found


def _joined_before_prc(branches: Collection[int] | None) -> QuerySet[Member, Any]:
    rows = Member.objects.filter(joined_on__lt=BEFORE_PRC).order_by("pk")
    if branches is None:
        return rows
    there = Membership.objects.filter(member=OuterRef("pk"), organisation__in=branches).order_by()
    return rows.filter(Exists(there))


def joined_before_prc(branches: Collection[int]) -> list[tuple[int, int, str]]:
    """Return [(branch id, member id, name)] of who belongs to some branches today and joined before the PRC was founded."""
    rows = _joined_before_prc(branches).filter(home__in=branches, left_on__isnull=True)
    return list(rows.values_list("home", "pk", "name"))


def _events(first: date, until: date, branches: Collection[int] | None) -> QuerySet[CareEvent, Any]:
    rows = _near(CareEvent.objects.filter(day__range=(first - timedelta(days=LONGEST), until)), branches)
    return rows.order_by("day", "pk").values_list("member", "pk", "kind", "day")


def _happened(rows: Iterable[Any], days: tuple[date, date], line: Timeline) -> dict[int, list[Happened]]:
    """What happened to members and calls for a visit that falls due between two days. line: of the days within which."""
    found: dict[int, list[Happened]] = defaultdict(list)
    for member, pk, kind, day in rows:
        due = day + timedelta(days=int(dated.at(line, day)))
        if days[0] <= due <= days[1]:
            found[member].append(Happened(pk, kind, day, due))
    return found


def _stays(people: Iterable[int]) -> dict[int, list[Any]]:
    rows = Membership.objects.filter(member__in=people).order_by("-starts")
    columns = ("organisation", "starts", "ends", "organisation__kept_from", "member__name")
    found: dict[int, list[Any]] = defaultdict(list)
    for member, *stay in rows.values_list("member", *columns):
        found[member].append(stay)
    return found


def _visits(people: Iterable[int], first: date, last: date, as_of: date) -> dict[int, list[Visit]]:
    """Return {member id: [Visit]} of records that name somebody as the one visited or talked with, in order of days."""
    other = ActivityKind.objects.filter(activity=OuterRef("activity")).exclude(kind__in=PICKED).order_by()
    rows = Attendance.objects.filter(
        ~Exists(other),
        member__in=people,
        state__in=ATTENDING,
        activity__state__in=COUNTING_STATES,
        activity__day__range=(first, last),
        activity__judgements__valid=True,
        activity__judgements__kind__in=ANSWERING,
    )
    rows = rows.annotate(since=Min("activity__judgements__since")).order_by("activity__day", "activity")
    found: dict[int, list[Visit]] = defaultdict(list)
    columns = ("member", "activity", "activity__day", "since", "activity__organisation")
    for member, activity, day, since, by in rows.values_list(*columns):
        if since is None or since <= as_of:
            found[member].append(Visit(activity, day, since or day, by))
    return found


def visits_of(people: Iterable[int], today: date) -> dict[int, list[Visit]]:
    """Return {member id: [Visit]} of the last two years, in order of days."""
    people = list(people)
    return _visits(people, date(today.year - 1, 1, 1), today, today) if people else {}


def reach_of_late(first: date, last: date) -> tuple[date, date]:
    """Return between which days a record may change occasions that fall due between two days."""
    return first - timedelta(days=LONGEST), last + timedelta(days=LATE_DAYS)
