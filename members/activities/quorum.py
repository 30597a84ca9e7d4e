"""Is a record valid as a meeting of each of its kinds? Below the quorum it is kept, meets nothing and passes no resolution."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models

from members.activities.models import ATTENDING, ActivityJudgement, AttendanceState
from members.activities.models import ActivityKindCode as Code
from members.activities.validity import Vote, committee_meeting, democratic_life_quorum, election_quorum, general_vote


class Body(models.TextChoices):
    """Whose quorum a meeting takes; the order in which a record names the one it was held as."""

    ELECTION = "election", "选举"
    ASSEMBLY = "assembly", "党员大会"
    COMMITTEE = "committee", "支委会"
    PARTY_GROUP = "party_group", "党组会议"
    DEMOCRATIC_LIFE = "democratic_life", "民主生活会"
    # No rule names a quorum, but where nobody came nothing was held.
    ANYONE = "anyone", "到会"


# Kinds that are not named know no quorum, and nobody need have come (a published list, a letter).
BODIES = {
    Code.ELECTION: Body.ELECTION,
    Code.ASSEMBLY: Body.ASSEMBLY,
    Code.ORG_LIFE: Body.ASSEMBLY,
    Code.MEMBER_REVIEW: Body.ASSEMBLY,
    Code.COMMITTEE_MEETING: Body.COMMITTEE,
    Code.PARTY_GROUP_MEETING: Body.PARTY_GROUP,
    Code.DEMOCRATIC_LIFE: Body.DEMOCRATIC_LIFE,
    Code.GROUP_MEETING: Body.ANYONE,
    Code.LECTURE: Body.ANYONE,
    Code.THEME_DAY: Body.ANYONE,
    Code.TRAINING: Body.ANYONE,
    Code.STUDY: Body.ANYONE,
}


# An agency committee's meeting, and one of the Party group about Party work (half of its members, rulebook 7), take the
# quorum of the seats where these are kept; else they are left to their minutes. No rule names one for a study group.
SEATED = {Code.COMMITTEE_PLENARY: Body.COMMITTEE, Code.PARTY_SPECIAL: Body.PARTY_GROUP}


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
    def decides(self) -> bool:
        """Whether a rule asks for a number of people, so that a resolution can pass or fail by it."""
        return self.body not in (None, Body.ANYONE)

    @property
    def valid(self) -> bool:
        return self.missing == 0

    @property
    def missing(self) -> int:
        return max(0, self.needed - (self.present or 0)) if self.needed is not None else 0


def body_of(code: str, small_group: bool) -> Body | None:
    """Return whose quorum a kind takes at one host; whatever a small group holds is its own meeting, without a quorum."""
    body = BODIES.get(Code(code))
    return Body.ANYONE if small_group and body is not None else body


def quorums_of(codes: Iterable[str], counts: "Counts", small_group: bool = False) -> dict[str, Quorum]:
    """Return {kind: Quorum} of a record of kinds `codes` at one host; counts leave those without a vote out of the voters.

    Rules: 支部工作条例 第十一条 (assembly: half of the voters present), 第十二条 (committee: half of its members),
    elec-quorum-4-5 and life-minsheng (agency settings: four fifths and two thirds rest on secondary sources).
    """
    seated = SEATED if counts.seats_kept else {}
    return {code: _of_body(body_of(code, small_group) or seated.get(Code(code)), counts) for code in codes}


def held_as(quorums: Mapping[str, Quorum]) -> Quorum:
    """Return the Quorum by which a record as a whole is named: the first of its bodies in the order of Body."""
    order = list(Body)
    known = [quorum for quorum in quorums.values() if quorum.body is not None]
    return min(known, key=lambda quorum: order.index(quorum.body or Body.ANYONE), default=Quorum())


def by_body(quorums: Mapping[str, Quorum]) -> list[tuple[Quorum, list[str]]]:
    """Return [(Quorum, kinds held by it)] of the bodies of a record, in the order of Body; kinds without one are left out."""
    order = list(Body)
    found: dict[Body, tuple[Quorum, list[str]]] = {}
    for code, quorum in quorums.items():
        if quorum.body is not None:
            found.setdefault(quorum.body, (quorum, []))[1].append(code)
    return [found[body] for body in order if body in found]


def figures(quorums: Mapping[str, Quorum]) -> dict[str, Any]:
    """Return the columns of a record that its quorums fill: voters_expected, voters_present, valid."""
    named = held_as(quorums)
    known = named if named.decides else Quorum()
    return {"voters_expected": known.expected, "voters_present": known.present, "valid": decides(quorums)}


def decides(quorums: Mapping[str, Quorum]) -> bool:
    """Return whether a record of these quorums can pass resolutions: one of the meetings held in it was quorate."""
    deciding = [quorum.valid for quorum in quorums.values() if quorum.decides]
    return any(deciding or [quorum.valid for quorum in quorums.values()] or [True])


_RULES: dict[Body, Callable[[int, int], Vote]] = {
    Body.ELECTION: election_quorum,
    Body.ASSEMBLY: general_vote,
    Body.COMMITTEE: committee_meeting,
    Body.PARTY_GROUP: committee_meeting,
    Body.DEMOCRATIC_LIFE: democratic_life_quorum,
}
_OF_VOTERS = (Body.ELECTION, Body.ASSEMBLY)


def _of_body(body: Body | None, counts: "Counts") -> Quorum:
    if body in _OF_VOTERS:
        return quorum_by(body, counts.voters_expected, counts.voters_present)
    if body == Body.ANYONE:
        return quorum_by(body, counts.expected, counts.present)
    return quorum_by(body, counts.seats_expected, counts.seats_present)


def quorum_by(body: Body | None, expected: int | None, present: int | None) -> Quorum:
    """Return the Quorum of a body from its people; of nobody where the figures are unknown."""
    if body is None or present is None or (expected is None and body != Body.ANYONE):
        return Quorum()
    if body == Body.ANYONE:
        return Quorum(body, expected, max(0, present), 1)
    # A ledger's written figures may not fit its roster; the share is then of what remains, never of less than nobody.
    expected = max(0, expected or 0)
    present = min(max(0, present), expected)
    vote = _RULES[body](expected, present)
    return Quorum(body, expected, present, vote.present_needed, vote.yes_needed)


def quorum_kept(row: ActivityJudgement) -> Quorum:
    """Return the Quorum by which a kept judgement was made."""
    return quorum_by(Body(row.body) if row.body else None, row.expected, row.present)


@dataclass(frozen=True)
class Counts:
    voters_expected: int | None = None
    voters_present: int | None = None
    seats_expected: int | None = None
    seats_present: int | None = None
    expected: int | None = None
    present: int | None = None
    # Whether seats are kept there and somebody's attendance at the meeting too: a ledger writes down figures alone.
    seats_kept: bool = False


def counts_from_attendance(
    members: Sequence[Any],
    states: Mapping[int, str],
    day: date,
    seats: Collection[int],
    picked: Collection[int] = (),
) -> Counts:
    """Count voters and seats from attendance.

    members: the expected Members. states: {member id: attendance state}. seats: ids of committee members that day. picked:
    ids of whoever else an upper level called to what it held.
    """
    voters = [member for member in members if member.votes_on(day)]
    people = {member.pk for member in members} | set(seats) | set(picked)
    there = {pk for pk in people if states.get(pk, AttendanceState.NOT_RECORDED) != AttendanceState.NOT_RECORDED}
    return Counts(
        voters_expected=len(voters),
        voters_present=sum(states.get(member.pk) in ATTENDING for member in voters),
        seats_expected=len(seats),
        seats_present=sum(states.get(pk) in ATTENDING for pk in seats),
        expected=len(people),
        # Where nobody's attendance is recorded, nobody knows.
        present=sum(states[pk] in ATTENDING for pk in there) if there else None,
        seats_kept=bool(seats),
    )


def counts_from_ledger(
    written_expected: int | None, written_present: int | None, without_vote: Sequence[Any], absent_ids: Collection[int]
) -> Counts:
    """Count voters of an imported record from the written figures (decisions 15).

    without_vote: Members on the roster that had no vote that day. absent_ids: ids of members named as absent.
    """
    if written_expected is None or written_present is None:
        return Counts()
    there = sum(member.pk not in absent_ids for member in without_vote)
    return Counts(
        voters_expected=written_expected - len(without_vote),
        voters_present=written_present - there,
        seats_expected=written_expected,
        seats_present=written_present,
        expected=written_expected,
        present=written_present,
    )
