"""Vetoes that the records speak for: proposed to whoever judges, never entered by themselves."""

from dataclasses import dataclass
from datetime import date

from assessments.entries.items import EntryItem, entry_items
from assessments.entries.models import EntryKind, EntryState
from assessments.entries.selectors import entries_of
from assessments.scoring.schemes import Scheme
from branches.places.models.organisations import Organisation
from common import clock
from common.periods import Period
from members.development.measured import approved_wrongly

# The rule that a veto on members admitted against the text rests on (发展党员工作细则; 机关基层组织工作条例).
DEVELOPMENT = "resp-development"


@dataclass(frozen=True)
class Proposal:
    """A veto that nobody has entered yet. case: id of the case it rests on, for whoever may read it."""

    organisation: Organisation
    item: EntryItem
    reason: str
    case: int


def proposals(scheme: Scheme, period: Period, key: str, places: dict[int, Organisation], as_of: date) -> list[Proposal]:
    """Return the Proposals of a period for organisations ({id: Organisation}): admissions that were approved against a stop.

    What was entered for the organisation and item, whatever became of it, is not proposed again.
    """
    item = _veto(scheme, period)
    if item is None or not places:
        return []
    said = entries_of(period, key).filter(kind=EntryKind.VETO, item=item.key).exclude(state=EntryState.WITHDRAWN)
    answered = set(said.values_list("organisation", flat=True))
    found = approved_wrongly(period.first, period.last, as_of, places)
    return [
        Proposal(places[place], item, f"{clock.in_words(day)}审批的发展党员事项，有规定环节未生效", case)
        for case, place, day in found
        if place not in answered
    ]


def _veto(scheme: Scheme, period: Period) -> EntryItem | None:
    numbers = [number for number, row in enumerate(scheme.vetoes) if DEVELOPMENT in row.rules]
    items = entry_items(scheme, period.kind).values()
    return next((item for item in items if item.kind == EntryKind.VETO and item.number in numbers), None)
