"""What schemes read of hours, posts and secretaries, as entries to be scored: by organisation and year, never by a person."""

from collections.abc import Collection, Iterable, Iterator
from datetime import date

from assessments import scoring
from assessments.results.selectors.scoring_items import Entry
from common.periods import YEAR, Period
from members.cadres.measured import (
    CADRES_FULLTIME,
    EDUCATION_POSTS,
    EDUCATION_SECRETARIES,
    fulltime_counts,
    post_counts,
    secretary_counts,
)
from members.cadres.selectors.year_read import year_read
from members.education.measured import EDUCATION_HOURS, hours_counts

# {measure: (what a reason calls it, its unit)}
LEARNING: dict[str, tuple[str, str]] = {
    EDUCATION_HOURS: ("党员学时", "学时"),
    EDUCATION_POSTS: ("书记和班子成员培训", "个职务"),
    EDUCATION_SECRETARIES: ("书记集中培训", "人"),
    CADRES_FULLTIME: ("专职党务人员", "人"),
}


def learning_entries(read: Collection[str], period: Period, day: date, places: Collection[int]) -> list[Entry]:
    """Return the Entries of the measures in `read`, in the period in which the year's last day lies; before that day nothing is due.

    day: on which they stand. What is missing once the year is over is overdue; hours that may
    lie in records of unknown length are left out, as neither had nor owed, and stand on the page of hours.
    """
    year = Period(YEAR, period.year)
    if year.last not in period:
        return []
    found: list[Entry] = []
    for place, measure, done, owed, late, overdue in _counts(read, year, places, day):
        found += _entries(place, measure, (done, owed, late, overdue), LEARNING[measure], over=day > year.last)
    return found


def _counts(
    read: Collection[str], year: Period, places: Collection[int], day: date
) -> Iterator[tuple[int, str, int, int, int, int]]:
    """Yield (organisation, measure, numerator, denominator, late, overdue); people and posts are read together."""
    members, posts = EDUCATION_HOURS in read, EDUCATION_POSTS in read
    if members or posts:
        both = year_read(year, places, min(year.last, day), day, members=members, posts=posts)
        if members:
            yield from hours_counts(year, places, day, people=both.people, read=both.study)
        if posts:
            yield from post_counts(year, places, day, read=both)
    if EDUCATION_SECRETARIES in read:
        yield from secretary_counts(year, places, day)
    if CADRES_FULLTIME in read:
        yield from fulltime_counts(year, places, day)


def _entries(
    place: int, measure: str, numbers: tuple[int, int, int, int], named: tuple[str, str], *, over: bool
) -> Iterable[Entry]:
    (done, owed, late, overdue), (name, unit) = numbers, named
    target = ("learning", measure, place)
    if not over:
        yield Entry(place, measure, scoring.Item(scoring.NOT_DUE, name, target, owed or 1, unit=unit))
        return
    if whole := done + overdue:
        state = scoring.OVERDUE if overdue else scoring.MET_LATE if late else scoring.MET
        text = f"{name}应完成 {owed} {unit}，已完成 {done} {unit}" if overdue else ""
        item = scoring.Item(state, name, target, whole, done - late, late, unit, text)
        yield Entry(place, measure, item)
