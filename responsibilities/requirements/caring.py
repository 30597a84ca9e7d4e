"""What branches and committees owe of care and of commitments, counted for requirements: visits before the Spring Festival, published pledges."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from branches.places.models.organisations import Kind, Organisation
from members.care.rules import ANSWERED, FESTIVAL, LATE, festival_eve
from members.care.selectors.occasions import Placed, least_told, occasions
from members.commitments.measured import Promised
from responsibilities.requirements.requirement import Requirement

NOBODY_TO_VISIT = "关怀名册上没有应走访的人"
NOBODY_TO_PLEDGE = "名册上没有应作承诺的党员"


@dataclass
class Visits:
    """Those who are to be visited between New Year and the Spring Festival, by branch; above: {committee id: its branches' ids}."""

    by_branch: dict[int, list[Placed]] = field(default_factory=dict)
    above: dict[int, set[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, year: int, branches: Collection[int] | None, upper: Collection[int], as_of: date) -> "Visits":
        """Read the occasions of a year at some branches (ids; None: all), and which of them lie below the upper places."""
        eve = festival_eve(year)
        visits = cls()
        if eve is None:
            return visits
        for one in occasions(eve, eve, branches, as_of):
            if one.occasion.kind == FESTIVAL:
                visits.by_branch.setdefault(one.branch, []).append(one)
        if upper and visits.by_branch:
            rows = {row.pk: row for row in Organisation.objects.filter(pk__in={*upper, *visits.by_branch})}
            for top in upper:
                visits.above[top] = {pk for pk in visits.by_branch if top in rows and rows[top].contains(rows[pk])}
        return visits

    def count(self, row: Requirement, kind: str) -> str:
        """Fill a row; returns why nothing is expected, "" otherwise. Who is meant stands in it nowhere."""
        if kind == Kind.BRANCH:
            mine = self.by_branch.get(row.organisation, [])
            row.expected = len(mine)
            row.on_time = sum(one.occasion.state == ANSWERED for one in mine)
            late = [one.occasion.answered for one in mine if one.occasion.state == LATE]
            for visit in late:
                row.count_late(visit.day if visit else row.due)
            found = {one.occasion.answered.activity for one in mine if one.occasion.answered}
            row.least = least_told(mine)
        else:
            # An upper level's own act (judgement 4.1): one visit of its own to somebody below.
            mine = [one for pk in self.above.get(row.organisation, ()) for one in self.by_branch[pk]]
            found = {visit.activity for one in mine for visit in one.visits if visit.by == row.organisation}
            row.expected, row.on_time = min(1, len(mine)), min(1, len(found))
        row.records = sorted(found)
        return "" if row.expected else NOBODY_TO_VISIT


def count_pledges(row: Requirement, found: Promised | None) -> str:
    """Fill a row with who has published his commitment; returns why nothing is expected, "" otherwise."""
    if found is None or not found.owed:
        return NOBODY_TO_PLEDGE
    row.expected, row.on_time = len(found.owed), len(found.on_time)
    row.late = row.made_up = len(found.late)
    row.missing = found.missing
    return ""
