"""Plan a ledger of those in development: rows become cases that are taken over, held against roster and open cases. Reads only."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from branches.imports.places import Places
from branches.imports.report import NEW, UNCHANGED, Cells, Plan
from branches.imports.single import planned
from branches.places.models.organisations import Kind
from branches.reach.rights import MEMBERS
from common import clock
from common.operator import OPERATOR, Actor
from common.text import cell_text, fold, is_blank_mark, parse_date, person_name, quoted
from members.development.models.cases import DevelopmentCase
from members.development.steps import ASKED_AT_TAKING_OVER, PAPER_UNTIL, step, steps, until
from members.imports.cases.ledger import CASE_LEDGER, DAYS
from members.roster.models.members import Member, MemberStage


@dataclass(frozen=True)
class CaseItem:
    """One case to take over. days: {step: day} of what was taken on paper, that of the application among them."""

    row: int
    member: Member
    days: dict[str, date]


@dataclass
class _Ground:
    """places: what names of organisations mean; people: {(branch, folded name): members}; open: ids of members with a case."""

    places: Places
    people: dict[tuple[int, str], list[Member]]
    open: set[int]


def _load(by: Actor) -> _Ground:
    rows = Member.objects.select_related("home").order_by("pk")
    if by is not OPERATOR:
        rows = rows.visible_to(by, MEMBERS)
    people: dict[tuple[int, str], list[Member]] = {}
    for row in rows:
        people.setdefault((row.home_id, fold(person_name(row.name))), []).append(row)
    return _Ground(Places.load(by), people, set(DevelopmentCase.objects.open().values_list("member", flat=True)))


def plan_cases(by: Actor, files: Any, **options: Any) -> list[Plan]:
    """Return [Plan] of the file in `files` ({"cases": (source, filename)}), under the reach of `by`; options as for planned."""
    return planned(CASE_LEDGER, files, lambda plan: _judge_rows(plan, by), **options)


def _judge_rows(plan: Plan, by: Actor) -> None:
    ground, seen = _load(by), dict[int, int]()
    for row in plan.begin():
        _plan_row(plan, Cells(plan, row), ground, seen)


def _plan_row(plan: Plan, cells: Cells, ground: _Ground, seen: dict[int, int]) -> None:
    days = {key: day for key in DAYS if (day := cells.take(f"day_{key}", _past_day)) is not None}
    if "1" not in days and "day_1" not in cells.wrong:
        cells.error("day_1", "申请日期没有填写。")
    member = _member(cells, ground)
    if member is not None and member.pk in seen:
        cells.error("name", f"与第 {seen[member.pk]} 行是同一人。")
    action = NEW
    if member is not None and not cells.wrong:
        seen[member.pk] = cells.number
        if member.pk in ground.open:
            cells.notice("name", f"{member.name}已有正在办理的发展进程，这一行不改动它。")
            action = UNCHANGED
        else:
            _check(cells, member, days)
    if cells.count(action) and action == NEW and member is not None:
        plan.items.append(CaseItem(cells.number, member, days))


def _past_day(value: Any) -> date | None:
    if is_blank_mark(value):
        return None
    day = parse_date(value, past=True)
    if day >= clock.today():
        raise ValueError("应早于今天；今天起办的在系统里登记。")
    return day


def _member(cells: Cells, ground: _Ground) -> Member | None:
    """Return the person of a row, as the roster has him; what it does not have is said beside the cell."""
    name = cell_text(cells.value("name"))
    word = cell_text(cells.value("organisation"))
    if not name or not word:
        cells.error("name" if not name else "organisation", "姓名没有填写。" if not name else "党支部没有填写。")
        return None
    place = cells.take("organisation", lambda value: ground.places.find(cell_text(value)))
    if place is None:
        return None
    if place.kind != Kind.BRANCH:
        cells.error("organisation", f"{quoted(word)}不是党支部。")
        return None
    found = ground.people.get((place.pk or 0, fold(person_name(name))), [])
    if len(found) > 1:
        cells.error("name", f"{place.label}有 {len(found)} 个{quoted(name)}，请在页面上接续办理。")
    if not found:
        cells.error("name", f"{place.label}的名册上没有{quoted(name)}，请先登记或导入人员。")
    return found[0] if len(found) == 1 else None


def _check(cells: Cells, member: Member, days: dict[str, date]) -> None:
    """Hold the days of a row against what the roster says the person is, and against each other."""
    stage = MemberStage(member.stage)
    if stage not in PAPER_UNTIL:
        cells.error("name", f"{member.name}已是正式党员，没有要接续的发展进程。")
        return
    behind = until(PAPER_UNTIL[stage])
    last = days["1"]
    for key in steps():
        if key not in DAYS:
            continue
        column, day = f"day_{key}", days.get(key)
        if day is None:
            if key in ASKED_AT_TAKING_OVER and key in behind:
                cells.error(column, f"名册上是{stage.label}，后面的期限从这一天起算，请填写。")
            continue
        if key not in behind:
            words = f"名册上是{stage.label}，还没有办到{quoted(step(key).name)}；请先核对类别，或在系统里登记这一步。"
            cells.error(column, words)
        elif day < last:
            cells.error(column, f"早于前面的环节（{last:%Y-%m-%d}）。")
        else:
            last = day
            if key == "15" and member.joined_on not in (None, day):
                cells.notice(column, f"与名册上的入党日期（{member.joined_on}）不同，导入后名册以这一天为准。")
