"""A record as a page of a meeting book: the fields of a handbook's minutes (rulebook, branch handbook), for printing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from members.activities.models import ATTENDING, Activity, Attendance, AttendanceState
from members.activities.quorum import BODIES, Body, Quorum, by_body
from members.activities.selectors.records import Groups
from members.activities.submission import TALK_ONLY

_VOTES = ("赞成", "反对", "弃权")
VOTERS = "会有表决权"
_SEATS = {Body.COMMITTEE: "委员", Body.PARTY_GROUP: "党组成员", Body.DEMOCRATIC_LIFE: "党组成员"}


@dataclass(frozen=True)
class Minutes:
    """heading: 会议记录 or 活动记录. present, away: one line for each organisation.

    asks_votes: whether votes are to be written by hand, as the meeting may decide and its text tells none. talk: it is a
    talk alone, of which the system keeps time and persons only. bodies: [(whose, expected, present)] of each meeting that was
    held in it with a quorum of its own: voters, seats.
    """

    heading: str
    present: list[str]
    away: list[str]
    asks_votes: bool
    talk: bool
    bodies: Sequence[tuple[str, int, int | None]] = ()


def minutes_of(activity: Activity, groups: Groups, quorums: Mapping[str, Quorum]) -> Minutes:
    """Return the Minutes of a record from its attendance by organisation and state, and the quorums it was judged by."""
    several = len(groups) > 1
    present, away = [], []
    absent = (AttendanceState.LEAVE, AttendanceState.ABSENT)
    for place, states in groups:
        head = f"{place.label}：" if several else ""
        there = [row.member.name for state, _, rows in states if state in ATTENDING for row in rows]
        missing = [_away(label, row) for state, label, rows in states if state in absent for row in rows]
        present += [head + "、".join(there)] if there else []
        away += [head + "、".join(missing)] if missing else []
    told = any(sum(word in line for word in _VOTES) > 1 for line in activity.content.splitlines())
    meets = any(code in BODIES for code in activity.codes)
    return Minutes(
        heading="会议记录" if meets else "活动记录",
        present=present,
        away=away,
        asks_votes=activity.voters_expected is not None and not told,
        talk=set(activity.codes) == TALK_ONLY,
        bodies=_bodies(quorums),
    )


def _bodies(quorums: Mapping[str, Quorum]) -> list[tuple[str, int, int | None]]:
    found: dict[str, tuple[int, int | None]] = {}
    for quorum, _ in by_body(quorums):
        if quorum.decides and quorum.body is not None and quorum.expected is not None:
            found.setdefault(_SEATS.get(quorum.body, VOTERS), (quorum.expected, quorum.present))
    return [(whose, *figures) for whose, figures in found.items()]


def _away(label: str, row: Attendance) -> str:
    return f"{row.member.name}（{label}{'，' + row.reason if row.reason else ''}）"
