"""Hours of a year of members and of holders of seats, read together: a secretary is a member of his branch as well."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from common.periods import Period
from common.together import read_or_each
from members.cadres.selectors.posts import seats
from members.education.hours import Study
from members.education.measured import people_on
from members.education.owed import study_of_year

# So many members are named to the database at a time.
_AT_A_TIME = 2000
# What concerns so few organisations is read in one statement.
_FEW = 150


@dataclass(frozen=True)
class YearRead:
    """people: [(member, branch)] on the rosters of a day; seats: those held in the year; study: of all of them in the year."""

    people: list[tuple[int, int]]
    seats: list[Any]
    study: Study


def year_read(
    year: Period, places: Collection[int], day: date, as_of: date, *, members: bool = True, posts: bool = True
) -> YearRead:
    """Return the YearRead of some organisations (ids), as known on `as_of`. day: of the rosters. members, posts: whether they are asked for."""
    asked: dict[str, QuerySet[Any, Any]] = {}
    if members:
        asked["people"] = people_on(day, places)
    if posts:
        asked["seats"] = seats(year, places)
    found = {"people": (), "seats": ()} | read_or_each({}, asked, few=len(places) <= _FEW)
    people, held = list(found["people"]), list(found["seats"])
    ids = sorted({*(member for member, _ in people), *(row[1] for row in held)})
    study = Study()
    for start in range(0, len(ids), _AT_A_TIME):
        part = study_of_year(ids[start : start + _AT_A_TIME], year, as_of)
        study.known.update(part.known)
        study.lives.update(part.lives)
    return YearRead(people, held, study)
