"""What may be entered in a record at all: which level holds which kind, and of whom 免予 may be said.

The write services ask here, so that no door passes them; forms ask the same to say it beside the field. What was accepted or
imported stays as it is.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date

from django.core.exceptions import ValidationError

from branches.places.models.organisations import Kind, Organisation
from members.activities.models import ActivityKindCode as Code
from members.activities.models import AttendanceState
from members.roster.models.members import Member

_EVERYWHERE = tuple(Kind)
_UPPER = (Kind.PARTY_GROUP, Kind.COMMITTEE)
_ASSEMBLING = (Kind.GENERAL_BRANCH, Kind.BRANCH)
_ELECTED = (Kind.COMMITTEE, *_ASSEMBLING)
_MEMBERS = (*_ASSEMBLING, Kind.SMALL_GROUP)

# Rulebook, chapter 7, and the rows of its table of requirements. Whatever members do together is held at any level. A large
# branch reviews its members in its groups (ma-group); a branch minutes the visit of a leader who looks after it.
HELD_AT: Mapping[Code, Collection[Kind]] = dict.fromkeys(Code, _EVERYWHERE) | {
    Code.ASSEMBLY: _ASSEMBLING,
    Code.COMMITTEE_MEETING: _ASSEMBLING,
    Code.GROUP_MEETING: (Kind.BRANCH, Kind.SMALL_GROUP),
    Code.ORG_LIFE: _MEMBERS,
    Code.MEMBER_REVIEW: _MEMBERS,
    Code.ELECTION: _ELECTED,
    Code.STUDY_GROUP: _UPPER,
    Code.PARTY_SPECIAL: _UPPER,
    Code.PARTY_GROUP_MEETING: (Kind.PARTY_GROUP,),
    Code.COMMITTEE_PLENARY: (Kind.COMMITTEE,),
    Code.DEMOCRATIC_LIFE: _UPPER,
    Code.ALL_HANDS: _UPPER,
    Code.DEBRIEF: (Kind.PARTY_GROUP, *_ELECTED),
    Code.VISIT_BRANCH: (Kind.PARTY_GROUP, *_ELECTED),
    Code.DUES: (Kind.COMMITTEE, *_MEMBERS),
}
NOT_EXEMPT = "在名册上没有标注不作硬性要求，不能记免予；有事有病的请记请假并写明原因。"
# {member id: (attendance state, reason)}
States = Mapping[int, tuple[str, str]]


def held_at(kind: str, place: Organisation) -> bool:
    """Whether organisations of its level hold what this kind names."""
    return Kind(place.kind) in HELD_AT[Code(kind)]


def kinds_problem(place: Organisation, kinds: Iterable[str], kept: Collection[str] = ()) -> str:
    """Return why a record of `place` may not have these kinds, "" where it may. kept: those that it was accepted with."""
    wrong = [Code(kind).label for kind in kinds if kind not in kept and not held_at(kind, place)]
    return f"{'、'.join(wrong)}不由{Kind(place.kind).label}召开，{place.label}不能登记，请去掉。" if wrong else ""


def may_be_exempt(member: Member, day: date, kept: States) -> bool:
    """Whether 免予 may be said of a person: the roster frees him on that day, or the record as it stands says it already."""
    return member.exempt_on(day) or kept.get(member.pk, ("",))[0] == AttendanceState.EXEMPT


def exempt_check(people: Iterable[Member], day: date, attendance: States, kept: States) -> None:
    """Raise ValidationError on `attendance` where somebody is said to be exempt who may not be. kept: as for `may_be_exempt`."""
    for member in people:
        if attendance.get(member.pk, ("",))[0] == AttendanceState.EXEMPT and not may_be_exempt(member, day, kept):
            raise ValidationError({"attendance": f"{member.name}{NOT_EXEMPT}"})
