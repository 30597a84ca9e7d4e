"""Keep the dated stages of people beside their dates of joining: rosters and quorums of a day read these rows."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
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
    changes = _Changes()
    for member in members:
        rows = kept[member.pk]
        _before_joining(member, [row for row in rows if row.stage not in PARTY_STAGES], changes)
        _since_joining(member, rows, changes)
    changes.write()


# One stage of a case: which, its first day (None where nobody knows it), its last day (None while it goes on).
Spell = tuple[str, date | None, date | None]


def stages_of_case(member: Member, before: Sequence[Spell], since: date) -> None:
    """Bring the dated stages of a person to what his case says, in the caller's transaction.

    before: those before joining. What ended before `since`, the application of the case, is of an earlier one and stays.
    """
    rows = list(StageSpell.objects.filter(member=member))
    kept = [row for row in rows if row.stage not in PARTY_STAGES and (row.ends is None or row.ends >= since)]
    changes = _Changes()
    _since_joining(member, rows, changes)
    if {(row.stage, row.starts, row.ends) for row in kept} != set(before):
        changes.gone += [row.pk for row in kept]
        changes.new += [
            StageSpell(member=member, stage=stage, starts=starts, ends=ends) for stage, starts, ends in before
        ]
    changes.write()


@dataclass
class _Changes:
    """What is written of dated stages; gone: ids."""

    new: list[StageSpell] = field(default_factory=list)
    changed: list[StageSpell] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)

    def write(self) -> None:
        if self.gone:
            StageSpell.objects.filter(pk__in=self.gone).delete()
        # Of one person the earlier row first: never two of them are open, nor begin on one day, in between.
        for row in sorted(self.changed, key=lambda one: (one.ends is None, one.starts or date.min)):
            row.save(update_fields=["starts", "ends"])
        StageSpell.objects.bulk_create(self.new, batch_size=1000)


def _since_joining(member: Member, rows: list[StageSpell], changes: _Changes) -> None:
    wanted = _of_dates(member)
    had = {row.stage: row for row in rows if row.stage in PARTY_STAGES}
    changes.gone += [row.pk for stage, row in had.items() if stage not in wanted]
    for stage, (starts, ends) in wanted.items():
        row = had.get(stage)
        if row is None:
            changes.new.append(StageSpell(member=member, stage=stage, starts=starts, ends=ends))
        elif (row.starts, row.ends) != (starts, ends):
            row.starts, row.ends = starts, ends
            changes.changed.append(row)


def _of_dates(member: Member) -> dict[str, tuple[date, date | None]]:
    """Return {stage: (first day, last day or None)} of the Party stages that the dates of joining give.

    Without a day on which he became a full member nobody knows since when he votes: he stays without a vote. Until his admission was
    approved he was on probation, whatever day it counts from.
    """
    joined, full = member.joined_on, member.full_since
    if joined is None:
        return {}
    if full is None:
        return {MemberStage.PROBATIONARY: (joined, None)}
    found: dict[str, tuple[date, date | None]] = {MemberStage.FULL: (full, None)}
    if full > joined:
        found[MemberStage.PROBATIONARY] = joined, full - _DAY
    return found


def _before_joining(member: Member, rows: list[StageSpell], changes: _Changes) -> None:
    """Of people whom no case leads (`stages_of_case`): end the open stage before joining where another has begun: the eve of joining, or yesterday."""
    open_ = next((row for row in rows if row.ends is None), None)
    if member.joined_on is None and open_ is not None and open_.stage == member.stage:
        return
    begun = member.joined_on or clock.today()
    if open_ is not None:
        if open_.starts is not None and open_.starts >= begun:
            changes.gone.append(open_.pk)
        else:
            open_.ends = begun - _DAY
            changes.changed.append(open_)
    if member.joined_on is None and member.stage not in PARTY_STAGES:
        # Of whom nothing was known before nobody knows since when.
        starts = begun if rows else None
        changes.new.append(StageSpell(member=member, stage=member.stage, starts=starts))
