"""When a duty list stands otherwise though nobody writes: a date passes, a seat or membership that was entered before begins.

So the facts of a new day reckon the lists anew that turn on it, and no others (tests compare day by day with all of them).
"""

from collections.abc import Iterable, Iterator
from datetime import date

from django.db.models import Q

from branches.jobs.models import ChangeMark
from branches.places.models.departments import Coverage
from branches.reach.models import Appointment
from common.periods import QUARTER, Period
from responsibilities.duties.models import DutyList, ListState
from responsibilities.duties.selectors.touched import WIDE, lists_touched
from responsibilities.duties.slot import DONE, LEFT_OUT, DutySlot
from responsibilities.requirements.turning import ONE_DAY, ROSTERS, begun_or_ended, everywhere

# Rows with a first and a last day, and the subject of the change marks of those who write them.
_SPANS = (*ROSTERS, (Appointment, "appointment"), (Coverage, "coverage"))


def turn_of(slots: Iterable[DutySlot], as_of: date) -> date | None:
    """Return the first day after `as_of` on which one of these slots may stand otherwise by the calendar alone; None: never.

    What is owed is overdue on the day after it is due. A stage or node that has no date of its own walks along with the day,
    and into the next quarter.
    """
    days = [day for slot in slots for day in _turns(slot, as_of) if day > as_of]
    return min(days, default=None)


def _turns(slot: DutySlot, as_of: date) -> Iterator[date]:
    if slot.state in DONE or slot.state in LEFT_OUT:
        return
    yield slot.due + ONE_DAY
    if slot.may_walk:
        yield slot.due
        yield Period.containing(QUARTER, max(slot.due, as_of)).last + ONE_DAY
        yield Period.containing(QUARTER, as_of).last + ONE_DAY


def lists_turned(since: date, as_of: date) -> set[int] | None:
    """Return the ids of the issued lists that dated rows may have turned after `since`, up to `as_of`; None: all of them.

    Upper lists rest on much that is below them and are few: they are always among them.
    """
    first = since + ONE_DAY
    passed = (first, as_of)
    if everywhere(passed):
        return None
    marks = [
        ChangeMark(organisation_id=place, first_day=first, last_day=as_of, subject=subject)
        for place, subject in begun_or_ended(passed, _SPANS)
    ]
    years = {first.year, as_of.year}
    issued = DutyList.objects.filter(year__in=years, state=ListState.ISSUED).order_by()
    upper = issued.filter(Q(level__in=WIDE) | Q(issued_on__range=passed))
    touched = lists_touched(marks, (), (), as_of) if marks else set()
    return touched | set(upper.values_list("pk", flat=True))
