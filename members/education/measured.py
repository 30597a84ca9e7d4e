"""Hours of study in facts: of a year, what members have of the hours they owe, in whole hours."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date

from django.db.models import Exists, OuterRef, QuerySet

from branches.places.models.organisations import Kind
from common.periods import Period
from members.education.hours import Study
from members.education.models import StudyState
from members.education.owed import study_years
from members.roster.models.members import Membership
from members.roster.models.standing import PARTY_STAGES, StageSpell

EDUCATION_HOURS = "education.hours"


def people_on(day: date, places: Collection[int] | None) -> QuerySet[Membership, tuple[int, int]]:
    """(member id, branch id) of the Party members on the rosters of branches (ids; of all when None) on a day; one statement."""
    party = StageSpell.objects.in_force(day).filter(member=OuterRef("member"), stage__in=PARTY_STAGES).order_by()
    rows = Membership.objects.in_force(day).filter(Exists(party), organisation__kind=Kind.BRANCH)
    if places is not None:
        rows = rows.filter(organisation__in=places)
    return rows.order_by("member").values_list("member_id", "organisation_id")


def hours_counts(
    year: Period,
    places: Collection[int] | None,
    as_of: date,
    *,
    people: Sequence[tuple[int, int]] | None = None,
    read: Study | None = None,
) -> Iterator[tuple[int, str, int, int, int, int]]:
    """Yield (branch id, EDUCATION_HOURS, numerator, denominator, 0, overdue) of a year as it stands on a day.

    Over the roster of its last day, or of `as_of` before it: who moved inside counts where he is, who left the agency nowhere.
    Numerator: the known hours, of each at most what he owes; denominator: what is owed of the whole year. Overdue: hours that are
    missing once the year is over, of whom no record is left of unknown length. people, read: of `people_on` that day, and their
    study of the year, where they are read already.
    """
    people = list(people_on(min(year.last, as_of), places)) if people is None else people
    found = study_years([member for member, _ in people], year.year, as_of, read=read)
    sums: dict[int, list[int]] = {}
    for member, place in people:
        one = found[member]
        if one.owed:
            done = min(one.known.minutes // 60, one.owed)
            mine = sums.setdefault(place, [0, 0, 0])
            mine[0] += done
            mine[1] += one.owed
            mine[2] += one.owed - done if one.state == StudyState.OVERDUE else 0
    for place, (done, owed, overdue) in sorted(sums.items()):
        yield place, EDUCATION_HOURS, done, owed, 0, overdue
