"""Lists of care on paper: who is visited, with amounts for signature; honours. No kind, no reason, no note."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from branches.places.models.organisations import Organisation
from common import clock
from common.documents.sheet import Sheet, SheetPart, SheetTable
from members.care.models import Honour
from members.care.rules import Window
from members.care.selectors.occasions import Placed
from members.roster.namesakes import told_apart

HONOUR_COLUMNS = ("获得者", "类别", "荣誉名称", "级别", "授予日期", "授予单位", "文号", "所在组织")


def visit_list(branch: Organisation, window: Window, placed: Iterable[Placed], amounts: dict[int, Any]) -> Sheet:
    """Return the list of a window's visits, to be taken along. amounts: {member id: what was granted in it}."""
    rows, placed = [], list(placed)
    names = told_apart({one.occasion.member: one.name for one in placed})
    for number, one in enumerate(placed, start=1):
        answered = one.occasion.answered
        rows.append(
            [
                number,
                names[one.occasion.member],
                answered.day if answered else None,
                amounts.get(one.occasion.member),
                "",
            ]
        )
    heads = ["序号", "姓名", "走访日期", "慰问金额（元）", "签收"]
    part = SheetPart("走访名单", table=SheetTable(heads, rows, [14, 36, 36, 34, 36]), empty="没有要走访的人。")
    name = "元旦春节" if window.kind == "festival" else "“七一”"
    title = f"{branch.label}{window.year} 年{name}走访慰问名单"
    told = f"{window.words.rstrip('。')}，共 {len(rows)} 人。"
    return Sheet(title, branch.name, clock.today(), told=told, parts=[part], signers=["走访人"])


def honour_row(row: Honour) -> list[Any]:
    kind = "党员" if row.member is not None else "党组织"
    return [
        row.holder,
        kind,
        row.title,
        row.get_level_display(),
        row.granted_on,
        row.granted_by,
        row.document,
        row.place.label,
    ]


def honours_roll(name: str, year: int, rows: Iterable[Honour]) -> Sheet:
    lines = [[one[0], one[2], one[3], one[4], one[5]] for one in map(honour_row, rows)]
    heads = ["获得者", "荣誉名称", "级别", "授予日期", "授予单位"]
    part = SheetPart(
        "表彰名册", table=SheetTable(heads, lines, [30, 46, 20, 26, 34], (0, 1)), empty="本年没有登记表彰。"
    )
    day = min(clock.today(), date(year, 12, 31))
    return Sheet(f"{year} 年表彰名册", name, day, told=f"{year} 年登记表彰 {len(lines)} 项。", parts=[part])
