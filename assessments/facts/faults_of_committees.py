"""What counts one by one of development and of dues: cases and uses, and beside them what a committee owes once a year.

Things are cases or uses by their id, and committees by theirs below nought.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from assessments.facts.family import Marks
from members.development.measured import COMMITTEE_FAULTS as CASE_FAULTS
from members.development.measured import CaseItem, cases_written, development_items
from members.dues.measured import COMMITTEE_FAULTS as DUES_FAULTS
from members.dues.measured import use_faults, uses_of
from responsibilities.requirements.yearly import ANALYSES, PUBLICATIONS, committees_of, missed

# Marks of what a committee may have recorded, published or been exempted from.
_ITS_OWN = ("activity", "exemption")


@dataclass(frozen=True)
class FaultItem:
    """A mistake, in the month of `due`."""

    thing: int
    organisation: int
    measure: str
    due: date
    done: bool = True
    owed: bool = False
    late: bool = False
    overdue: bool = False


def development(as_of: date, things: Collection[int] | None) -> Iterator[CaseItem | FaultItem]:
    """Yield what cases count, and the analyses that committees left out (dev-analysis-1y)."""
    cases, committees = _divided(things)
    if cases is None or cases:
        yield from development_items(as_of, cases)
    if committees is None or committees:
        for committee, due in missed(ANALYSES, as_of, committees):
            yield FaultItem(-committee, committee, CASE_FAULTS, due)


def development_written(marks: Marks) -> set[int]:
    return cases_written(marks) | _committees(marks)


def dues(as_of: date, things: Collection[int] | None) -> Iterator[FaultItem]:
    """Yield uses of dues that no meeting decided on, and years in which a committee did not publish them (fee-collective, fee-publish)."""
    uses, committees = _divided(things)
    if uses is None or uses:
        for one in use_faults(as_of, uses):
            yield FaultItem(one.use, one.organisation, DUES_FAULTS, one.day)
    if committees is None or committees:
        for committee, due in missed(PUBLICATIONS, as_of, committees):
            yield FaultItem(-committee, committee, DUES_FAULTS, due)


def dues_written(marks: Marks) -> set[int]:
    # A committee owes its publication once a branch below keeps dues: any of its own may say so.
    places = {mark.organisation_id for mark in marks}
    return uses_of(places) | {-pk for pk in committees_of(None)}


def _divided(things: Collection[int] | None) -> tuple[set[int] | None, set[int] | None]:
    if things is None:
        return None, None
    return {thing for thing in things if thing > 0}, {-thing for thing in things if thing < 0}


def _committees(marks: Marks) -> set[int]:
    places = {mark.organisation_id for mark in marks if mark.subject in _ITS_OWN}
    return {-pk for pk in committees_of(places)}
