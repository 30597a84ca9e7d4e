"""Party workers in facts, judged at the year's slot: posts with their hours and class, secretaries with their class, full-time staff."""

from collections.abc import Collection, Iterator
from datetime import date

from common.periods import Period
from members.cadres.selectors.posts import post_years
from members.cadres.selectors.secretaries import secretary_years
from members.cadres.selectors.staff import staff_counts
from members.cadres.selectors.year_read import YearRead
from members.education.models import StudyState

EDUCATION_POSTS, EDUCATION_SECRETARIES, CADRES_FULLTIME = "education.posts", "education.secretaries", "cadres.fulltime"
# (organisation id, measure, numerator, denominator, late, overdue)
Counts = Iterator[tuple[int, str, int, int, int, int]]


def post_counts(year: Period, places: Collection[int] | None, as_of: date, *, read: YearRead | None = None) -> Counts:
    """Yield the posts of a year that owe hours and those whose holder has them and attended a class, by organisation.

    read: what was read of these places and the year already.
    """
    sums: dict[int, list[int]] = {}
    held, study = (read.seats, read.study) if read else (None, None)
    for one in post_years(year, places, as_of, held=held, read=study):
        if one.owed:
            mine = sums.setdefault(one.place, [0, 0, 0])
            mine[0] += one.state == StudyState.MET
            mine[1] += 1
            mine[2] += one.state == StudyState.OVERDUE
    for place, (met, owed, overdue) in sorted(sums.items()):
        yield place, EDUCATION_POSTS, met, owed, 0, overdue


def secretary_counts(year: Period, places: Collection[int] | None, as_of: date) -> Counts:
    """Yield the secretaries of a year and those who attended what they owed, by organisation; who is spared is in neither."""
    sums: dict[int, list[int]] = {}
    for one in secretary_years(year, places, as_of):
        if one.spared:
            continue
        mine = sums.setdefault(one.place, [0, 0, 0, 0])
        mine[0] += one.met
        mine[1] += 1
        mine[2] += one.met and one.late
        mine[3] += one.overdue(as_of, year.last)
    for place, (met, owed, late, overdue) in sorted(sums.items()):
        yield place, EDUCATION_SECRETARIES, met, owed, late, overdue


def fulltime_counts(year: Period, places: Collection[int] | None, as_of: date) -> Counts:
    """Yield full-time staff of all who work at an agency, of the year's last day or of `as_of` before it, by committee."""
    for place, number, total in staff_counts(min(year.last, as_of), places):
        yield place, CADRES_FULLTIME, number, total, 0, 0
