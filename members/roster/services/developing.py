"""What a case of development writes into the roster: the person's stage and days. Nobody else changes them while it is open."""

from collections.abc import Sequence
from datetime import date

from branches import audit
from branches.jobs.marks import mark
from common import clock
from common.operator import Actor
from members.roster.models.members import Member, MemberStage
from members.roster.services.members import mark_spells
from members.roster.services.stages import Spell, stages_of_case
from members.roster.services.standing import held


def led_by_case(member: Member, open_: bool) -> None:
    """Note whether a case is open; part of the caller's transaction."""
    Member.objects.filter(pk=member.pk).update(led_by_case=open_)
    member.led_by_case = open_


def stage_set(
    *,
    by: Actor,
    member: Member,
    stage: MemberStage,
    joined_on: date | None,
    full_on: date | None,
    votes_from: date | None = None,
    spells: Sequence[Spell],
    since: date,
) -> bool:
    """Write what a case makes of a person; part of the caller's transaction, which has asked who may. Returns whether it moved.

    votes_from: the day on which full membership was approved; spells: his stages before joining, each from the day of its step;
    since: the day of the application.
    """
    fresh = held(member)
    before = (fresh.stage, fresh.joined_on, fresh.full_on, fresh.votes_from)
    if before == (stage, joined_on, full_on, votes_from):
        # Before joining nobody is on a roster: nothing that was held is judged otherwise by such a day.
        stages_of_case(fresh, spells, since)
        return False
    with audit.change(by=by, verb="member.stage", obj=fresh, organisation=fresh.home_id):
        fresh.stage, fresh.joined_on, fresh.full_on, fresh.votes_from = stage, joined_on, full_on, votes_from
        fresh.version += 1
        fresh.save(update_fields=["stage", "joined_on", "full_on", "votes_from", "version"])
        stages_of_case(fresh, spells, since)
    member.stage, member.joined_on, member.full_on, member.votes_from = stage, joined_on, full_on, votes_from
    days = [day for day in (*before[1:], joined_on, full_on, votes_from) if day is not None]
    mark(fresh.home, min([*days, clock.today()]), clock.today(), "membership")
    if days:
        mark_spells(fresh, min(days))
    return True
