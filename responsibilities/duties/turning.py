"""When a duty list stands otherwise though nobody writes: a date passes, a seat or membership that was entered before begins.

So the facts of a new day reckon the lists anew that turn on it, and no others (tests compare day by day with all of them).
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from typing import Any

from django.db.models import Q

from branches.jobs.models import ChangeMark
from branches.places.models.departments import Coverage
from branches.places.models.organisations import Organisation, OrganisationVersion
from branches.reach.models import Appointment
from branches.settings.models import Setting
from common.periods import QUARTER, Period
from members.activities.models import Activity
from members.roster.models.members import Member, Membership
from members.roster.models.posts import Post
from responsibilities.duties.models import DutyList, ListState
from responsibilities.duties.selectors.touched import WIDE, lists_touched
from responsibilities.duties.slot import DONE, LEFT_OUT, DutySlot

_ONE = timedelta(days=1)
# Rows with a first and a last day, and the subject of the change marks of those who write them.
_SPANS: tuple[tuple[Any, str], ...] = (
    (Membership, "membership"),
    (Post, "post"),
    (Appointment, "appointment"),
    (Coverage, "coverage"),
)


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
    yield slot.due + _ONE
    if slot.may_walk:
        yield slot.due
        yield Period.containing(QUARTER, max(slot.due, as_of)).last + _ONE
        yield Period.containing(QUARTER, as_of).last + _ONE


def lists_turned(since: date, as_of: date) -> set[int] | None:
    """Return the ids of the issued lists that dated rows may have turned after `since`, up to `as_of`; None: all of them.

    Upper lists rest on much that is below them and are few: they are always among them.
    """
    first = since + _ONE
    passed = (first, as_of)
    if _everywhere(passed):
        return None
    marks = [
        ChangeMark(organisation_id=place, first_day=first, last_day=as_of, subject=subject)
        for place, subject in _begun_or_ended(passed)
    ]
    years = {first.year, as_of.year}
    issued = DutyList.objects.filter(year__in=years, state=ListState.ISSUED).order_by()
    upper = issued.filter(Q(level__in=WIDE) | Q(issued_on__range=passed))
    touched = lists_touched(marks, (), (), as_of) if marks else set()
    return touched | set(upper.values_list("pk", flat=True))


def _everywhere(passed: tuple[date, date]) -> bool:
    """Whether something that was dated for one of these days concerns the agency: a move in the tree, a setting, a record."""
    moved = OrganisationVersion.objects.filter(starts__range=passed, starts__gt=date.min)
    began = Organisation.objects.filter(Q(founded__range=passed) | Q(archived_on__range=_the_days_before(passed)))
    set_ = Setting.objects.filter(valid_from__range=passed)
    ahead = Activity.objects.filter(day__range=passed, submitted_at__date__lt=passed[0])
    return any(rows.order_by().exists() for rows in (moved, began, set_, ahead))


def _the_days_before(passed: tuple[date, date]) -> tuple[date, date]:
    """The days on which something ended whose first day without it is one of `passed`, that day included."""
    return passed[0] - _ONE, passed[1]


def _begun_or_ended(passed: tuple[date, date]) -> Iterator[tuple[int, str]]:
    for model, subject in _SPANS:
        rows = model.objects.filter(Q(starts__range=passed) | Q(ends__range=_the_days_before(passed))).order_by()
        yield from ((place, subject) for place in rows.values_list("organisation", flat=True).distinct())
    turned = [Q(**{f"{column}__range": passed}) for column in ("joined_on", "full_on", "exempt_from")]
    members = Member.objects.filter(turned[0] | turned[1] | turned[2])
    homes = Membership.objects.filter(member__in=members.order_by().values("pk")).order_by()
    yield from ((place, "membership") for place in homes.values_list("organisation", flat=True).distinct())
