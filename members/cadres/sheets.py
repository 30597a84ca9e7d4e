"""Party workers on paper and as files: the register of a day, its roster, the list of classes, the list of certificates."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from branches.places.models.organisations import Organisation
from common import clock
from common.documents.sheet import Sheet, SheetPart, SheetTable
from members.activities.models import ATTENDING, Attendance
from members.cadres.models import Organiser, TrainingClass
from members.cadres.selectors.called import ClassLine, lines_of
from members.cadres.selectors.register import Line, known_on
from members.roster.models.posts import PostKind

ROSTER_COLUMNS = [
    "党组织",
    "姓名",
    "党内职务",
    "行政职务",
    "任职起",
    "专兼职",
    "当年学时",
    "学时未知（条）",
    "应完成学时",
    "集中轮训",
    "任职培训",
]
CLASS_COLUMNS = ["班次", "类别", "开班", "结业", "学时", "地点", "举办", "参加对象", "应到", "实到", "状态"]
CERTIFICATE_COLUMNS = ["班次", "类别", "开班", "结业", "学时", "姓名", "党组织", "党内职务"]
STATES = {
    "class_planned": "已排期",
    "class_due": "待登记",
    "class_open": "记录未提交",
    "class_held": "已办",
    "class_cancelled": "已取消",
}


def induction_words(line: Line, day: date) -> str:
    """Return how a secretary's induction stands on a day, "" of others."""
    one = line.induction
    if one is None:
        return ""
    if one.due is None:
        return "不适用" if one.starts is not None else "任职时间未填"
    if one.inducted is not None:
        return f"{one.inducted:%m-%d} 已参加" + ("（逾期）" if one.inducted > one.due else "")
    late = (day - one.due).days
    return f"逾期 {late} 天" if late > 0 else f"{one.due:%m-%d} 前"


def roster_rows(lines: Iterable[Line], day: date) -> Iterator[Sequence[Any]]:
    """Yield the rows of the register of a day as a file."""
    as_of = known_on(day)
    for one in lines:
        year = one.year
        rotation = one.induction.attended if one.induction is not None else None
        yield [
            one.place.label,
            one.name,
            one.post,
            one.work,
            one.starts,
            {"full": "专职", "part": "兼职"}.get(one.share, ""),
            year.hours if year else "",
            year.unknown if year else "",
            year.owed if year else "",
            rotation or ("未参加" if one.induction is not None else ""),
            induction_words(one, as_of),
        ]


def register_sheet(lines: Sequence[Line], day: date, organisation: Organisation | None, signed: str) -> Sheet:
    """Return the register of a day as a sheet: who holds which post, with the administrative post beside."""
    rows = [[number, one.place.label, one.name, one.post, one.work, one.starts] for number, one in enumerate(lines, 1)]
    parts = [
        SheetPart(
            f"党务干部（{len(rows)} 人次）",
            table=SheetTable(
                ["序号", "党组织", "姓名", "党内职务", "行政职务", "任职起"], rows, [12, 40, 22, 30, 34, 24], (1, 3, 4)
            ),
            empty="这一天没有登记党务干部。",
        )
    ]
    place = organisation.label if organisation is not None else "本机关"
    told = f"{clock.in_full(day)}{place}及下级党组织的党务干部，按党组织和职务顺序排列；一人任几职的分列。"
    return Sheet(f"{place}党务干部名册", signed, day, told=told, parts=parts)


def posts_words(row: TrainingClass) -> str:
    """Return whom a class calls: 「书记、副书记」, or its purpose where it calls by that."""
    kinds = [PostKind(kind).label for kind in row.posts if kind in PostKind.values]
    return "、".join(kinds) or row.get_purpose_display().removesuffix("培训")


def class_rows(classes: Iterable[TrainingClass]) -> Iterator[Sequence[Any]]:
    """Yield the rows of a list of classes as a file."""
    for line in lines_of(classes):
        yield _class_cells(line)


def _class_cells(line: ClassLine) -> list[Any]:
    row = line.row
    return [
        row.title,
        row.get_purpose_display(),
        row.first,
        row.last,
        row.hours if row.hours is not None else "",
        row.venue.name if row.venue is not None else row.place,
        Organiser(row.organiser).label,
        posts_words(row),
        "" if line.expected is None else line.expected,
        "" if line.present is None else line.present,
        STATES[line.state],
    ]


def certificate_rows(classes: Iterable[TrainingClass]) -> Iterator[Sequence[Any]]:
    """Yield who completed which class: those who were at a record of it that counts, class by class."""
    for line in lines_of(classes):
        if line.record is None or line.standing:
            continue
        rows = Attendance.objects.filter(activity=line.record, state__in=ATTENDING)
        rows = rows.select_related("member__home__parent").prefetch_related("member__posts__organisation")
        for one in rows.order_by("member__home", "member"):
            held = [post.label for post in one.member.posts.all() if _held(post, line.row.first)]
            row = line.row
            yield [
                row.title,
                row.get_purpose_display(),
                row.first,
                row.last,
                row.hours if row.hours is not None else "",
                one.member.name,
                one.member.home.label,
                "、".join(held),
            ]


def _held(post: Any, day: date) -> bool:
    return (post.starts or date.min) <= day <= (post.ends or date.max)
