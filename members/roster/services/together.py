"""Correct the data of many people at once, as a ledger does: every check of `member_update`, no statement for each person."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import F

from branches import audit
from branches.access.services.key_check import index_key_holds
from branches.jobs.marks import mark_each
from branches.reach import access
from branches.reach.rights import MEMBERS
from common import clock
from common.database import columns_of, one_transaction, write_changed
from common.operator import Actor
from members.roster.models.members import Member
from members.roster.services.backdating import require_recent
from members.roster.services.members import (
    DATED,
    KEY_CHANGED,
    TAKEN,
    check_number,
    mark_spells,
    numbers_changed,
    put_values,
)
from members.roster.services.refusals import number_asked
from members.roster.services.stages import stages_follow

# Columns that a correction leaves as they are; what the table holds of itself is looked at when the rows are written.
_LEFT = ("identity_index", "home", "account", "uid")


def members_update(*, by: Actor, values: Mapping[int, Mapping[str, Any]]) -> dict[int, Member]:
    """Correct the data of people; returns {id: Member}. One audit entry each.

    values: {id: as for `member_update`}, a few hundred at most. Raises as that; IntegrityError where somebody else registered
    a number after the check.
    """
    with number_asked(by, any(said.get("identity") for said in values.values())):
        return _update(by, values)


@one_transaction
def _update(by: Actor, values: Mapping[int, Mapping[str, Any]]) -> dict[int, Member]:
    # Held alone and read afterwards: joined with the branch that it had before, the row of who has just moved is not found.
    list(Member.objects.select_for_update().filter(pk__in=values).order_by("pk").values_list("pk"))
    people = Member.objects.select_related("home__parent__parent").order_by("pk").in_bulk(values)
    before = {pk: columns_of(member) for pk, member in people.items()}
    trail = {pk: (audit.snapshot(member), numbers_changed(member, values[pk])) for pk, member in people.items()}
    for pk, member in people.items():
        member.version += 1
        put_values(member, values[pk])
        member.full_clean(exclude=_LEFT, validate_constraints=False)
    _check_numbers(
        by, [member for pk, member in people.items() if member.identity_index != before[pk]["identity_index"]]
    )
    write_changed([(member, before[pk]) for pk, member in people.items()], version=F("version") + 1)
    stages_follow(people.values())
    if any(member.identity_index for member in people.values()) and not index_key_holds():
        raise ValidationError({"identity": KEY_CHANGED})
    access.require_each(by, MEMBERS, {member.home_id for member in people.values()})
    _require_recent(by, people.values(), before)
    audit.record_many(
        by=by,
        verb="member.update",
        rows=(
            audit.Row(member, member.home_id, str(member), audit.snapshot(member), *trail[pk])
            for pk, member in people.items()
        ),
    )
    _mark(people.values(), before)
    return people


def _check_numbers(by: Actor, people: list[Member]) -> None:
    """Raise as `check_number` where somebody else bears one of the new numbers, or two of these the same."""
    new = Counter(member.identity_index for member in people if member.identity_index)
    if any(number > 1 for number in new.values()):
        raise ValidationError({"identity": TAKEN})
    bearers = dict(Member.objects.filter(identity_index__in=new).order_by().values_list("identity_index", "pk"))
    for member in people:
        if bearers.get(member.identity_index, member.pk) != member.pk:
            check_number(by, member)


def _require_recent(by: Actor, people: Iterable[Member], before: Mapping[int, Mapping[str, Any]]) -> None:
    """Raise as `require_recent`; of each home and date the change that reaches back furthest decides."""
    first: dict[tuple[int, str], tuple] = {}
    for member in people:
        for name in DATED:
            old, new = before[member.pk][name], getattr(member, name)
            if old != new:
                day = min(day for day in (old, new) if day)
                key = member.home_id, name
                first[key] = min(first.get(key, (day, member.home)), (day, member.home), key=lambda one: one[0])
    for (_, name), (day, home) in first.items():
        require_recent(by, home, day, name)


def _mark(people: Iterable[Member], before: Mapping[int, Mapping[str, Any]]) -> None:
    today = clock.today()
    homes: dict[int, date] = {}
    for member in people:
        pairs = [(before[member.pk][name], getattr(member, name)) for name in ("joined_on", "full_on")]
        first = min([today, *(new for _, new in pairs if new)])
        homes[member.home_id] = min(homes.get(member.home_id, first), first)
        if moved := [day for pair in pairs if pair[0] != pair[1] for day in pair if day]:
            mark_spells(member, min(moved))
    mark_each([(home, first, today) for home, first in sorted(homes.items())], "membership")
