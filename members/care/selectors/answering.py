"""Which occasions a record answers, saved or not: told to whoever keeps the roster of the person's branch, and to nobody else."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from common import clock
from common.operator import Actor
from members.activities.models.codes import picks
from members.care.rights import keeps
from members.care.rules import ANSWERED, LATE, OPEN, OVERDUE, Visit, judged
from members.care.selectors.occasions import ANSWERING, Placed, occasions
from members.roster.models.members import Member


@dataclass(frozen=True)
class Answered:
    """One occasion of one person that a record answers, or will. what: the kind of occasion, never why; late: after its day."""

    member: int
    name: str
    what: str
    due: date
    late: bool


def will_answer(user: Actor, members: Collection[int], kinds: Collection[str], day: date) -> list[Answered]:
    """Return what an unsaved record of a day that names these members would answer of what is open, by due day."""
    if not picks(kinds) or not set(kinds) & set(ANSWERING):
        return []
    found, seen = [], Visit(0, day, day)
    for one in _of(user, members, day):
        if one.occasion.state in (OPEN, OVERDUE):
            then = judged(one.occasion, [seen], max(day, clock.today()))
            if then.state in (ANSWERED, LATE):
                found.append(_answered(one, late=then.state == LATE))
    return sorted(found, key=lambda row: (row.due, row.member))


def answered_by(user: Actor, activity: int, members: Collection[int], day: date) -> list[Answered]:
    """Return what a saved record (id) that names these members answers, by due day."""
    rows = [
        one for one in _of(user, members, day) if one.occasion.answered and one.occasion.answered.activity == activity
    ]
    return sorted(
        (_answered(one, late=one.occasion.state == LATE) for one in rows), key=lambda row: (row.due, row.member)
    )


def _answered(one: Placed, *, late: bool) -> Answered:
    assert one.occasion.due is not None
    return Answered(one.occasion.member, one.name, one.occasion.name, one.occasion.due, late)


def _of(user: Actor, members: Collection[int], day: date) -> list[Placed]:
    """Return the occasions of these members, as far as `user` keeps the rosters of their branches."""
    people: Any = Member.objects.filter(pk__in=members).select_related("home") if members else ()
    homes: dict[int, int] = {row.pk: row.home_id for row in people if keeps(user, row.home)}
    if not homes:
        return []
    span = date(day.year - 1, 1, 1), date(day.year + 1, 12, 31)
    placed = occasions(*span, sorted(set(homes.values())), clock.today())
    return [one for one in placed if one.occasion.member in homes and one.occasion.due is not None]
