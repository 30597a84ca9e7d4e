"""What a committee owes once a year by an act of its own: the analysis of activists (dev-analysis-1y), dues published (fee-publish).

What it left out is a mistake of its own, counted with those of single cases and uses.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import date

from django.db.models import Min

from branches.places.models.organisations import Kind, Organisation
from common.periods import YEAR, Period
from members.activities.models import Topic
from members.dues.models import DuesRate, DuesUse
from responsibilities.requirements.models import RequirementState
from responsibilities.requirements.rule import RequirementRule
from responsibilities.requirements.rules import REQUIREMENT_RULES
from responsibilities.requirements.selectors import Requirement, requirements

# The rules that ask for them, whatever they are called.
ANALYSES = tuple(row for row in REQUIREMENT_RULES if row.topic == Topic.DEVELOPMENT)
PUBLICATIONS = tuple(row for row in REQUIREMENT_RULES if row.topic == Topic.DUES_PUBLISHED)


def owed_in(
    rules: Sequence[RequirementRule],
    year: int,
    as_of: date,
    committees: Collection[int],
    held_until: date | None = None,
) -> list[Requirement]:
    """Return what committees (ids) owe by `rules` in a year, as it stands on a day.

    held_until: what was held after that day counts for nothing.
    """
    places = {*committees}
    span = Period(YEAR, year)
    rows = requirements(span, organisations=places, as_of=as_of, rules=rules, held_until=held_until)
    return [row for row in rows if row.organisation in places and row.applies]


def missed(
    rules: Sequence[RequirementRule], as_of: date, committees: Collection[int] | None = None
) -> Iterator[tuple[int, date]]:
    """Yield (committee, last day on which it was due) of what committees (ids; all when None) left out by a day, in every year."""
    places = committees_of(committees)
    for year in range(_begun(rules, as_of), as_of.year + 1) if places else ():
        for row in owed_in(rules, year, as_of, places):
            if row.state == RequirementState.OVERDUE:
                yield row.organisation, row.due


def _begun(rules: Sequence[RequirementRule], as_of: date) -> int:
    """Return the first year in which any of these was owed: of dues that in which the first was fixed or used."""
    if rules is PUBLICATIONS:
        rated = DuesRate.objects.aggregate(first=Min("year"))["first"]
        used = DuesUse.objects.aggregate(first=Min("on"))["first"]
        return min(rated or as_of.year + 1, used.year if used else as_of.year + 1)
    return min((one.starts.year for row in rules for one in row.editions if one.starts), default=as_of.year)


def committees_of(places: Collection[int] | None) -> set[int]:
    """Return those of the organisations (ids; all when None) that are committees."""
    rows = Organisation.objects.order_by().filter(kind=Kind.COMMITTEE)
    if places is not None:
        if not places:
            return set()
        rows = rows.filter(pk__in=places)
    return set(rows.values_list("pk", flat=True))
