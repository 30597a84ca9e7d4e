"""Where somebody was: attendance of a year by kind of record, and what he missed."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.urls import reverse

from common import clock
from members.activities.forms.kinds import short_label
from members.activities.models import ATTENDING, ActivityKindCode, Attendance, AttendanceState
from members.activities.selectors.called import called_of
from members.files.selectors import entries_of_year
from members.roster.models.members import Member
from members.roster.sections import Given, Reader

# So many of what was missed are shown on one's own page; all of them are behind the numbers.
MISSED_SHOWN = 6
MISSED = (AttendanceState.LEAVE, AttendanceState.ABSENT, AttendanceState.NOT_RECORDED)
_MINE = (AttendanceState.LEAVE, AttendanceState.ABSENT)
# The numbers of a row: {name: the states that it counts}; `expected` all but those who were spared.
COLUMNS = {
    "present": ATTENDING,
    "leave": (AttendanceState.LEAVE,),
    "absent": (AttendanceState.ABSENT,),
    "not_recorded": (AttendanceState.NOT_RECORDED,),
}


@dataclass
class KindRow:
    """One kind of record. counts: {present, leave, absent, not_recorded}; missed: the entries that were."""

    kind: str
    name: str
    counts: Counter = field(default_factory=Counter)
    missed: list[Attendance] = field(default_factory=list)

    @property
    def expected(self) -> int:
        return sum(self.counts.values())

    @property
    def known(self) -> int:
        return self.expected - self.counts["not_recorded"]

    @property
    def rate(self) -> int | None:
        """Percent of those of which anything is known; None where nothing is."""
        return round(100 * self.counts["present"] / self.known) if self.known else None

    @property
    def cells(self) -> list[tuple[str, str, int]]:
        """[(state of the address, label, number)] in the order of the table."""
        labels = {"present": "出席", "leave": "请假", "absent": "缺席", "not_recorded": "未记录"}
        # What counts as present is two states; the address knows them together.
        states = {name: "there" if name == "present" else name for name in COLUMNS}
        return [("", "应到", self.expected), *((states[name], labels[name], self.counts[name]) for name in COLUMNS)]

    def add(self, entry: Attendance) -> None:
        for name, states in COLUMNS.items():
            if entry.state in states:
                self.counts[name] += 1
        if entry.state in MISSED:
            self.missed.append(entry)


def kind_rows(entries: Iterable[Attendance]) -> tuple[list[KindRow], KindRow]:
    """Return (a row for each kind, the whole): a record of two kinds stands in both rows and counts once in the whole."""
    rows: dict[str, KindRow] = {}
    whole = KindRow("", "合计")
    for entry in entries:
        if entry.state == AttendanceState.EXEMPT:
            continue
        whole.add(entry)
        for kind in {row.kind for row in entry.activity.kinds.all()}:
            rows.setdefault(kind, KindRow(kind, short_label(kind))).add(entry)
    order = list(ActivityKindCode.values)
    return sorted(rows.values(), key=lambda row: order.index(row.kind)), whole


def read(reader: Reader) -> dict[str, Any] | None:
    year = clock.today().year
    # What he missed, one by one, is for himself and whoever keeps his roster; others read the numbers.
    entries = entries_of_year(reader.member, year).select_related("activity__organisation")
    entries = entries.prefetch_related("activity__kinds")
    rows, whole = kind_rows(entries)
    found = called_of(reader.member, date(year, 1, 1), date(year, 12, 31))
    missed = [entry for entry in whole.missed if entry.state in _MINE]
    silent = [entry for entry in whole.missed if entry.state not in _MINE]
    return {
        "year": year,
        "called": found,
        "rows": rows,
        "whole": whole,
        "missed": (missed + silent)[:MISSED_SHOWN],
        "more": len(whole.missed) - MISSED_SHOWN,
        "joint": any(len({row.kind for row in entry.activity.kinds.all()}) > 1 for entry in entries),
        "url": reverse("own_meetings") if reader.own else reverse("member_meetings", args=[reader.member.pk]),
    }


def give(member: Member) -> list[Given]:
    entries = entries_of_year(member, None).select_related("activity__organisation").prefetch_related("activity__kinds")
    rows = [
        (
            entry.activity.day,
            entry.activity.organisation.name,
            entry.activity.kinds_label,
            entry.activity.title,
            entry.get_state_display(),
            entry.reason,
        )
        for entry in entries
    ]
    return [Given("考勤", ("日期", "党组织", "类型", "主题", "考勤", "原因"), rows)]
