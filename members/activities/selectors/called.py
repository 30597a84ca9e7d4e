"""At how much organisation life a member was expected: one definition for his file, his duty and what is told of him.

He is called to what his own branch (its small groups included) held while he belonged to it, as far as it counts and its
list names him. What nobody recorded and what he was spared is neither owed nor missed (domain truth 3).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from branches.places.models.organisations import Kind, Organisation
from common.together import read_together
from members.activities.models import ATTENDING, ActivityKindCode, AttendanceState
from members.activities.selectors.counting import counting_records
from members.roster.models.members import Member, Membership

# Meetings of the whole branch or group; 三会一课, theme days and organisation life (党章 art. 8; 支部工作条例 art. 16).
LIFE = (
    ActivityKindCode.ASSEMBLY,
    ActivityKindCode.GROUP_MEETING,
    ActivityKindCode.THEME_DAY,
    ActivityKindCode.LECTURE,
    ActivityKindCode.ORG_LIFE,
)


@dataclass
class Called:
    """records: ids of those at which he was expected. attended, excused, missed: how many of them; silent: not recorded."""

    records: list[int] = field(default_factory=list)
    attended: int = 0
    excused: int = 0
    missed: int = 0
    silent: int = 0

    @property
    def expected(self) -> int:
        return len(self.records)

    @property
    def words(self) -> str:
        """Say it in one line, "" where he was called to nothing."""
        if not self.expected:
            return ""
        words = f"应参加组织生活 {self.expected} 次，出席 {self.attended} 次"
        words += f"，请假 {self.excused} 次" if self.excused else ""
        return words + (f"，缺席 {self.missed} 次" if self.missed else "")


def called(own: Iterable[int], states: Mapping[int, str]) -> Called:
    """Return what a person was Called to. own: ids of the records of his own branch. states: {record: his attendance there}."""
    found = Called()
    for pk in own:
        state = states.get(pk)
        if state == AttendanceState.NOT_RECORDED:
            found.silent += 1
        elif state is not None and state != AttendanceState.EXEMPT:
            found.records.append(pk)
            found.attended += state in ATTENDING
            found.excused += state == AttendanceState.LEAVE
            found.missed += state == AttendanceState.ABSENT
    return found


def called_of(member: Member, first: date, last: date, as_of: date | None = None) -> Called:
    """Return what one member was Called to between two days, in three statements. as_of: leave out what came later."""
    stays = Membership.objects.in_force_during(first, last).filter(member=member).order_by()
    groups = Organisation.objects.filter(kind=Kind.SMALL_GROUP, parent__in=stays.values("organisation")).order_by()
    read = read_together(
        {
            "homes": stays.values_list("organisation_id", "starts", "ends"),
            "groups": groups.values_list("pk", "parent_id"),
        }
    )
    homes = read["homes"]
    branch_of = {place: place for place, _, _ in homes} | dict(read["groups"])
    rows = counting_records(first, last, LIFE, list(branch_of), as_of)
    rows.sort(key=lambda row: (row.day, row.activity))
    own = dict.fromkeys(
        row.activity
        for row in rows
        if first <= row.day <= last
        and any(
            branch_of[row.organisation] == place and starts <= row.day <= (ends or date.max)
            for place, starts, ends in homes
        )
    )
    return called(own, dict(member.attendance.order_by().values_list("activity_id", "state")))
