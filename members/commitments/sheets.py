"""Commitments on paper and as a file: what is published, in roster order; no number of anybody is ranked."""

from collections.abc import Iterator
from typing import Any

from common import clock
from common.documents.sheet import Sheet, SheetPart, SheetTable
from members.commitments.selectors.branch import BranchYear, Line

COLUMNS = ("姓名", "序号", "承诺", "完成时限", "本人说明", "情况", "评定", "修改原因", "状态", "公开日期")


def _pledges(line: Line) -> str:
    return "\n".join(f"{number}. {pledge.text}" for number, (pledge, _) in enumerate(line.pledges, start=1))


def wall(found: BranchYear) -> Sheet:
    """Return the sheet that a branch hangs up."""
    days = [line.commitment.published_on for line in found.public if line.commitment and line.commitment.published_on]
    day = min(days, default=clock.today())
    rows = [[line.person.name, line.post, _pledges(line)] for line in found.public]
    told = (
        f"{found.year} 年，{len(rows)} 名党员公开承诺 {sum(len(one.pledges) for one in found.public)} 项，按名册顺序。"
    )
    table = SheetTable(["姓名", "党内职务", "承诺"], rows, [26, 26, 104], (2,))
    part = SheetPart("承诺事项", table=table, empty="还没有公开的承诺。")
    return Sheet(f"{found.branch.label} {found.year} 年党员承诺公开栏", found.branch.name, day, told=told, parts=[part])


def one_a_page(found: BranchYear) -> list[Line]:
    return found.public


def export_rows(found: BranchYear) -> Iterator[list[Any]]:
    """Yield a row for each standing pledge; who owes one and made none has a row without it."""
    for line in found.lines:
        made = line.commitment
        if made is None:
            yield [line.person.name, "", "", "", "", "", "", "", "未作承诺" if line.due else "不作硬性要求或不需要", ""]
            continue
        for pledge, _ in line.pledges:
            yield [
                line.person.name,
                pledge.order,
                pledge.text,
                pledge.due,
                pledge.get_own_display(),
                pledge.how,
                pledge.get_confirmed_display(),
                pledge.reason,
                made.get_state_display(),
                made.published_on or "",
            ]
