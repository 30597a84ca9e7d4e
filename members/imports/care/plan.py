"""Plan a table of whom a branch looks after, held against its roster and what is kept already. Reads only.

What is said of a row is kept with the upload for a day: it tells neither name, kind nor note, only row and column.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from branches.imports.places import Place
from branches.imports.report import NEW, UNCHANGED, Cells, Plan
from branches.imports.single import planned
from branches.places.models.organisations import Kind, Organisation
from branches.reach.rights import MEMBERS
from common import clock
from common.operator import OPERATOR, Actor
from common.text import cell_text, fold, is_blank_mark, parse_date
from members.care.models import NOTE_MOST, CareMark, MarkKind
from members.care.rights import keeps
from members.imports.care.ledger import CARE_LEDGER
from members.imports.named import Named
from members.roster.models.members import Member

_KINDS = {fold(label): code for code, label in MarkKind.choices} | {
    "困难": MarkKind.HARDSHIP,
    "生活困难党员": MarkKind.HARDSHIP,
    "困难党员": MarkKind.HARDSHIP,
    "因病": MarkKind.ILL,
    "年老体弱党员": MarkKind.FRAIL,
    "建国前入党": MarkKind.PRE1949,
    "建国前老党员": MarkKind.PRE1949,
    "新中国成立前老党员": MarkKind.PRE1949,
    "因公殉职党员家庭": MarkKind.FALLEN_FAMILY,
    "因公牺牲党员家庭": MarkKind.FALLEN_FAMILY,
    "因公伤残党员": MarkKind.INJURED,
}


@dataclass(frozen=True)
class MarkItem:
    """One mark to begin."""

    row: int
    member: Member
    kind: str
    day: date
    note: str = field(repr=False)


@dataclass
class _Ground:
    """kept: branches whose rosters the importer keeps himself; marks: {(member id, kind): spells}; seen: the row of each."""

    named: Named
    kept: list[Place]
    marks: dict[tuple[int, str], list[CareMark]]
    seen: dict[tuple[int, str], int]


def branches_kept(by: Actor) -> list[Organisation]:
    """Return the living branches whose rosters `by` keeps at the branch itself, in tree order."""
    rows = Organisation.objects.filter(kind=Kind.BRANCH, archived_on__isnull=True)
    rows = rows if by is OPERATOR else rows.visible_to(by, MEMBERS)
    return [row for row in rows.select_related("parent").in_tree_order() if keeps(by, row)]


def _load(by: Actor) -> _Ground:
    own = {row.pk for row in branches_kept(by)}
    named = Named.load(by, tells=False)
    for place in named.places.all:
        # Who keeps the committee's rosters reads numbers of care: its branches are none of his here.
        place.within = place.pk in own
    people = {
        name: mine for name, rows in named.people.items() if (mine := [row for row in rows if row.home_id in own])
    }
    marks: dict[tuple[int, str], list[CareMark]] = {}
    for mark in CareMark.objects.filter(member__home__in=own):
        marks.setdefault((mark.member_id, mark.kind), []).append(mark)
    kept = [place for place in named.places.all if place.within]
    return _Ground(Named(named.places, people, tells=False), kept, marks, {})


def plan_marks(by: Actor, files: Any, **options: Any) -> list[Plan]:
    """Return [Plan] of the file in `files` ({"care": (source, filename)}), at the branches that `by` keeps himself.

    options: as for planned.
    """
    return planned(CARE_LEDGER, files, lambda plan: _judge_rows(plan, by), **options)


def _judge_rows(plan: Plan, by: Actor) -> None:
    ground = _load(by)
    for row in plan.begin():
        _plan_row(plan, Cells(plan, row), ground)


def _plan_row(plan: Plan, cells: Cells, ground: _Ground) -> None:
    place = ground.named.place(cells, "organisation")
    if place is None and len(ground.kept) == 1 and "organisation" not in cells.wrong:
        place = ground.kept[0]
    member = None
    if "organisation" not in cells.wrong:
        member = ground.named.member(cells, "name", place, where="organisation")
    kind, day, note = cells.take("kind", _kind, ""), cells.take("day", _day), cells.take("note", _note, "")
    action = NEW
    if member is not None and not cells.wrong:
        action = _held_against(cells, ground, (member.pk, kind), day)
    if cells.count(action) and action == NEW and member is not None:
        plan.items.append(MarkItem(cells.number, member, kind, day, note))


def _held_against(cells: Cells, ground: _Ground, key: tuple[int, str], day: date) -> str:
    if key in ground.seen:
        cells.error("kind", f"与第 {ground.seen[key]} 行是同一人、同一类别。")
        return NEW
    ground.seen[key] = cells.number
    before = ground.marks.get(key, ())
    if any(mark.ends is None for mark in before):
        cells.notice("name", "这个人这一类已经登记，这一行不改动它。")
        return UNCHANGED
    if any(mark.ends is not None and mark.ends >= day for mark in before):
        cells.error("day", "这一类以前登记过，开始日期应晚于那次结束的日期。")
    return NEW


def _kind(value: Any) -> str:
    """Return the kind of mark; what was written is not repeated."""
    known = "、".join(MarkKind.labels)
    if is_blank_mark(value):
        raise ValueError(f"关怀类别没有填写，应为：{known}。")
    found = _KINDS.get(fold(value))
    if found is None:
        raise ValueError(f"关怀类别无法识别，应为：{known}。")
    return found


def _day(value: Any) -> date:
    if is_blank_mark(value):
        return clock.today()
    try:
        day = parse_date(value, past=True)
    except ValueError:
        raise ValueError("不是日期，请按“2026-01-08”的样式填写。") from None
    if day > clock.today():
        raise ValueError("开始日期不能晚于今天。")
    return day


def _note(value: Any) -> str:
    text = "" if is_blank_mark(value) else cell_text(value)
    if len(text) > NOTE_MOST:
        raise ValueError(f"备注不超过 {NOTE_MOST} 字，现有 {len(text)} 字。")
    return text
