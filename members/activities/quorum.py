"""Is the record valid as a meeting of its kind? Below the quorum it is kept, meets nothing and passes no resolution."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models

from members.activities.models import ATTENDING
from members.activities.models import ActivityKindCode as Code
from members.activities.validity import Vote, committee_meeting, election_quorum, general_vote


class Body(models.TextChoices):
    """Whose quorum a meeting takes."""

    ELECTION = "election", "选举"
    ASSEMBLY = "assembly", "党员大会"
    COMMITTEE = "committee", "支委会"


@dataclass(frozen=True)
class Quorum:
    """Voters expected and present, and the number needed; without a body where no rule asks.

    votes_needed: votes that pass a resolution, None where the meeting passes none by votes.
    """

    body: Body | None = None
    expected: int | None = None
    present: int | None = None
    needed: int | None = None
    votes_needed: int | None = None

    @property
    def valid(self) -> bool:
        return self.missing == 0

    @property
    def missing(self) -> int:
        return max(0, self.needed - (self.present or 0)) if self.needed is not None else 0


def quorum_of(codes: Iterable[str], counts: "Counts") -> Quorum:
    """Return the Quorum for a record of kinds `codes`; counts leave probationers out of the voters.

    Rules: 支部工作条例 第十一条 (assembly: half of the voters present), 第十二条 (committee: half of its members),
    elec-quorum-4-5 (agency setting: four fifths rest on secondary sources).
    """
    codes = set(codes)
    if Code.ELECTION in codes:
        return _quorum(Body.ELECTION, counts.voters_expected, counts.voters_present, election_quorum)
    if Code.ASSEMBLY in codes:
        return _quorum(Body.ASSEMBLY, counts.voters_expected, counts.voters_present, general_vote)
    if Code.COMMITTEE_MEETING in codes:
        return _quorum(Body.COMMITTEE, counts.seats_expected, counts.seats_present, committee_meeting)
    return Quorum()


def _quorum(body: Body, expected: int | None, present: int | None, rule: Callable[[int, int], Vote]) -> Quorum:
    if expected is None or present is None:
        return Quorum()
    # A ledger's written figures may not fit its roster; the share is then of what remains, never of less than nobody.
    expected = max(0, expected)
    present = min(max(0, present), expected)
    vote = rule(expected, present)
    return Quorum(body, expected, present, vote.present_needed, vote.yes_needed)


@dataclass(frozen=True)
class Counts:
    voters_expected: int | None = None
    voters_present: int | None = None
    seats_expected: int | None = None
    seats_present: int | None = None


def counts_from_attendance(
    members: Sequence[Any], states: Mapping[int, str], day: date, seats: Collection[int]
) -> Counts:
    """Count voters and seats from attendance.

    members: the expected Members. states: {member id: attendance state}. seats: ids of committee members that day.
    """
    voters = [member for member in members if not member.probationary_on(day)]
    return Counts(
        voters_expected=len(voters),
        voters_present=sum(states.get(member.pk) in ATTENDING for member in voters),
        seats_expected=len(seats),
        seats_present=sum(states.get(pk) in ATTENDING for pk in seats),
    )


def counts_from_ledger(
    written_expected: int | None, written_present: int | None, probationers: Sequence[Any], absent_ids: Collection[int]
) -> Counts:
    """Count voters of an imported record from the written figures (decisions 15).

    probationers: Members on the roster that were probationary that day. absent_ids: ids of members named as absent.
    """
    if written_expected is None or written_present is None:
        return Counts()
    there = sum(member.pk not in absent_ids for member in probationers)
    return Counts(
        voters_expected=written_expected - len(probationers),
        voters_present=written_present - there,
        seats_expected=written_expected,
        seats_present=written_present,
    )
