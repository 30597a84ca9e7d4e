"""Keep the dated stages of people beside their dates of joining: rosters and quorums of a day read these rows."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date, timedelta

from common import clock
from members.roster.models.members import Member
from members.roster.models.standing import PARTY_STAGES, MemberStage, StageSpell

_DAY = timedelta(days=1)


def stages_follow(members: Collection[Member]) -> None:
    """Bring the dated stages of these members to what their dates of joining and stage say, in the caller's transaction.

    A corrected date corrects its row; a stage before joining begins the day it was noted and ends with the next one. Two
    statements, and as many as there are kinds of change.
    """
    kept: dict[int, list[StageSpell]] = defaultdict(list)
    known = [member.pk for member in members]
    for row in StageSpell.objects.filter(member__in=known):
        kept[row.member_id].append(row)
    new: list[StageSpell] = []
    changed: list[StageSpell] = []
    gone: list[int] = []
    for member in members:
        _follow(member, kept[member.pk], new, changed, gone)
    if gone:
        StageSpell.objects.filter(pk__in=gone).delete()
    # Of one person the earlier row first: never two of them are open, nor begin on one day, in between.
    for row in sorted(changed, key=lambda one: (one.ends is None, one.starts or date.min)):
        row.save(update_fields=["starts", "ends"])
    StageSpell.objects.bulk_create(new, batch_size=1000)


def _follow(
    member: Member, rows: list[StageSpell], new: list[StageSpell], changed: list[StageSpell], gone: list[int]
) -> None:
    wanted = _of_dates(member)
    before = [row for row in rows if row.stage not in PARTY_STAGES]
    _before_joining(member, before, new, changed, gone)
    had = {row.stage: row for row in rows if row.stage in PARTY_STAGES}
    gone += [row.pk for stage, row in had.items() if stage not in wanted]
    for stage, (starts, ends) in wanted.items():
        row = had.get(stage)
        if row is None:
            new.append(StageSpell(member=member, stage=stage, starts=starts, ends=ends))
        elif (row.starts, row.ends) != (starts, ends):
            row.starts, row.ends = starts, ends
            changed.append(row)


def _of_dates(member: Member) -> dict[str, tuple[date, date | None]]:
    """Return {stage: (first day, last day or None)} of the Party stages that the dates of joining give.

    Without a day on which he became a full member nobody knows since when he votes: he stays without a vote.
    """
    joined, full = member.joined_on, member.full_on
    if joined is None:
        return {}
    if full is None:
        return {MemberStage.PROBATIONARY: (joined, None)}
    found: dict[str, tuple[date, date | None]] = {MemberStage.FULL: (full, None)}
    if full > joined:
        found[MemberStage.PROBATIONARY] = joined, full - _DAY
    return found


def _before_joining(
    member: Member, rows: list[StageSpell], new: list[StageSpell], changed: list[StageSpell], gone: list[int]
) -> None:
    """End the open stage before joining where another has begun: the eve of joining, or yesterday."""
    open_ = next((row for row in rows if row.ends is None), None)
    if member.joined_on is None and open_ is not None and open_.stage == member.stage:
        return
    begun = member.joined_on or clock.today()
    if open_ is not None:
        if open_.starts is not None and open_.starts >= begun:
            gone.append(open_.pk)
        else:
            open_.ends = begun - _DAY
            changed.append(open_)
    if member.joined_on is None and member.stage not in PARTY_STAGES:
        # Of whom nothing was known before nobody knows since when.
        starts = begun if rows else None
        new.append(StageSpell(member=member, stage=member.stage, starts=starts))
