"""Hours of study as requirements: of a branch how many of its members have theirs, of posts each holder's."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from common.periods import Period
from members.cadres.selectors.posts import PostYear, post_years
from members.cadres.selectors.year_read import YearRead, year_read
from members.education.models import StudyState
from members.education.owed import StudyYear, study_years
from responsibilities.requirements.requirement import Requirement


class HoursRead:
    """Hours of the people of some places (ids), read once for each year that a rule asks about.

    learners, posts: whether a rule asks for those of members, and of holders of seats; both are read together.
    """

    def __init__(self, places: Iterable[int], as_of: date, *, learners: bool, posts: bool):
        self.places, self.as_of = list(places), as_of
        self._asked = {"members": learners, "posts": posts}
        self._years: dict[Period, YearRead] = {}
        self._learners: dict[tuple[Period, int], dict[int, list[tuple[int, StudyYear]]]] = {}

    def _of(self, year: Period) -> YearRead:
        if year not in self._years:
            day = min(year.last, max(self.as_of, year.first))
            self._years[year] = year_read(year, self.places, day, self.as_of, **self._asked)
        return self._years[year]

    def learners(self, year: Period, hours: int) -> Mapping[int, list[tuple[int, StudyYear]]]:
        """Return {branch: [(member, StudyYear)]} of those who owe hours in a year. hours: of a whole one."""
        if (year, hours) not in self._learners:
            read = self._of(year)
            ids = {member for member, _ in read.people}
            known = study_years(ids, year.year, self.as_of, hours=hours, read=read.study)
            found: dict[int, list[tuple[int, StudyYear]]] = {}
            for member, place in read.people:
                if known[member].owed:
                    found.setdefault(place, []).append((member, known[member]))
            self._learners[year, hours] = found
        return self._learners[year, hours]

    def count(self, row: Requirement, place: int, hours: int) -> None:
        """Fill the row of a branch: expected are those who owe hours, done those who have them."""
        people = self.learners(row.period, hours).get(place, [])
        lacking = [(member, one) for member, one in people if one.state != StudyState.MET]
        row.expected, row.on_time = len(people), len(people) - len(lacking)
        row.missing = sorted(member for member, _ in lacking)
        row.unknown = sum(one.known.unknown > 0 for _, one in lacking)

    def posts(self, year: Period, hours: int) -> Iterator[PostYear]:
        """Yield the PostYears of the holders of committee seats in a year."""
        read = self._of(year)
        yield from post_years(year, self.places, self.as_of, hours=hours, held=read.seats, read=read.study)
