"""Write planned members through the same services as the pages. The caller holds the transaction."""

from branches import audit
from branches.imports.report import NEW
from branches.jobs.marks import ROSTER
from branches.jobs.models import ChangeMark
from branches.places.models.organisations import Organisation
from branches.reach import access
from branches.reach.rights import IMPORT
from common import clock, progress
from members.roster.models.members import Member, Membership
from members.roster.models.standing import Standing
from members.roster.services.members import (
    mark_roster,
    member_create,
    member_transfer,
    membership_start_day,
    note_imported,
    post_give,
)
from members.roster.services.standing import statuses_follow
from members.roster.services.together import members_update
from members.transfers.services.transfers import transfers_overtaken

CHUNK = 500


def apply_members(items, by):
    """Write the MemberItems; returns how many people were written. Raises as the services do."""
    wanted = {place.pk for item in items for place in (item.branch, item.group) if place is not None}
    wanted |= {place.pk for item in items for place, _ in item.seats}
    organisations = Organisation.objects.in_bulk(wanted)
    access.require_each(by, IMPORT, {item.branch.pk for item in items})
    starts, moved = _change(items, by), []
    for item in items:
        branch = organisations[item.branch.pk]
        group = organisations[item.group.pk] if item.group is not None else None
        if item.action == NEW:
            member = member_create(by=by, branch=branch, small_group=group, **item.values)
            item.person.pk, item.person.member = member.pk, member
        elif item.transfer:
            person = item.person.member
            member_transfer(by=by, member=person, branch=branch, small_group=group, reason="按台账调整")
            moved.append(person.pk)
        elif "joined_on" in item.values:
            _correct_start(item, branch, starts[item.person.pk], by)
        for place, kind in item.seats:
            post_give(by=by, member=item.person.member, organisation=organisations[place.pk], kind=kind)
        progress.tick()
    _statuses(items, by)
    if moved:
        transfers_overtaken(by=by, members=moved, why="已按台账调整组织关系")
    note_imported([item.person.pk for item in items])
    # A long import is seen by others when it ends: its marks bear the time of its end, so that what was recorded meanwhile
    # is judged on the roster that it leaves.
    ChangeMark.objects.filter(subject=ROSTER, organisation__in=wanted).update(made=clock.real_now())
    return len(items)


def _change(items, by):
    """Correct the data of whom the ledger knows; returns {id: first day of an imported membership as it was}."""
    known = [item for item in items if item.action != NEW and item.values]
    starts = {item.person.pk: membership_start_day(item.person.member, item.branch) for item in known}
    for lot in _lots(known):
        for pk, member in members_update(by=by, values={pk: item.values for pk, item in lot.items()}).items():
            lot[pk].person.member = member
    return starts


def _statuses(items, by):
    """Note from today on how the ledger says that people stand; somebody new who is 正常 needs no word."""
    said = {
        item.person.pk: item.values["status"]
        for item in items
        if item.values.get("status") and (item.action != NEW or item.values["status"] != Standing.NORMAL.label)
    }
    if said:
        people = Member.objects.filter(pk__in=said).prefetch_related("party_statuses")
        statuses_follow(by=by, members=people, words=said)


def _lots(items):
    """Yield {id: item} of at most CHUNK people, none named twice in one."""
    lot = {}
    for item in items:
        if len(lot) == CHUNK or item.person.pk in lot:
            yield lot
            lot = {}
        lot[item.person.pk] = item
    if lot:
        yield lot


def _correct_start(item, branch, old_start, by):
    """Let an imported membership follow a corrected date of joining (decisions 14)."""
    new_start = membership_start_day(item.person.member, item.branch)
    rows = list(Membership.objects.select_for_update().filter(member=item.person.pk))
    if len(rows) != 1 or rows[0].starts != old_start or new_start == old_start:
        return
    membership = rows[0]
    with audit.change(by=by, verb="membership.correct", obj=membership, organisation=branch):
        membership.starts = new_start
        membership.full_clean()
        membership.save()
    mark_roster(branch, min(old_start, new_start))
