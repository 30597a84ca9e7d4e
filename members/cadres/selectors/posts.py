"""What the posts of a year owe and how they stand: secretary, deputy and members of committees, once for each person and organisation."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from branches.places.models.organisations import Kind
from branches.settings import dated
from common.periods import Period
from members.activities.study import tenths
from members.cadres.models import POSTS_HOURS
from members.cadres.rules import owed_of_post, state_of_post
from members.cadres.selectors.classes_had import classes_had
from members.education.hours import Study
from members.education.models import StudyState
from members.education.owed import study_of_year
from members.education.rules import Span
from members.roster.models.posts import COMMITTEE_SEATS, Post

# Where on a bar of hours the mark of what is owed stands, in hundredths: more than that is seen as more.
MARK_AT = 57
# Organisations that elect a committee of their own.
ELECTED = (Kind.COMMITTEE, Kind.GENERAL_BRANCH, Kind.BRANCH)


@dataclass(frozen=True)
class PostYear:
    """One person's seats at one organisation in a year. owed: hours; minutes, unknown: of his study, wherever it was.

    classes: ids of the records of the classes that he attended; needs_class: one is asked of him.
    """

    member: int
    name: str
    place: int
    kinds: tuple[str, ...]
    months: int
    owed: int
    minutes: int
    unknown: int
    classes: tuple[int, ...]
    needs_class: bool
    state: StudyState

    @property
    def hours(self) -> str:
        return tenths(self.minutes)

    @property
    def scale(self) -> int:
        """Return the minutes at which a bar of his hours is full: the mark of what he owes stands at the same place in each row."""
        return self.owed * 60 * 100 // MARK_AT

    @property
    def tone(self) -> str:
        """Return how the bar looks: enough, behind at the year's end, or on the way."""
        if self.minutes >= 60 * self.owed:
            return "ok"
        return "late" if self.state == StudyState.OVERDUE else ""


def post_hours(year: int) -> int:
    """Return the hours that a whole year asks of a post, as they were set for its first day."""
    return dated.whole(POSTS_HOURS, date(year, 1, 1))


def seats(year: Period, places: Collection[int] | None) -> QuerySet[Post, Any]:
    """The committee seats held in a year at some organisations (ids; all when None), as `post_years` takes them; one statement."""
    rows = Post.objects.filter(kind__in=COMMITTEE_SEATS, organisation__kind__in=ELECTED)
    rows = rows.in_force_during(year.first, year.last)
    if places is not None:
        rows = rows.filter(organisation__in=places)
    return rows.order_by("pk").values_list("organisation_id", "member_id", "member__name", "kind", "starts", "ends")


def post_years(
    year: Period,
    places: Collection[int] | None,
    as_of: date,
    *,
    hours: int | None = None,
    held: Iterable[Any] | None = None,
    read: Study | None = None,
) -> list[PostYear]:
    """Return the PostYears of the seats held in a year at some organisations (ids; all when None), by organisation and person.

    hours: what a whole year asks, where it is not what was set. held, read: the rows of `seats` and the study of who holds them in
    the year, where they are read already. A constant number of statements.
    """
    spans: dict[tuple[int, int], list[Span]] = defaultdict(list)
    kinds: dict[tuple[int, int], list[str]] = defaultdict(list)
    names: dict[int, str] = {}
    for place, member, name, kind, starts, ends in seats(year, places) if held is None else held:
        spans[place, member].append((starts or date.min, ends or date.max))
        kinds[place, member].append(kind)
        names[member] = name
    read = read or study_of_year(list(names), year, as_of)
    classes = classes_had(list(names), year.first, year.last, as_of)
    whole = post_hours(year.year) if hours is None else hours
    found = []
    for (place, member), days in spans.items():
        owed = owed_of_post(days, read.lives[member], year.first, year.last, whole)
        had = tuple(one.activity for one in classes.get(member, ()) if one.meets(year) is not None)
        one = read.known[member]
        state = state_of_post(owed, one.minutes, one.unknown, len(had), over=as_of > year.last)
        found.append(
            PostYear(
                member,
                names[member],
                place,
                tuple(kinds[place, member]),
                owed.months,
                owed.hours,
                one.minutes,
                one.unknown,
                had,
                owed.needs_class,
                state,
            )
        )
    return sorted(found, key=lambda one: (one.place, one.member))
