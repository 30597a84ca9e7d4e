"""Plan a roster of Party workers: rows become work from a day on, held against the rosters and what is noted already. Reads only."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from branches.imports.report import CHANGED, NEW, UNCHANGED, Cells, Plan
from branches.imports.single import planned
from branches.places.models.organisations import Kind
from common import clock
from common.operator import Actor
from common.tabular.words import unknown_word
from common.text import cell_text, fold, is_blank_mark, parse_date
from members.cadres.models import PartyWork, Share
from members.imports.named import Named
from members.imports.workers.ledger import WORKER_LEDGER
from members.roster.models.members import Member

_SHARES = {fold(label): code for code, label in Share.choices} | {
    fold(f"{label}党务{tail}"): code for code, label in Share.choices for tail in ("", "干部", "人员", "工作者")
}


@dataclass(frozen=True)
class WorkerItem:
    """Somebody's Party work from a day on. place: id of the organisation."""

    row: int
    member: Member
    place: int
    share: str
    starts: date


@dataclass
class _Ground:
    """open: {(member id, organisation id): the work that goes on}; seen: the row in which the same two stood before."""

    named: Named
    open: dict[tuple[int, int], PartyWork]
    seen: dict[tuple[int, int], int]


def plan_workers(by: Actor, files: Any, **options: Any) -> list[Plan]:
    """Return [Plan] of the file in `files` ({"workers": (source, filename)}), under the reach of `by`; options as for planned."""
    return planned(WORKER_LEDGER, files, lambda plan: _judge_rows(plan, by), **options)


def _judge_rows(plan: Plan, by: Actor) -> None:
    rows = PartyWork.objects.filter(ends__isnull=True)
    ground = _Ground(Named.load(by), {(row.member_id, row.organisation_id): row for row in rows}, {})
    for row in plan.begin():
        _plan_row(plan, Cells(plan, row), ground)


def _plan_row(plan: Plan, cells: Cells, ground: _Ground) -> None:
    if _sits(cells.value("post")):
        cells.notice("post", "担任书记、委员的由党内职务列出，这一行不登记。")
        cells.count(UNCHANGED)
        return
    place = ground.named.place(cells, "organisation")
    if place is None:
        cells.error("organisation", "党组织没有填写。")
    elif place.kind == Kind.SMALL_GROUP:
        cells.error("organisation", f"{place.label}是党小组，党务工作登记在党支部及以上。")
    elif place.archived_on:
        cells.error("organisation", f"{place.label}已撤销。")
    share, starts = cells.take("share", _share, ""), cells.take("starts", _day)
    branch = ground.named.place(cells, "branch")
    member = None if "branch" in cells.wrong else ground.named.member(cells, "name", branch, where="branch")
    action = NEW
    if member is not None and place is not None and not cells.wrong:
        action = _held_against(cells, ground, (member, place.pk or 0), share, starts)
    if cells.count(action) and action != UNCHANGED and member is not None and place is not None:
        plan.items.append(WorkerItem(cells.number, member, place.pk or 0, share, starts))


def _held_against(cells: Cells, ground: _Ground, who: tuple[Member, int], share: str, starts: date) -> str:
    """Return what a row does, held against the other rows and what is noted; what stands against it is said beside the cell."""
    member, place = who
    key = member.pk, place
    if key in ground.seen:
        cells.error("name", f"与第 {ground.seen[key]} 行是同一人、同一党组织。")
        return NEW
    ground.seen[key] = cells.number
    before = ground.open.get(key)
    if before is None:
        return NEW
    if before.share == share:
        cells.notice("name", f"{member.name}已登记为{before.get_share_display()}，这一行不改动它。")
        return UNCHANGED
    if before.starts >= starts:
        words = f"{member.name}现在登记为{before.get_share_display()}，新的应晚于{clock.in_full(before.starts)}。"
        cells.error("starts", words)
    return CHANGED


def _sits(value: Any) -> bool:
    """Whether the post of a row is a seat, as the register itself exports it, and no share of Party work."""
    return not is_blank_mark(value) and fold(value) not in _SHARES and "党务" not in cell_text(value)


def _share(value: Any) -> str:
    if is_blank_mark(value):
        return Share.PART
    found = _SHARES.get(fold(value))
    if found is None:
        raise unknown_word("专兼职", value, Share.labels)
    return found


def _day(value: Any) -> date:
    day = clock.today() if is_blank_mark(value) else parse_date(value, past=True)
    if day > clock.today():
        raise ValueError("起不能晚于今天。")
    return day
