"""Hours on paper: what one member studied in a year, and a branch's ledger by month."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from branches.places.models.organisations import Organisation
from common import clock
from common.documents.sheet import Sheet, SheetPart, SheetTable
from members.activities.models import Activity
from members.activities.study import tenths
from members.education.brought import brought_of
from members.education.listing import day_of, hours_of
from members.education.models import StudyState
from members.education.owed import study_years
from members.roster.models.members import Member
from members.roster.namesakes import called

LEDGER_COLUMNS = ["姓名", *(f"{month}月" for month in range(1, 13)), "合计学时", "学时未知（条）", "应完成学时", "状态"]


def certificate(member: Member, year: int) -> Sheet:
    """Return the certificate of a member's hours of a year: each record with what it counts for, unknown ones said to be so."""
    found = study_years([member.pk], year)[member.pk]
    worth = dict(found.known.records)
    rows = Activity.objects.filter(pk__in=worth).prefetch_related("kinds").order_by("day", "pk")
    cells = [
        [
            row.day,
            row.title or row.kinds_label,
            row.kinds_label,
            _said(worth[row.pk]),
            "据实补填" if row.is_mended else "",
        ]
        for row in rows
    ]
    span = date(year, 1, 1), date(year, 12, 31)
    brought = brought_of(member, *span)
    cells += [[row.counted_on, row.proof, "转来学时", f"{row.hours:g}", "转入前"] for row in brought]
    facts = [
        ("姓名", member.name),
        ("党支部", member.home.label),
        ("应完成学时", f"{found.owed}" if found.owed else "当年不要求"),
        ("已知学时", found.hours if found.known.minutes or not found.known.unknown else "未知"),
        ("学时未知的记录", f"{found.known.unknown} 条" if found.known.unknown else "没有"),
        ("完成情况", StudyState(found.state).label),
    ]
    parts = [
        SheetPart("基本情况", facts=facts),
        SheetPart(
            f"学习培训记录（{len(cells)} 条）",
            table=SheetTable(["日期", "内容", "类型", "学时", "备注"], cells, [24, 66, 32, 16, 18], (1, 2)),
            empty="当年没有计入学时的记录。",
        ),
    ]
    told = f"{member.name}同志{year}年参加集中学习培训 {found.hours} 学时，由系统按活动记录汇总"
    before = sum(row.hours for row in brought)
    told += f"，其中转入前的 {before:g} 学时以原党组织证明为准。" if brought else "。"
    return Sheet(
        f"{member.name}{year}年集中学习培训学时证明",
        member.home.name,
        day_of(year),
        told=told,
        parts=parts,
        signers=["党支部书记"],
    )


def _said(minutes: int | None) -> str:
    return "未知" if minutes is None else tenths(minutes)


def ledger_rows(branch: Organisation, year: int) -> Iterator[Sequence[Any]]:
    """Yield the rows of a branch's ledger: each member of its roster with his hours by month."""
    people = hours_of(branch, year)
    records = {pk for _, one in people for pk, _ in one.known.records}
    days = dict(Activity.objects.filter(pk__in=records).order_by().values_list("pk", "day"))
    names = called(member for member, _ in people)
    for member, one in people:
        months: dict[int, int] = defaultdict(int)
        for pk, minutes in one.known.records:
            months[days[pk].month if days[pk].year == year else 12] += minutes or 0
        if one.known.brought:
            for row in brought_of(member, date(year, 1, 1), date(year, 12, 31)):
                months[row.counted_on.month] += int(row.hours * 60)
        yield [
            names[member.pk],
            *(tenths(months[month]) if months[month] else "" for month in range(1, 13)),
            one.hours,
            one.known.unknown,
            one.owed,
            StudyState(one.state).label,
        ]


def years_offered() -> tuple[int, ...]:
    now = clock.today().year
    return (now, now - 1, now - 2)
