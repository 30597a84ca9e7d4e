"""Plan a list of honours: each row one honour of a member or an organisation, held against what is entered. Reads only."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from branches.imports.places import Place
from branches.imports.report import NEW, UNCHANGED, Cells, Plan
from branches.imports.single import planned
from branches.places.models.organisations import Kind
from branches.reach.rights import MEMBERS
from common import clock
from common.operator import OPERATOR, Actor
from common.tabular.words import unknown_word
from common.text import cell_text, fold, is_blank_mark, parse_date, person_name, quoted, text_of
from members.care.models import Honour, HonourLevel
from members.imports.honours.ledger import HOLDERS, HONOUR_LEDGER
from members.imports.named import Named
from members.roster.models.members import PARTY_STAGES, Member

_MEMBER, _PLACE = HOLDERS
_LEVELS = {fold(label): code for code, label in HonourLevel.choices} | {
    **dict.fromkeys(("机关", "本机关", "本级", "单位", "局级", "处级"), HonourLevel.OWN),
    **dict.fromkeys(("市", "地市级", "厅局级"), HonourLevel.CITY),
    **dict.fromkeys(("省", "省部级", "省部"), HonourLevel.PROVINCE),
    **dict.fromkeys(("国家", "国家级", "全国", "中央和国家", "中央级"), HonourLevel.CENTRAL),
}


@dataclass(frozen=True)
class HonourItem:
    """One honour to note. place: id of the organisation that holds it, None where the member does."""

    row: int
    title: str
    level: str
    granted_on: date
    granted_by: str
    document: str
    member: Member | None
    place: int | None

    @property
    def key(self) -> tuple[Any, ...]:
        return (self.member.pk if self.member else None, self.place, fold(self.title), self.granted_on, self.level)


@dataclass
class _Ground:
    """known: what is entered and stands; seen: the row in which the same stood before."""

    named: Named
    known: set[tuple[Any, ...]]
    seen: dict[tuple[Any, ...], int]


def _load(by: Actor) -> _Ground:
    rows = Honour.objects.filter(cancelled_on__isnull=True)
    rows = rows if by is OPERATOR else rows.visible_to(by, MEMBERS)
    columns = rows.order_by().values_list("member", "organisation_held", "title", "granted_on", "level")
    known = {(member, place, fold(title), day, level) for member, place, title, day, level in columns}
    # An honour is entered also after its holder has left.
    return _Ground(Named.load(by, left=True), known, {})


def plan_honours(by: Actor, files: Any, **options: Any) -> list[Plan]:
    """Return [Plan] of the file in `files` ({"honours": (source, filename)}), under the reach of `by`; options as for planned."""
    return planned(HONOUR_LEDGER, files, lambda plan: _judge_rows(plan, by), **options)


def _judge_rows(plan: Plan, by: Actor) -> None:
    ground = _load(by)
    for row in plan.begin():
        _plan_row(plan, Cells(plan, row), ground)


def _plan_row(plan: Plan, cells: Cells, ground: _Ground) -> None:
    member, place = _holder(cells, ground.named)
    title = cells.take("title", _filled("荣誉名称", 60), "")
    level, granted_on = cells.take("level", _level, ""), cells.take("granted_on", _day)
    granted_by = cells.take("granted_by", _filled("授予单位", 60), "")
    document = cells.take("document", text_of(80), "")
    if cells.wrong or (member is None and place is None):
        cells.count(NEW)
        return
    held_by = place.pk if place is not None else None
    item = HonourItem(cells.number, title, level, granted_on, granted_by, document, member, held_by)
    action = NEW
    if item.key in ground.seen:
        cells.error("title", f"与第 {ground.seen[item.key]} 行是同一项。")
    elif item.key in ground.known:
        cells.notice("title", "这项表彰已经登记，这一行不改动它。")
        action = UNCHANGED
    ground.seen.setdefault(item.key, cells.number)
    if cells.count(action) and action == NEW:
        plan.items.append(item)


def _holder(cells: Cells, named: Named) -> tuple[Member | None, Place | None]:
    """Return the member or the organisation of a row; a name of neither is said beside the cell."""
    kind, value = cells.take("kind", _kind, ""), cells.value("holder")
    branch = named.place(cells, "organisation")
    if cells.wrong:
        return None, None
    if kind == _PLACE or (not kind and not is_blank_mark(value) and not named.bearing(value, None)):
        return None, _place(cells, named, either=not kind)
    member = named.member(cells, "holder", branch, where="organisation")
    if member is not None and member.stage not in PARTY_STAGES:
        cells.error("holder", f"{member.name}还不是党员，表彰只登记党员和党组织受到的。")
    if member is not None and member.home.archived_on:
        cells.error("holder", f"{member.home.label}已撤销，不能再登记表彰。")
    return member, None


def _place(cells: Cells, named: Named, *, either: bool) -> Place | None:
    """Return the organisation whom a cell names. either: a person was looked for first."""
    value = cells.value("holder")
    if is_blank_mark(value):
        cells.error("holder", "获得者没有填写。")
        return None
    try:
        place: Place = named.places.find(value)
    except ValueError as error:
        name = quoted(person_name(value)[:20])
        cells.error("holder", f"名册上没有{name}，也没有这个党组织。" if either else str(error))
        return None
    if place.kind == Kind.SMALL_GROUP:
        cells.error("holder", f"{place.label}是党小组，集体荣誉登记在党支部及以上。")
    elif place.archived_on:
        cells.error("holder", f"{place.label}已撤销，不能再登记表彰。")
    return place


def _kind(value: Any) -> str:
    if is_blank_mark(value):
        return ""
    found = {"个人": _MEMBER, "集体": _PLACE, "组织": _PLACE}.get(fold(value), cell_text(value))
    if found not in HOLDERS:
        raise unknown_word("类别", value, HOLDERS)
    return found


def _level(value: Any) -> str:
    if is_blank_mark(value):
        raise ValueError("级别没有填写。")
    found = _LEVELS.get(fold(value))
    if found is None:
        raise unknown_word("级别", value, HonourLevel.labels)
    return found


def _day(value: Any) -> date:
    if is_blank_mark(value):
        raise ValueError("授予日期没有填写。")
    day = parse_date(value, past=True)
    if day > clock.today():
        raise ValueError("授予日期不能晚于今天。")
    return day


def _filled(name: str, most: int) -> Any:
    """Return a reader of a text that must not be empty."""
    read = text_of(most)

    def parse(value: Any) -> str:
        text = read(value)
        if not text:
            raise ValueError(f"{name}没有填写。")
        return text

    return parse
