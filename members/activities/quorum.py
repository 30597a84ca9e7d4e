"""Is the record valid as a meeting of its kind? Below the quorum it is kept, meets nothing and passes no resolution."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from members.activities.models import ATTENDING
from members.activities.models import ActivityKindCode as Code
from members.activities.validity import Vote, committee_meeting, election_quorum, general_vote


@dataclass(frozen=True)
class Quorum:
    """Voters expected and present, the number needed, and whether the meeting is valid; None where no rule asks."""

    body: str = ""
    expected: int | None = None
    present: int | None = None
    needed: int | None = None
    rule: str = ""

    @property
    def valid(self) -> bool:
        return self.needed is None or (self.present or 0) >= self.needed

    @property
    def votes_needed(self) -> int | None:
        """Votes that pass a resolution: more than half of the voters expected (life-vote-general)."""
        return general_vote(self.expected, self.present).yes_needed if self.rule == "life-vote-general" else None

    @property
    def missing(self) -> int:
        return max(0, self.needed - (self.present or 0)) if self.needed is not None else 0


def quorum_of(codes: Iterable[str], counts: "Counts") -> Quorum:
    """Return the Quorum for a record of kinds `codes`.

    counts: an object with `voters_expected`, `voters_present` (probationers left out) and `seats_expected`,
    `seats_present`. Rules: 支部工作条例 第十一条 (assembly: half of the voters present), 第十二条 (committee: half of
    its members), elec-quorum-4-5 (agency setting: four fifths rest on secondary sources).
    """
    codes = set(codes)
    if Code.ELECTION in codes:
        return _make("选举", counts.voters_expected, counts.voters_present, election_quorum, "elec-quorum-4-5")
    if Code.ASSEMBLY in codes:
        return _make("党员大会", counts.voters_expected, counts.voters_present, general_vote, "life-vote-general")
    if Code.COMMITTEE_MEETING in codes:
        return _make("支委会", counts.seats_expected, counts.seats_present, committee_meeting, "life-committee-m")
    return Quorum()


def _make(body: str, expected: int | None, present: int | None, vote: Callable[[int, int], Vote], rule: str) -> Quorum:
    if expected is None or present is None:
        return Quorum()
    # A ledger's written figures may not fit its roster; the share is then of what remains, never of less than nobody.
    expected = max(0, expected)
    present = min(max(0, present), expected)
    return Quorum(body, expected, present, vote(expected, present).present_needed, rule)


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
